// @ts-check
/** Starts the programs that tests use. They are stopped after the tests of the file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";

export const ROOT = resolve(import.meta.dirname, "../../..");

/**
 * Starts a program and returns its first lines of output.
 * @param {string} path @param {string[]} args @param {number} lines
 */
async function start(path, args, lines) {
  const child = spawn(path, args, { stdio: ["pipe", "pipe", "inherit"] });
  after(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, "exit");
    }
  });
  const output = [];
  for await (const line of createInterface(child.stdout)) {
    output.push(line);
    if (output.length === lines) {
      child.stdout.resume();
      return output;
    }
  }
  throw new Error(`${path} exited before it was ready`);
}

/** Starts an emulator with additional arguments. */
export async function emulator(/** @type {string[]} */ ...args) {
  const path = process.env["SCALEKIT_EMULATOR_BIN"] ?? join(ROOT, "target/debug/scalekit-emulator");
  const lines = await start(
    path,
    ["--port", "0", "--stop-with-stdin", "--auto-approve", ...args],
    3,
  );
  const variables = Object.fromEntries(lines.map((line) => line.replace("export ", "").split("=")));
  const url = variables.SCALEKIT_ENVIRONMENT_URL;
  /**
   * @param {string} method @param {string} path @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async function admin(method, path, body) {
    const response = await fetch(`${url}/_emulator/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  }
  return {
    url,
    clientId: variables.SCALEKIT_CLIENT_ID,
    clientSecret: variables.SCALEKIT_CLIENT_SECRET,
    admin,
    /** @param {string} operation @param {object} fault */
    fault: (operation, fault) => admin("POST", "faults", { operation, ...fault }),
    reset: () => admin("POST", "reset", {}),
    /** @param {string} [filter] */
    requests: (filter = "") => admin("GET", `requests?${filter}`),
  };
}

/** Starts the server of the attack suite. */
export async function attackServer() {
  const path =
    process.env["SCALEKIT_ATTACK_SERVER_BIN"] ?? join(ROOT, "target/debug/attack-server");
  const [url] = await start(path, [], 1);
  return {
    url: /** @type {string} */ (url),
    /** @param {string} path @returns {Promise<any>} */
    get: async (path) => (await fetch(`${url}/${path}`)).json(),
    /** @param {string} path @param {unknown} body @returns {Promise<any>} */
    async post(path, body) {
      const response = await fetch(`${url}/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) {
        throw new Error(`${path}: ${text}`);
      }
      return JSON.parse(text);
    },
  };
}

/**
 * Returns the bytes of a case of the attack suite.
 * @param {{ base64: string, times: number }[]} pieces
 */
export function joinPieces(pieces) {
  return Buffer.concat(
    pieces.flatMap(({ base64, times }) => {
      const piece = Buffer.from(base64, "base64");
      return times === 1 ? [piece] : [Buffer.alloc(piece.length * times, piece)];
    }),
  );
}
