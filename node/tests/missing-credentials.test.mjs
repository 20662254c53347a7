// @ts-check
/**
 * Clients without a URL, id or secret. `next build` creates such clients in an empty environment.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";

import { ScalekitArgumentException, ScalekitClient } from "scalekit-client";

import { server, signer } from "./support/server.mjs";

const stub = await server();
const key = signer("key_1");
stub.json("/keys", { keys: [key.jwk] });
const TOKEN = key.sign();
stub.json("/api/v1/organizations", { organizations: [] });

/** @typedef {{ envUrl?: any, clientId?: any, clientSecret?: any }} Credentials */
const COMPLETE = { envUrl: stub.url, clientId: "skc_1", clientSecret: "secret" };
const make = (/** @type {Credentials} */ credentials, /** @type {any} */ options = undefined) => {
  const { envUrl, clientId, clientSecret } = { ...COMPLETE, ...credentials };
  return /** @type {any} */ (new ScalekitClient(envUrl, clientId, clientSecret, options));
};

const SECRET = "whsec_c2VjcmV0LXNlY3JldA==";
const EVENT = '{"type":"user.created"}';
function webhook(body = "{}") {
  const at = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", Buffer.from(SECRET.slice(6), "base64"))
    .update(`msg_1.${at}.${body}`)
    .digest("base64");
  return { "webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": `v1,${signature}` };
}

const ALL = ["envUrl", "clientId", "clientSecret"];

/**
 * The credentials that each method needs.
 * @type {[name: string, needs: string[], call: (client: any) => unknown][]}
 */
const METHODS = [
  ["organization.listOrganization", ALL, (client) => client.organization.listOrganization({})],
  [
    "organization.iterOrganizations",
    ALL,
    (client) => client.organization.iterOrganizations().next(),
  ],
  ["getClientAccessToken", ALL, (client) => client.getClientAccessToken()],
  [
    "authenticateWithCode",
    ALL,
    (client) => client.authenticateWithCode("code", "https://app.example/cb"),
  ],
  ["refreshAccessToken", ALL, (client) => client.refreshAccessToken("refresh")],
  [
    "getAuthorizationUrl",
    ["envUrl", "clientId"],
    (client) => client.getAuthorizationUrl("https://app.example/cb"),
  ],
  ["getLogoutUrl", ["envUrl"], (client) => client.getLogoutUrl()],
  [
    "generateClientToken",
    ["envUrl"],
    (client) => client.generateClientToken("m2m_1", "its secret"),
  ],
  ["loadKeys", ["envUrl"], (client) => client.loadKeys()],
  ["validateAccessToken", ["envUrl"], (client) => client.validateAccessToken(TOKEN)],
  ["validateToken", ["envUrl"], (client) => client.validateToken(TOKEN)],
  [
    "validateAccessTokenAndGetClaims",
    ["envUrl"],
    (client) => client.validateAccessTokenAndGetClaims(TOKEN),
  ],
  ["getIdpInitiatedLoginClaims", ["envUrl"], (client) => client.getIdpInitiatedLoginClaims(TOKEN)],
  ["verifyScopes", ["envUrl"], (client) => client.verifyScopes(TOKEN, [])],
  ["verifyWebhookPayload", [], (client) => client.verifyWebhookPayload(SECRET, webhook(), "{}")],
  [
    "verifyInterceptorPayload",
    [],
    (client) => client.verifyInterceptorPayload(SECRET, webhook(), "{}"),
  ],
  ["parseWebhookEvent", [], (client) => client.parseWebhookEvent(SECRET, webhook(EVENT), EVENT)],
  ["generatePkce", [], (client) => client.generatePkce()],
  ["close", [], (client) => client.close()],
];

test("the table lists all methods of a client", () => {
  const own = Object.getOwnPropertyNames(ScalekitClient.prototype).filter(
    (name) => name !== "constructor",
  );
  const listed = METHODS.map(([name]) => name).filter((name) => !name.includes("."));
  assert.deepEqual(own.sort(), listed.sort());
});

/** @param {() => unknown} call @returns {Promise<any>} */
async function outcome(call) {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const [name, needs, call] of METHODS) {
  test(`${name} needs ${needs.join(", ") || "no credentials"}`, async () => {
    for (const missing of ALL) {
      for (const empty of [undefined, null, ""]) {
        const client = make({ [missing]: empty });
        const before = stub.seen.length;
        const error = await outcome(() => call(client));
        if (needs.includes(missing)) {
          assert.equal(error?.constructor, ScalekitArgumentException, String(error));
          assert.match(error.message, new RegExp(`^${missing} is missing: .*\\bSCALEKIT_[A-Z_]+$`));
          assert.equal(stub.seen.length, before);
        } else {
          assert.ok(!(error instanceof ScalekitArgumentException), String(error));
        }
      }
    }
  });
}

test("methods work if the credentials that they need are present", async () => {
  const empty = make({ envUrl: undefined, clientId: undefined, clientSecret: undefined });
  assert.equal(empty.verifyWebhookPayload(SECRET, webhook(), "{}"), true);
  assert.equal(empty.generatePkce().codeChallengeMethod, "S256");
  const withUrl = make({ clientId: undefined, clientSecret: undefined });
  assert.equal(await withUrl.validateAccessToken(TOKEN), true);
  assert.equal(withUrl.getLogoutUrl(), `${stub.url}/oidc/logout`);
  const login = make({ clientSecret: undefined }).getAuthorizationUrl("https://app.example/cb");
  assert.equal(new URL(login).searchParams.get("client_id"), "skc_1");
});

test("the message names all missing arguments and their environment variables", async () => {
  const client = make({ envUrl: "", clientId: undefined, clientSecret: null });
  const error = await outcome(() => client.organization.listOrganization({}));
  const lines = [
    ["envUrl", "SCALEKIT_ENVIRONMENT_URL"],
    ["clientId", "SCALEKIT_CLIENT_ID"],
    ["clientSecret", "SCALEKIT_CLIENT_SECRET"],
  ].map(
    ([name, variable]) =>
      `${name} is missing: pass it to the constructor of ScalekitClient, ` +
      `usually from the environment variable ${variable}`,
  );
  assert.equal(error.message, lines.join("; "));
  assert.equal(error.operation, "OrganizationService.ListOrganization");
});

test("the constructor validates the arguments that are present", () => {
  const empty = { envUrl: "", clientId: "", clientSecret: "" };
  assert.throws(() => make({ ...empty, envUrl: "acme.scalekit.com" }), /envUrl "acme/);
  assert.throws(() => make({ ...empty, clientId: 5 }), /clientId must be a string, not number$/);
  assert.throws(() => make(empty, { timeoutMs: -1 }), /timeoutMs/);
  assert.throws(() => make(empty, { proxy: "not a url" }), /proxy/);
});

test("a client without credentials can be logged, copied and mocked", () => {
  const client = make({ envUrl: "", clientId: "", clientSecret: "" });
  assert.match(inspect(client, { depth: 5, showHidden: true }), /ScalekitClient/);
  assert.equal(JSON.stringify(client).includes("missing"), false);
  assert.equal({ ...client }.organization, client.organization);
  assert.equal(typeof client.organization.getOrganization, "function");
});
