// @ts-check
/** Token validation. */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import {
  ScalekitArgumentException,
  ScalekitClient,
  ScalekitException,
  ScalekitServiceUnavailableException,
  ScalekitValidateTokenFailureException,
} from "scalekit-client";

import { server, signer } from "./support/server.mjs";

const stub = await server();
const key = signer("key_1");
/** @type {ScalekitClient} */
let client;

beforeEach(() => {
  stub.json("/keys", { keys: [key.jwk] });
  stub.seen.length = 0;
  client = new ScalekitClient(stub.url, "skc_1", "secret", { maxRetries: 0 });
});

test("a valid token is accepted and its claims are returned", async () => {
  const token = key.sign({ oid: "org_1", nested: { a: [1, null, "ä"] } });
  assert.equal(await client.validateAccessToken(token), true);
  for (const claims of [
    await client.validateToken(token),
    await client.validateAccessTokenAndGetClaims(token),
  ]) {
    assert.equal(claims.sub, "usr_1");
    assert.equal(claims.oid, "org_1");
    assert.deepEqual(claims.nested, { a: [1, null, "ä"] });
  }
  assert.deepEqual(stub.seen, ["GET /keys"]);
});

test("an invalid token is false or an exception", async () => {
  const expired = key.sign({ exp: 1 });
  for (const token of [
    expired,
    `${key.sign().slice(0, -4)}AAAA`,
    "a.b.c",
    "",
    signer("key_1").sign(),
  ]) {
    assert.equal(await client.validateAccessToken(token), false);
    await assert.rejects(client.validateToken(token), (/** @type {any} */ error) => {
      assert.equal(error.constructor, ScalekitValidateTokenFailureException);
      assert.equal(error.name, "ScalekitValidateTokenFailureException");
      assert.equal(error.operation, "validate_token");
      assert.equal(error.retryable, false);
      return true;
    });
  }
  for (const value of [undefined, null, 5, {}]) {
    const token = /** @type {any} */ (value);
    assert.equal(await client.validateAccessToken(token), false);
    await assert.rejects(client.validateToken(token), ScalekitValidateTokenFailureException);
  }
});

test("validation uses Date, so tests can set the clock", async () => {
  const now = Date.now();
  const token = key.sign({ exp: Math.floor(now / 1000) + 600 });
  for (const hours of [0, 1]) {
    mock.timers.enable({ apis: ["Date"], now: now + hours * 3_600_000 });
    try {
      // First without cached keys, then with them.
      const fresh = new ScalekitClient(stub.url, "skc_1", "secret");
      assert.equal(await fresh.validateAccessToken(token), hours === 0);
      assert.equal(await fresh.validateAccessToken(token), hours === 0);
    } finally {
      mock.timers.reset();
    }
  }
});

test("issuer, audience and scopes are checked as the options or the client require", async () => {
  const token = key.sign({ iss: "https://me", aud: ["one", "two"], scopes: ["read", "write"] });
  const valid = [
    { issuer: "https://me" },
    { audience: ["two"] },
    { audience: "one" },
    { requiredScopes: ["read"] },
  ];
  valid.push(
    { audience: "" },
    /** @type {any} */ ({ requiredScopes: "" }),
    /** @type {any} */ ({ requiredScopes: "read" }),
  );
  for (const options of valid) {
    assert.equal(await client.validateAccessToken(token, options), true, JSON.stringify(options));
  }
  const invalid = [
    { issuer: "https://you" },
    { audience: ["three"] },
    { requiredScopes: ["read", "admin"] },
  ];
  for (const options of invalid) {
    assert.equal(await client.validateAccessToken(token, options), false, JSON.stringify(options));
  }
  const strict = new ScalekitClient(stub.url, "skc_1", "secret", {
    issuer: "https://you",
    audience: "one",
  });
  assert.equal(await strict.validateAccessToken(token), false);
  assert.equal(await strict.validateAccessToken(token, { issuer: "https://me" }), true);
  await assert.rejects(
    client.validateToken(token, { audience: /** @type {any} */ (5) }),
    ScalekitArgumentException,
  );
});

test("a failed fetch of the keys is an error, not an invalid token", async () => {
  stub.json("/keys", { message: "down" }, 503);
  // After a failure, the keys are not requested again for some time. The result is the same.
  for (let n = 0; n < 3; n++) {
    await assert.rejects(
      client.validateAccessToken(key.sign()),
      ScalekitServiceUnavailableException,
    );
    await assert.rejects(client.validateToken(key.sign()), ScalekitServiceUnavailableException);
  }
  stub.json("/keys", { keys: [key.jwk] });
  const fresh = new ScalekitClient(stub.url, "skc_1", "secret");
  assert.equal(await fresh.validateAccessToken(key.sign()), true);
});

test("many first validations fetch the keys once", async () => {
  const tokens = Array.from({ length: 16 }, (_, n) => key.sign({ n }));
  const results = await Promise.all(tokens.map((token) => client.validateAccessToken(token)));
  assert.ok(results.every((valid) => valid));
  assert.deepEqual(stub.seen, ["GET /keys"]);
});

test("a new key is fetched once for many tokens", async () => {
  assert.equal(await client.validateAccessToken(key.sign()), true);
  const next = signer("key_2");
  stub.json("/keys", { keys: [key.jwk, next.jwk] });
  assert.equal(await client.validateAccessToken(next.sign()), true);
  for (let n = 0; n < 20; n++) {
    assert.equal(await client.validateAccessToken(next.sign({ n })), true);
    const forged = next
      .sign({ n })
      .replace(/^[^.]+/, Buffer.from('{"alg":"RS256","kid":"other"}').toString("base64url"));
    assert.equal(await client.validateAccessToken(forged), false);
  }
  assert.equal(stub.seen.length, 2);
});

test("with cached keys, a validation finishes before other tasks run", async () => {
  const token = key.sign();
  await client.loadKeys();
  // The addon validates synchronously, so the promise only needs microtasks to settle.
  /** @type {string[]} */
  const order = [];
  setImmediate(() => order.push("turn"));
  queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => order.push("microtasks"))));
  await client.validateAccessToken(token).then(() => order.push("validated"));
  assert.equal(order[0], "validated");
  assert.ok(!order.includes("turn"));
});

test("verifyScopes validates synchronously with cached keys", async () => {
  const token = key.sign({ scope: "read write" });
  assert.throws(
    () => client.verifyScopes(token, ["read"]),
    (/** @type {any} */ error) => {
      assert.equal(error.constructor, ScalekitException);
      assert.match(error.message, /loadKeys\(\)/);
      assert.equal(error.retryable, true);
      return true;
    },
  );
  await client.loadKeys();
  assert.equal(client.verifyScopes(token, ["read", "write"]), true);
  assert.equal(client.verifyScopes(token, []), true);
  assert.throws(() => client.verifyScopes(token, ["read", "admin"]), {
    name: "ScalekitValidateTokenFailureException",
    message: /admin/,
  });
  // The official SDK does not verify the signature here.
  const forged = `${token.slice(0, -4)}AAAA`;
  assert.throws(() => client.verifyScopes(forged, ["read"]), ScalekitValidateTokenFailureException);
  assert.throws(() => client.verifyScopes("", ["read"]), ScalekitValidateTokenFailureException);
});

test("verifyScopes without cached keys starts a fetch, whose failure is handled", async () => {
  const token = key.sign({ scopes: ["read"] });
  assert.throws(() => client.verifyScopes(token, ["read"]), ScalekitException);
  await client.loadKeys();
  assert.equal(client.verifyScopes(token, ["read"]), true);
  assert.deepEqual(stub.seen, ["GET /keys"]);

  const { url } = await server();
  const withoutKeys = new ScalekitClient(url, "skc_1", "secret", { maxRetries: 0 });
  assert.throws(() => withoutKeys.verifyScopes(token, ["read"]), ScalekitException);
  await assert.rejects(withoutKeys.loadKeys());
});

test("getIdpInitiatedLoginClaims returns the claims of a login from the IdP", async () => {
  const token = key.sign({
    connection_id: "conn_1",
    organization_id: "org_1",
    login_hint: "me",
    relay_state: "x",
  });
  const claims = await client.getIdpInitiatedLoginClaims(token);
  assert.equal(claims.connection_id, "conn_1");
  assert.equal(claims.organization_id, "org_1");
  assert.equal(claims.login_hint, "me");
  assert.equal(claims.relay_state, "x");
});
