// @ts-check
// worker.mjs TASK URL FILE PROJECT: one side of a comparison, with the packages that are installed in PROJECT.
//
// Says `ready`, then answers every line on its standard input with a figure: the microseconds that one operation took,
// measured over about 20 ms; for `block_…`, the milliseconds of the longest time that the event loop stood still in a call.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance, PerformanceObserver } from "node:perf_hooks";
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

/** @type {{ start: number, end: number }[]} */
const collections = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    collections.push({ start: startTime, end: startTime + duration });
  }
}).observe({ entryTypes: ["gc"] });

/**
 * The longest turn of the event loop while something is done; `own` leaves out the time in which V8 collected garbage.
 * @param {() => Promise<void>} what @param {boolean} own
 */
async function block(what, own) {
  let open = true;
  /** @type {{ start: number, end: number }[]} */
  const turns = [];
  const watch = async () => {
    for (let start = performance.now(); open; ) {
      await turn();
      const end = performance.now();
      turns.push({ start, end });
      start = end;
    }
  };
  collections.length = 0;
  const watching = watch();
  await what();
  open = false;
  await watching;
  // The observer is told a turn later.
  await turn();
  await turn();
  const collected = (/** @type {number} */ start, /** @type {number} */ end) =>
    collections.reduce((sum, each) => sum + Math.max(0, Math.min(end, each.end) - Math.max(start, each.start)), 0);
  return Math.max(...turns.map(({ start, end }) => end - start - (own ? collected(start, end) : 0)));
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
    const [, kind, own] = task.split("_");
    if (kind === "idle") {
      return () => block(() => after(IDLE), false);
    }
    const made = client("scalekit-client", {}, `/${kind}`);
    const listing = async () => {
      const { organizations } = await made.organization.listOrganization({ pageSize: 100 });
      if (organizations.length < 100) {
        throw new Error(`${organizations.length} organizations`);
      }
    };
    // The first calls connect, load the messages, and are compiled.
    for (let n = 0; n < 10; n++) {
      await block(listing, false);
    }
    return () => block(listing, own === "own");
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
