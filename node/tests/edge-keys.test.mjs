// @ts-check
/** The signing keys of the client for edge runtimes: caching, outages and hostile responses. */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { ScalekitEdgeClient } from "scalekit-client/edge";

import { edgeRuntime } from "./support/edge.mjs";
import { server, signer } from "./support/server.mjs";

const stub = await server();
const key = signer("key_1");
const { edge } = await edgeRuntime();
/** @type {ScalekitEdgeClient} */
let client;

beforeEach(() => {
  stub.json("/keys", { keys: [key.jwk] });
  stub.seen.length = 0;
  client = new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret", { maxRetries: 0 });
});

/**
 * Creates a client in an edge runtime whose clock stands still until it is moved. Only the entry uses
 * that clock: the timers of `fetch` would also fire.
 * @param {import("scalekit-client/edge").EdgeClientOptions} [options]
 */
async function clientWithClock(options) {
  const runtime = await edgeRuntime();
  runtime.evaluate(`
    globalThis.offset = 0;
    globalThis.performance = { now: () => offset };`);
  return {
    own: new runtime.edge.ScalekitEdgeClient(stub.url, "skc_1", "secret", {
      maxRetries: 0,
      ...options,
    }),
    move: (/** @type {number} */ ms) => void runtime.evaluate(`offset += ${ms}`),
  };
}

test("many first validations fetch the keys once", async () => {
  const tokens = Array.from({ length: 16 }, (_, n) => key.sign({ n }));
  const results = await Promise.all(tokens.map((token) => client.validateAccessToken(token)));
  assert.ok(results.every((valid) => valid));
  await client.loadKeys();
  assert.deepEqual(stub.seen, ["GET /keys"]);
});

test("a malformed token is rejected without keys", async () => {
  for (const token of ["", "a.b.c", "x".repeat(70_000), undefined, 5]) {
    const text = /** @type {any} */ (token);
    assert.equal(await client.validateAccessToken(text), false);
    await assert.rejects(client.validateToken(text), {
      name: "ScalekitValidateTokenFailureException",
      operation: "validate_token",
    });
  }
  assert.deepEqual(stub.seen, []);
});

test("a new key is fetched once for many tokens", async () => {
  assert.equal(await client.validateAccessToken(key.sign()), true);
  const next = signer("key_2");
  stub.json("/keys", { keys: [key.jwk, next.jwk] });
  const tokens = Array.from({ length: 16 }, (_, n) => next.sign({ n }));
  const results = await Promise.all(tokens.map((token) => client.validateAccessToken(token)));
  assert.ok(results.every((valid) => valid));
  for (let n = 0; n < 20; n += 1) {
    assert.equal(await client.validateAccessToken(signer(`other_${n}`).sign()), false);
  }
  assert.deepEqual(stub.seen, ["GET /keys", "GET /keys"]);
});

test("an unknown key is fetched again after the cool-down", async () => {
  const { own, move } = await clientWithClock();
  const next = signer("key_2");
  assert.equal(await own.validateAccessToken(key.sign()), true);
  assert.equal(await own.validateAccessToken(next.sign()), false);
  stub.json("/keys", { keys: [next.jwk] });
  assert.equal(await own.validateAccessToken(next.sign()), false);
  move(30_001);
  assert.equal(await own.validateAccessToken(next.sign()), true);
  assert.equal(await own.validateAccessToken(key.sign()), false);
  assert.equal(stub.seen.length, 3);
});

test("a failed fetch of the keys is an error, not an invalid token", async () => {
  const { own } = await clientWithClock();
  stub.json("/keys", { message: "down" }, 503);
  for (let n = 0; n < 3; n += 1) {
    await assert.rejects(own.validateAccessToken(key.sign()), {
      name: "ScalekitServiceUnavailableException",
      message: "no signing keys: down",
      operation: "validate_token",
      retryable: true,
    });
  }
  assert.deepEqual(stub.seen, ["GET /keys"], "no new fetch for two seconds");
  assert.equal(await own.validateAccessToken("a.b.c"), false);
  const closed = new edge.ScalekitEdgeClient("http://127.0.0.1:9", "skc_1", "secret", {
    maxRetries: 0,
  });
  await assert.rejects(closed.validateAccessToken(key.sign()), {
    name: "ScalekitServiceUnavailableException",
    message: /^no signing keys: the environment cannot be reached: /,
  });
});

test("stale keys stay in use during an outage, and are refreshed in the background", async () => {
  /** @type {Promise<unknown>[]} */
  const background = [];
  const { own, move } = await clientWithClock({
    waitUntil: (promise) => void background.push(promise),
  });
  const validate = async () => {
    const valid = await own.validateAccessToken(key.sign());
    await Promise.all(background);
    return valid;
  };
  stub.json("/keys", { keys: [key.jwk] }, 200, { "cache-control": "max-age=90" });
  assert.equal(await validate(), true);
  move(89_000);
  assert.equal(await validate(), true);
  assert.equal(background.length, 0);
  stub.json("/keys", { message: "down" }, 503);
  move(2_000);
  assert.equal(await validate(), true);
  assert.equal(background.length, 1);
  move(29_000);
  assert.equal(await validate(), true);
  assert.equal(background.length, 1, "one attempt in 30 seconds");
  move(300_000);
  assert.equal(await validate(), true, "the last keys stay in use");
  await assert.rejects(own.validateAccessToken(signer("key_2").sign()), {
    name: "ScalekitServiceUnavailableException",
  });
  stub.json("/keys", { keys: [] });
  move(31_000);
  await validate();
  assert.equal(await validate(), false, "the environment has withdrawn its keys");
});

test("a fetch takes no longer than the timeout", async () => {
  stub.on("/keys", () => {});
  const options = { maxRetries: 0, timeoutMs: 100 };
  const own = new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret", options);
  await assert.rejects(own.validateAccessToken(key.sign()), {
    name: "ScalekitGatewayTimeoutException",
    message: "no signing keys: timeout: no response within 100 ms",
  });
});

test("a fetch that the runtime has suspended does not block later requests", async () => {
  const { own, move } = await clientWithClock();
  /** @type {(() => void)[]} */
  const pending = [];
  stub.on("/keys", (_, response) => void pending.push(() => response.writeHead(404).end()));
  const suspended = own.validateAccessToken(key.sign()).catch((error) => error);
  while (pending.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  stub.json("/keys", { keys: [key.jwk] });
  move(20_001);
  assert.equal(await own.validateAccessToken(key.sign()), true);
  pending[0]?.();
  assert.equal(await suspended, true, "the keys of the later fetch are used");
});

test("in Cloudflare Workers, a request does not wait for the fetch of another request", async () => {
  const workers = await edgeRuntime();
  workers.evaluate("globalThis.WebSocketPair = class {}");
  const own = new workers.edge.ScalekitEdgeClient(stub.url, "skc_1", "secret");
  const results = await Promise.all([1, 2].map(() => own.validateAccessToken(key.sign())));
  assert.deepEqual(results, [true, true]);
  assert.equal(stub.seen.length, 2);
  assert.equal(await own.validateAccessToken(key.sign()), true);
  assert.equal(stub.seen.length, 2);
});

test("a call can be cancelled without an effect on others", async () => {
  /** @type {(() => void) | undefined} */
  let respond;
  stub.on("/keys", (_, response) => {
    respond = () => response.writeHead(200).end(JSON.stringify({ keys: [key.jwk] }));
  });
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [first, second, undefined].map((controller) =>
    client.validateAccessToken(key.sign(), { signal: controller?.signal }).catch((error) => error),
  );
  const reason = new Error("the user left");
  first.abort(reason);
  second.abort("left");
  assert.equal(await calls[0], reason);
  const cancelled = /** @type {any} */ (await calls[1]);
  assert.equal(cancelled.name, "ScalekitCancelledException");
  assert.equal(cancelled.cause, "left");
  while (!respond) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  respond();
  assert.equal(await calls[2], true);
  assert.equal(stub.seen.length, 1);
});

test("the keys are requested again after a transient failure, a code is not", async () => {
  let failures = 2;
  stub.on("/keys", (_, response) => {
    failures -= 1;
    if (failures >= 0) {
      response.writeHead(503, { "retry-after": "0" }).end();
    } else {
      response.writeHead(200).end(JSON.stringify({ keys: [key.jwk] }));
    }
  });
  const own = new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret");
  assert.equal(await own.validateAccessToken(key.sign()), true);
  assert.equal(stub.seen.length, 3);
  stub.json("/oauth/token", { error: "temporarily_unavailable" }, 503);
  await assert.rejects(own.refreshAccessToken("r"), { errorCode: "temporarily_unavailable" });
  assert.equal(stub.seen.filter((request) => request === "POST /oauth/token").length, 1);
  stub.on("/oauth/token", (_, response) => {
    stub.json("/oauth/token", { access_token: "a" });
    response.writeHead(429, { "retry-after": "0" }).end();
  });
  assert.equal((await own.refreshAccessToken("r")).accessToken, "a");
});

test("hostile responses are errors", async () => {
  /** @type {[import("./support/server.mjs").Handler, RegExp][]} */
  const cases = [
    [(_, response) => response.writeHead(200).end("<html>"), /returned no JWKS document/],
    [(_, response) => response.writeHead(200).end("{}"), /returned no JWKS document/],
    [(_, response) => response.writeHead(200).end('{"keys":[]}'), /no RSA signature key/],
    [
      (_, response) => response.writeHead(200).end(Buffer.alloc(2 ** 20 + 1)),
      /larger than 1048576/,
    ],
    [(_, response) => response.writeHead(500).end("<html>"), /HTTP 500 with a body that is not/],
    [
      (_, response) => response.writeHead(302, { location: "/attacker-keys" }).end(),
      /redirects are not followed \(check envUrl\)/,
    ],
    [(_, response) => void response.writeHead(200).write("{", () => response.destroy()), /reached/],
  ];
  for (const [handler, message] of cases) {
    stub.on("/keys", handler);
    const own = new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret", { maxRetries: 0 });
    await assert.rejects(own.validateToken(key.sign()), (/** @type {any} */ error) => {
      assert.ok(error instanceof edge.ScalekitServerException);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.ok(!stub.seen.includes("GET /attacker-keys"));
});

test("unsuitable keys are skipped", async () => {
  const { jwk } = key;
  const skipped = [
    5,
    null,
    {},
    { kty: "EC", crv: "P-256", kid: "key_1", x: "AA", y: "AA" },
    { ...jwk, kid: undefined },
    { ...jwk, use: "enc" },
    { ...jwk, alg: "RS512" },
    { ...jwk, n: "AQAB" },
    { ...jwk, n: "!" },
    { ...jwk, e: "AQ" },
    { ...jwk, e: "" },
    { ...jwk, e: "AA" },
    { ...jwk, e: "Ag" },
  ];
  stub.json("/keys", { keys: skipped });
  await assert.rejects(client.validateToken(key.sign()), { message: /no RSA signature key$/ });
  const padded = { ...jwk, n: Buffer.from([0, ...Buffer.from(jwk.n ?? "", "base64url")]) };
  stub.json("/keys", {
    keys: [...skipped, { ...padded, n: `${padded.n.toString("base64url")}=` }],
  });
  const own = new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret");
  assert.equal(await own.validateAccessToken(key.sign()), true);
});

test("two keys with the same id are tried", async () => {
  stub.json("/keys", { keys: [signer("key_1").jwk, key.jwk] });
  assert.equal(await client.validateAccessToken(key.sign()), true);
});

test("the response of the key endpoint is not cached by the runtime", async () => {
  /** @type {any[]} */
  const requests = [];
  const original = globalThis.fetch;
  mock.method(globalThis, "fetch", (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
    requests.push(init);
    return original(url, init);
  });
  try {
    await new ScalekitEdgeClient(stub.url, "skc_1", "secret").loadKeys();
  } finally {
    mock.restoreAll();
  }
  assert.equal(requests[0]?.cache, "no-store");
  assert.equal(requests[0]?.redirect, "manual");
  // A runtime that rejects the option.
  const strict = await edgeRuntime();
  strict.evaluate(`{
    const Original = Request;
    globalThis.Request = class extends Original {
      constructor(input, init) {
        if (init?.cache) throw new Error("The 'cache' field is not implemented.");
        super(input, init);
      }
    };
  }`);
  const own = new strict.edge.ScalekitEdgeClient(stub.url, "skc_1", "secret");
  assert.equal(await own.validateAccessToken(key.sign()), true);
});
