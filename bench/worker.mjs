// @ts-check
// worker.mjs TASK URL FILE PROJECT: one side of a comparison, with the packages that are
// installed in PROJECT.
//
// Prints `ready`. Then prints a number for each line on standard input: the microseconds of one
// operation, measured over about 20 ms, or for `block_…` tasks the longest delay of the event loop
// during a call, in milliseconds.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { setImmediate as turn, setTimeout as after } from "node:timers/promises";

const [task = "", url = "", file = "", project = ""] = process.argv.slice(2);
const require = createRequire(`${project}/`);
const { tokens, jwks } = JSON.parse(readFileSync(file, "utf8"));
const KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n));
const SECRET = `whsec_${KEY.toString("base64")}`;

/** @param {string} name @param {object} [options] @param {string} [path] */
function client(name, options, path = "") {
  const { ScalekitClient } = require(name);
  return new ScalekitClient(`${url}${path}`, "skc_17002334227791970", "secret", options);
}

/** @param {(token: string) => Promise<unknown>} validate @param {string[]} source */
async function validating(validate, source) {
  let next = 0;
  return async (/** @type {number} */ count) => {
    for (let n = 0; n < count; n++) {
      await validate(/** @type {string} */ (source[next++ % source.length]));
    }
  };
}

/** @param {any} client @param {string[]} source */
async function sdk(client, source) {
  const [first = ""] = source;
  const tampered = `${first.slice(0, -8)}AAAAAAAA`;
  if (!(await client.validateAccessToken(first)) || (await client.validateAccessToken(tampered))) {
    throw new Error("the token validation returned a wrong result");
  }
  return validating((token) => client.validateAccessToken(token), source);
}

/** @param {any} client */
async function webhook(client) {
  const body = "x".repeat(500);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", KEY).update(`msg_1.${timestamp}.${body}`).digest("base64");
  const headers = {
    host: "app.example.com",
    "content-type": "application/json",
    "webhook-id": "msg_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${mac}`,
  };
  return async (/** @type {number} */ count) => {
    for (let n = 0; n < count; n++) {
      client.verifyWebhookPayload(SECRET, headers, body);
    }
  };
}

/**
 * A route of Express, with or without a guard. The requests have a session in a cookie, the same
 * one or, with `first`, one that the guard has not seen before. They do not pass a socket, which
 * would take several times as long as the route.
 * @param {boolean} guarded @param {boolean} [first]
 */
async function route(guarded, first = false) {
  const peers = createRequire(new URL("../target/npm/peers/", import.meta.url));
  const express = peers("express");
  const { ScalekitAuth } = require("scalekit-client/express");
  const { native } = require("scalekit-client/lib/runtime/native");
  const secret = "a secret of at least thirty-two characters";
  const [token = ""] = tokens;
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const session = {
    user: claims,
    access_token: token,
    refresh_token: "r".repeat(43),
    id_token: token,
    expires_at: Math.floor(Date.now() / 1000) + 86_400,
  };
  const tool = { tool: "encrypt", secrets: secret, cookie_name: "sk_session", content: session };
  const cookie = `sk_session=${JSON.parse(native().webAuthTool(JSON.stringify(tool)))}`;
  const auth = ScalekitAuth({
    client: client("scalekit-client"),
    redirectUri: "http://localhost:3000/callback",
    cookieEncryptionSecret: secret,
  });
  const app = express();
  const guards = guarded ? [auth.requiresAuth] : [];
  app.get("/orders", guards, (/** @type {any} */ _, /** @type {any} */ response) =>
    response.send("ok"),
  );
  const socket = new Socket();
  let number = 0;
  const request = () =>
    new Promise((resolve, reject) => {
      const message = new IncomingMessage(socket);
      // A new string, as the parser of HTTP creates one for each request.
      const cookies = first ? `${cookie}; n=${number++}` : Buffer.from(cookie).toString("latin1");
      const headers = { host: "localhost", accept: "text/html", cookie: cookies };
      Object.assign(message, { method: "GET", url: "/orders", headers });
      const response = new ServerResponse(message);
      response.end = () => {
        resolve(response.statusCode);
        return response;
      };
      app(message, response, reject);
    });
  if ((await request()) !== 200) {
    throw new Error("the guard rejected a valid session");
  }
  return async (/** @type {number} */ count) => {
    for (let n = 0; n < count; n++) {
      await request();
    }
  };
}

/** The time of the idle task in milliseconds. A list call takes about as long. */
const IDLE = 12;

/** @type {number[]} */
const collections = [];
new PerformanceObserver((list) =>
  collections.push(...list.getEntries().map(({ duration }) => duration)),
).observe({
  entryTypes: ["gc"],
});

/**
 * Returns the longest delay of the event loop during `call`, in milliseconds. Our code, the garbage
 * collector and the machine can all cause delays.
 * @param {() => Promise<unknown>} call
 */
async function loopDelay(call) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  await after(5);
  delays.enable();
  await call();
  await after(5);
  delays.disable();
  return delays.max / 1e6 - 1;
}

/**
 * Returns the longest garbage collection during `call`, in milliseconds.
 * @param {() => Promise<unknown>} call
 */
async function collectorPause(call) {
  collections.length = 0;
  await call();
  // The observer is called in a later turn of the event loop.
  await turn();
  await turn();
  return Math.max(0, ...collections);
}

/** @param {string} kind */
async function calling(kind) {
  if (kind === "idle") {
    return () => after(IDLE);
  }
  if (kind === "parsed") {
    return parsing();
  }
  const scalekit = client("scalekit-client", {}, `/${kind}`);
  const list = async () =>
    (await scalekit.organization.listOrganization({ pageSize: 100 })).organizations.length;
  const execute = async () => {
    const { data } = await scalekit.tools.executeTool({
      toolName: "search",
      connectedAccountId: "ca_1",
    });
    return (data?.rows ?? data?.text).length;
  };
  const size = kind === "large" || kind === "small" ? list : execute;
  return async () => {
    if ((await size()) < 100) {
      throw new Error("the response is incomplete");
    }
  };
}

/**
 * The lower bound: parses the records of `small` with V8's JSON parser, 8 KiB per turn, and keeps
 * the objects.
 */
async function parsing() {
  const response = await fetch(`${url}/small/api/v1/organizations`);
  const { organizations } = /** @type {{ organizations: object[] }} */ (await response.json());
  const records = organizations.map((each) => JSON.stringify(each));
  return async () => {
    const parsed = [];
    let since = 0;
    for (const record of records) {
      parsed.push(JSON.parse(record));
      since += record.length;
      if (since >= 8192) {
        since = 0;
        await turn();
      }
    }
    return parsed.length;
  };
}

/** @type {Record<string, () => Promise<(count: number) => Promise<void>>>} */
const tasks = {
  token: () => sdk(client("scalekit-client", { tokenCacheSize: 0 }), tokens),
  token_again: () => sdk(client("scalekit-client"), tokens.slice(0, 1)),
  token_official: () => sdk(client("@scalekit-sdk/node"), tokens),
  token_jose: async () => {
    const jose = await import(require.resolve("jose"));
    const keys = jose.createLocalJWKSet(jwks);
    return validating((token) => jose.jwtVerify(token, keys), tokens);
  },
  route: () => route(false),
  route_guarded: () => route(true),
  route_first: () => route(true, true),
  webhook: () => webhook(client("scalekit-client")),
  webhook_official: () => webhook(client("@scalekit-sdk/node")),
};

/** @param {(count: number) => Promise<void>} run @param {number} count */
async function milliseconds(run, count) {
  const started = performance.now();
  await run(count);
  return performance.now() - started;
}

async function measuring() {
  if (task.startsWith("block")) {
    const [, kind, collector] = task.split("_");
    const call = await calling(kind);
    // Warm up: the first calls connect, load the message modules and are compiled.
    for (let n = 0; n < 20; n++) {
      await loopDelay(call);
    }
    return () => (collector ? collectorPause(call) : loopDelay(call));
  }
  const make = tasks[task];
  if (!make) {
    throw new Error(`unknown task ${task}`);
  }
  const run = await make();
  let count = 1;
  while ((await milliseconds(run, count)) < 20) {
    count *= 2;
  }
  return async () => ((await milliseconds(run, count)) * 1000) / count;
}

const measure = await measuring();
console.log("ready");
for await (const _ of createInterface(process.stdin)) {
  console.log(await measure());
}
