// @ts-check
/** The attack suite in an edge runtime. See tests/attacks/README.md. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { edgeRuntime } from "./support/edge.mjs";
import { attackServer, joinPieces, ROOT } from "./support/programs.mjs";

/** Limit of a case in seconds of processor time, which does not depend on the machine's load. */
const MAX_CPU_SECONDS = 2;
/** Limit of the memory growth over all cases, inputs included. The largest input has 50 MB. */
const MAX_GROWTH = 500 * 2 ** 20;

const server = await attackServer();
const suite = await server.get("cases");
const sessions = JSON.parse(readFileSync(join(ROOT, "tests/attacks/sessions.json"), "utf8"));
const { edge } = await edgeRuntime();

/**
 * Runs a case. Fails if it takes too long or rejects with an undocumented exception.
 * @param {string} name @param {() => Promise<any>} run @param {Function} exception
 * @returns {Promise<{ result?: any, error?: any }>}
 */
async function outcome(name, run, exception) {
  const started = process.cpuUsage();
  try {
    return { result: await run() };
  } catch (/** @type {any} */ error) {
    assert.equal(error.constructor, exception, `${name}: ${error}`);
    return { error };
  } finally {
    const { user, system } = process.cpuUsage(started);
    assert.ok((user + system) / 1e6 < MAX_CPU_SECONDS, name);
  }
}

const peakMemory = () => process.resourceUsage().maxRSS * 1024;

test("tokens are accepted or rejected as listed", async () => {
  assert.ok(suite.tokens.length > 250);
  const before = peakMemory();
  const wrong = [];
  const client = new edge.ScalekitEdgeClient(server.url, "skc_1", "secret");
  for (const { name, accepted, message, subject, token, ...requirements } of suite.tokens) {
    const text = joinPieces(token).toString();
    const options = {
      issuer: requirements.issuer ?? undefined,
      audience: requirements.audience.length > 0 ? requirements.audience : undefined,
      requiredScopes: requirements.required_scopes,
    };
    const { result, error } = await outcome(
      name,
      () => client.validateToken(text, options),
      edge.ScalekitValidateTokenFailureException,
    );
    const correct = accepted
      ? error === undefined && (subject === undefined || result.sub === subject)
      : error?.message.startsWith(message);
    const valid = await client.validateAccessToken(text, options);
    if (!correct || valid !== accepted) {
      wrong.push([name, error?.message, valid]);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(peakMemory() - before < MAX_GROWTH);
  const seen = await server.get("seen");
  assert.ok(!("/attacker-keys" in seen), "URLs in tokens are never fetched");
  assert.ok(seen["/keys"] <= 2);
});

test("payloads are accepted or rejected as listed", async () => {
  assert.ok(suite.payloads.length > 150);
  const before = peakMemory();
  const wrong = [];
  const client = new edge.ScalekitEdgeClient("https://acme.scalekit.com", "skc_1", "secret");
  for (const { name, accepted, message, interceptor, secret, headers, body } of suite.payloads) {
    const pairs = headers.map((/** @type {[string, any]} */ [name, value]) => [
      name,
      joinPieces(value).toString(),
    ]);
    const bytes = joinPieces(body);
    const { result, error } = await outcome(
      name,
      () =>
        interceptor
          ? client.verifyInterceptorPayload(secret, pairs, bytes)
          : client.verifyWebhookPayload(secret, pairs, bytes),
      edge.WebhookVerificationError,
    );
    // The reason follows the documented message.
    const reported = error?.message.replace(/^Invalid secret: .+$/, "Invalid secret");
    if ((result === true) !== accepted || reported !== (message ?? undefined)) {
      wrong.push([name, error?.message]);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(peakMemory() - before < MAX_GROWTH);
});

test("session cookies are accepted or rejected as listed", async () => {
  assert.ok(sessions.sessions.length >= 50);
  const cookies = new edge.SessionCookies(new edge.KeyRing(sessions.secrets));
  for (const { name, cookies: header, accepted, user, outdated, reason } of sessions.sessions) {
    const { result } = await outcome(name, () => cookies.read(header), Error);
    assert.equal(result.session !== undefined, accepted, name);
    assert.equal(result.session?.user.sub, user, name);
    assert.equal(result.outdated, outdated, name);
    assert.equal(result.reason, reason, name);
  }
});

test("login cookies are accepted or rejected as listed", async () => {
  assert.ok(sessions.logins.length >= 20);
  const cookies = new edge.LoginCookies(new edge.KeyRing(sessions.secrets));
  const now = sessions.now * 1000;
  for (const { name, cookies: header, state, accepted, reason } of sessions.logins) {
    const { result, error } = await outcome(
      name,
      () => cookies.finish(state, header, now),
      edge.ScalekitLoginException,
    );
    assert.equal(result !== undefined, accepted, name);
    assert.equal(result?.attempt.state, accepted ? state : undefined, name);
    assert.equal(result?.deletion.maxAge, accepted ? 0 : undefined, name);
    assert.equal(error?.reason, reason, name);
  }
});

test("return paths are accepted or rejected as listed", () => {
  assert.ok(sessions.return_paths.length >= 50);
  for (const { path, accepted } of sessions.return_paths) {
    assert.equal(edge.returnPath(path), accepted ? path : undefined, JSON.stringify(path));
  }
});
