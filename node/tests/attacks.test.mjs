// @ts-check
/** The attack suite: documented exceptions and messages, bounded work. See tests/attacks/README.md. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ScalekitClient, ScalekitValidateTokenFailureException, WebhookVerificationError } from "scalekit-client";

import { attackServer } from "./support/programs.mjs";

/** What a case may cost: processor time, so that a busy machine does not count. */
const SECONDS = 2;
/** By how much the process may grow over all cases; the largest inputs, which count too, have 50 MB. */
const GROWTH = 500 * 2 ** 20;

const server = await attackServer();
const suite = await server.get("cases");

/** @param {{ base64: string, times: number }[]} pieces */
function join(pieces) {
  return Buffer.concat(
    pieces.flatMap(({ base64, times }) => {
      const piece = Buffer.from(base64, "base64");
      return times === 1 ? [piece] : [Buffer.alloc(piece.length * times, piece)];
    }),
  );
}

/**
 * What comes of a verification, which may not take long nor fail in an undocumented way.
 * @param {string} name @param {() => any} verify @param {Function} refusal
 * @returns {Promise<{ result?: any, message?: string }>}
 */
async function run(name, verify, refusal) {
  const started = process.cpuUsage();
  try {
    return { result: await verify() };
  } catch (/** @type {any} */ error) {
    assert.equal(error.constructor, refusal, `${name}: ${error}`);
    return { message: error.message };
  } finally {
    const { user, system } = process.cpuUsage(started);
    assert.ok((user + system) / 1e6 < SECONDS, name);
  }
}

/** @param {any} testCase */
const checks = ({ issuer, audience, required_scopes }) => ({
  issuer: issuer ?? undefined,
  audience: audience.length > 0 ? audience : undefined,
  requiredScopes: required_scopes.length > 0 ? required_scopes : undefined,
});

const peak = () => process.resourceUsage().maxRSS * 1024;

test("tokens", async () => {
  assert.ok(suite.tokens.length > 250);
  const before = peak();
  const fetches = (await server.get("seen"))["/keys"] ?? 0;
  const wrong = [];
  const client = new ScalekitClient(server.url, "skc_1", "secret");
  // Twice: that a token has been seen before makes no difference.
  for (const { name, accepted, message, subject, token, ...wanted } of [...suite.tokens, ...suite.tokens]) {
    const text = join(token).toString();
    const options = checks(wanted);
    const outcome = await run(name, () => client.validateToken(text, options), ScalekitValidateTokenFailureException);
    const right = accepted
      ? outcome.message === undefined && (subject === undefined || outcome.result.sub === subject)
      : outcome.message?.startsWith(message);
    const told = await client.validateAccessToken(text, options);
    if (!right || told !== accepted) {
      wrong.push([name, outcome.message, told]);
    }
    if (options.requiredScopes && !options.issuer && !options.audience) {
      const scopes = options.requiredScopes;
      const verified = await run(name, () => client.verifyScopes(text, scopes), ScalekitValidateTokenFailureException);
      if (verified.result !== (accepted ? true : undefined)) {
        wrong.push([name, "verifyScopes", verified.message]);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(peak() - before < GROWTH);
  const seen = await server.get("seen");
  assert.ok(!("/attacker-keys" in seen), "what a token points to is never fetched");
  assert.ok(seen["/keys"] - fetches <= 2);
});

test("payloads", async () => {
  assert.ok(suite.payloads.length > 150);
  const before = peak();
  const wrong = [];
  const client = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret");
  for (const { name, accepted, message, interceptor, secret, headers, body } of suite.payloads) {
    const pairs = headers.map((/** @type {[string, any]} */ [name, value]) => [name, join(value).toString()]);
    const bytes = join(body);
    const outcome = await run(
      name,
      () =>
        interceptor
          ? client.verifyInterceptorPayload(secret, pairs, bytes)
          : client.verifyWebhookPayload(secret, pairs, bytes),
      WebhookVerificationError,
    );
    // An invalid secret is explained after the documented message.
    const told = outcome.message?.replace(/^Invalid secret: .+$/, "Invalid secret");
    if ((outcome.result === true) !== accepted || told !== (message ?? undefined)) {
      wrong.push([name, outcome.message]);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(peak() - before < GROWTH);
});
