// Starts an emulator in a separate process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const BINARY =
  process.env.SCALEKIT_EMULATOR_BIN ??
  new URL("../../../target/debug/scalekit-emulator", import.meta.url).pathname;

// Starts an emulator. It stops when this process ends, or with `stop`.
export async function start(...options) {
  const process_ = spawn(BINARY, ["--port", "0", "--stop-with-stdin", ...options], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const variables = {};
  for await (const line of createInterface({ input: process_.stdout })) {
    const [, name, value] = line.match(/^export ([^=]+)=(.*)$/);
    variables[name] = value;
    if (Object.keys(variables).length === 3) {
      break;
    }
  }
  return {
    url: variables.SCALEKIT_ENVIRONMENT_URL,
    clientId: variables.SCALEKIT_CLIENT_ID,
    clientSecret: variables.SCALEKIT_CLIENT_SECRET,
    async admin(method, path, body) {
      const headers = { "content-type": "application/json" };
      const options = { method, headers, body: body && JSON.stringify(body) };
      const response = await fetch(`${this.url}/_emulator/${path}`, options);
      if (!response.ok) {
        throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      }
      return response.status === 204 ? undefined : response.json();
    },
    async stop() {
      process_.stdin.end();
      await once(process_, "exit");
    },
  };
}
