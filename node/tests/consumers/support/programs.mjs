// The programs of a project: servers, and commands that run to their end.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const environment = {
  ...process.env,
  CI: "1",
  NO_COLOR: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  // A lock file in a folder above would make Next 14 query the registry.
  NEXT_IGNORE_INCORRECT_LOCKFILE: "1",
  DENO_NO_UPDATE_CHECK: "1",
  COOKIE_SECRET: "a secret of at least thirty-two characters",
};
// The servers must load the installed addon, not one of this checkout.
delete environment.SCALEKIT_NODE_ADDON;
// With it, a test runner that a test starts would report to node:test.
delete environment.NODE_TEST_CONTEXT;

/** The running servers. Each leads a process group: some start further processes. */
const servers = new Set();
process.on("exit", () => servers.forEach(terminate));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => process.exit(1));
}

/** Runs a command to its end, and returns its exit code and its output. */
export function run(cwd, [program, ...args]) {
  return new Promise((resolve) => {
    const options = { cwd, env: environment, maxBuffer: 2 ** 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, output: `${stdout}${stderr}` });
    });
  });
}

/** Runs a command that must succeed. */
export async function succeeds(cwd, command) {
  const { code, output } = await run(cwd, command);
  assert.equal(code, 0, output);
}

/**
 * Starts a server on a free port and waits until it accepts connections. `PORT` and `APP_URL` are
 * its port and URL. The server stops at the end of the test.
 */
export async function serve(t, cwd, command) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [program, ...args] = command(port);
  const env = { ...environment, PORT: port, HOSTNAME: "127.0.0.1", APP_URL: url };
  const stdio = ["ignore", "pipe", "pipe"];
  const server = spawn(program, args, { cwd, env, detached: true, stdio });
  servers.add(server);
  const closed = once(server, "close").then(() => servers.delete(server));
  let output = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  /** Stops the server and returns all of its output. */
  async function stop() {
    terminate(server);
    await closed;
    return output;
  }
  t.after(stop);
  while (!(await accepts(port))) {
    if (!servers.has(server)) {
      throw new Error(`${program} ${args.join(" ")} exited:\n${output}`);
    }
    await sleep(50);
  }
  return { url, stop };
}

/** Ends a server with its process group, unless all of it has ended. */
function terminate(server) {
  try {
    process.kill(-server.pid, "SIGTERM");
  } catch (error) {
    if (error.code !== "ESRCH") {
      throw error;
    }
  }
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  return String(port);
}

/** Returns `true` if a program listens on the port. */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: Number(port) });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
