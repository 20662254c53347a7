// @ts-check
// worker.mjs TASK URL FILE PROJECT: one side of a comparison, with the packages that are installed in PROJECT.
//
// Says `ready`, then answers every line on its standard input with a figure: the microseconds that one operation took,
// measured over about 20 ms; for `block_…`, the milliseconds of the longest time that a call kept the event loop.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
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

/** @param {any} made @param {string[]} source */
async function sdk(made, source) {
  const [first = ""] = source;
  if (!(await made.validateAccessToken(first)) || (await made.validateAccessToken(`${first.slice(0, -8)}AAAAAAAA`))) {
    throw new Error("a wrong verdict");
  }
  return validating((token) => made.validateAccessToken(token), source);
}

/** @param {any} made */
async function webhook(made) {
  const body = "x".repeat(500);
  const stamp = String(Math.floor(Date.now() / 1000));
  const mark = createHmac("sha256", KEY).update(`msg_1.${stamp}.${body}`).digest("base64");
  const headers = {
    host: "app.example.com",
    "content-type": "application/json",
    "webhook-id": "msg_1",
    "webhook-timestamp": stamp,
    "webhook-signature": `v1,${mark}`,
  };
  return async (/** @type {number} */ count) => {
    for (let n = 0; n < count; n++) {
      made.verifyWebhookPayload(SECRET, headers, body);
    }
  };
}

/** Milliseconds, about as long as a listing takes. */
const IDLE = 12;

/** @type {number[]} */
const collections = [];
new PerformanceObserver((list) => collections.push(...list.getEntries().map(({ duration }) => duration))).observe({
  entryTypes: ["gc"],
});

/**
 * The longest that the event loop is late while something is done, whatever keeps it: our code, V8's collector, the machine.
 * @param {() => Promise<unknown>} what
 */
async function late(what) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  await after(5);
  delays.enable();
  await what();
  await after(5);
  delays.disable();
  return delays.max / 1e6 - 1;
}

/** The longest that V8 collects garbage while something is done. @param {() => Promise<unknown>} what */
async function collecting(what) {
  collections.length = 0;
  await what();
  // The observer is told a turn later.
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
  const made = client("scalekit-client", {}, `/${kind}`);
  const listed = async () => (await made.organization.listOrganization({ pageSize: 100 })).organizations.length;
  const executed = async () => {
    const { data } = await made.tools.executeTool({ toolName: "search", connectedAccountId: "ca_1" });
    return (data?.rows ?? data?.text).length;
  };
  const size = kind === "large" || kind === "small" ? listed : executed;
  return async () => {
    if ((await size()) < 100) {
      throw new Error("something is missing");
    }
  };
}

/** What V8's own parser makes of the records in `small`, kept, 8 KiB of them a turn: nothing is lighter. */
async function parsing() {
  const answer = await fetch(`${url}/small/api/v1/organizations`);
  const { organizations } = /** @type {{ organizations: object[] }} */ (await answer.json());
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
  token_today: () => sdk(client("@scalekit-sdk/node"), tokens),
  token_jose: async () => {
    const jose = await import(require.resolve("jose"));
    const keys = jose.createLocalJWKSet(jwks);
    return validating((token) => jose.jwtVerify(token, keys), tokens);
  },
  webhook: () => webhook(client("scalekit-client")),
  webhook_today: () => webhook(client("@scalekit-sdk/node")),
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
    // The first calls connect, load the messages, and are compiled.
    for (let n = 0; n < 20; n++) {
      await late(call);
    }
    return () => (collector ? collecting(call) : late(call));
  }
  const make = tasks[task];
  if (!make) {
    throw new Error(`there is no task ${task}`);
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
