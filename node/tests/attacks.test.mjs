// @ts-check
/** The attack suite: documented exceptions, messages and limits. See tests/attacks/README.md. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ScalekitClient,
  ScalekitValidateTokenFailureException,
  WebhookVerificationError,
} from "scalekit-client";

import { attackServer, joinPieces } from "./support/programs.mjs";

/** Limit of a case in seconds of processor time, which does not depend on the machine's load. */
const MAX_CPU_SECONDS = 2;
/** Limit of the memory growth over all cases, inputs included. The largest input has 50 MB. */
const MAX_GROWTH = 500 * 2 ** 20;

const server = await attackServer();
const suite = await server.get("cases");

/**
 * Runs a verification. Fails if it takes too long or throws an undocumented exception.
 * @param {string} name @param {() => any} verify @param {Function} exception
 * @returns {Promise<{ result?: any, message?: string }>}
 */
async function run(name, verify, exception) {
  const started = process.cpuUsage();
  try {
    return { result: await verify() };
  } catch (/** @type {any} */ error) {
    assert.equal(error.constructor, exception, `${name}: ${error}`);
    return { message: error.message };
  } finally {
    const { user, system } = process.cpuUsage(started);
    assert.ok((user + system) / 1e6 < MAX_CPU_SECONDS, name);
  }
}

/** @param {any} testCase */
const validationOptions = ({ issuer, audience, required_scopes }) => ({
  issuer: issuer ?? undefined,
  audience: audience.length > 0 ? audience : undefined,
  requiredScopes: required_scopes.length > 0 ? required_scopes : undefined,
});

const peakMemory = () => process.resourceUsage().maxRSS * 1024;

test("tokens are accepted or rejected as listed", async () => {
  assert.ok(suite.tokens.length > 250);
  const before = peakMemory();
  const fetches = (await server.get("seen"))["/keys"] ?? 0;
  const wrong = [];
  const client = new ScalekitClient(server.url, "skc_1", "secret");
  // Twice, so that cached tokens are covered too.
  for (const { name, accepted, message, subject, token, ...requirements } of [
    ...suite.tokens,
    ...suite.tokens,
  ]) {
    const text = joinPieces(token).toString();
    const options = validationOptions(requirements);
    const outcome = await run(
      name,
      () => client.validateToken(text, options),
      ScalekitValidateTokenFailureException,
    );
    const correct = accepted
      ? outcome.message === undefined && (subject === undefined || outcome.result.sub === subject)
      : outcome.message?.startsWith(message);
    const valid = await client.validateAccessToken(text, options);
    if (!correct || valid !== accepted) {
      wrong.push([name, outcome.message, valid]);
    }
    if (options.requiredScopes && !options.issuer && !options.audience) {
      const scopes = options.requiredScopes;
      const verified = await run(
        name,
        () => client.verifyScopes(text, scopes),
        ScalekitValidateTokenFailureException,
      );
      if (verified.result !== (accepted ? true : undefined)) {
        wrong.push([name, "verifyScopes", verified.message]);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(peakMemory() - before < MAX_GROWTH);
  const seen = await server.get("seen");
  assert.ok(!("/attacker-keys" in seen), "URLs in tokens are never fetched");
  assert.ok(seen["/keys"] - fetches <= 2);
});

test("payloads are accepted or rejected as listed", async () => {
  assert.ok(suite.payloads.length > 150);
  const before = peakMemory();
  const wrong = [];
  const client = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret");
  for (const { name, accepted, message, interceptor, secret, headers, body } of suite.payloads) {
    const pairs = headers.map((/** @type {[string, any]} */ [name, value]) => [
      name,
      joinPieces(value).toString(),
    ]);
    const bytes = joinPieces(body);
    const outcome = await run(
      name,
      () =>
        interceptor
          ? client.verifyInterceptorPayload(secret, pairs, bytes)
          : client.verifyWebhookPayload(secret, pairs, bytes),
      WebhookVerificationError,
    );
    // The reason follows the documented message.
    const reported = outcome.message?.replace(/^Invalid secret: .+$/, "Invalid secret");
    if ((outcome.result === true) !== accepted || reported !== (message ?? undefined)) {
      wrong.push([name, outcome.message]);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(peakMemory() - before < MAX_GROWTH);
});
