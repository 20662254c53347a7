// @ts-check
/** Login, from the authorization URL to the tokens. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ScalekitClient, ScalekitValidateTokenFailureException } from "scalekit-client";

import { emulator } from "./support/programs.mjs";
import { server, signer } from "./support/server.mjs";

const CALLBACK = "http://localhost:3000/callback";
const environment = await emulator();
const client = new ScalekitClient(environment.url, environment.clientId, environment.clientSecret);

/** Opens an authorization URL and returns the code of the callback. @param {string} url */
async function code(url) {
  const response = await fetch(url, { redirect: "manual" });
  const callback = new URL(response.headers.get("location") ?? "");
  assert.equal(callback.searchParams.get("state"), "s1");
  return callback.searchParams.get("code") ?? "";
}

test("login with PKCE, from the authorization URL to the logout URL", async () => {
  const { organization } = await client.organization.createOrganization("Acme");
  assert.ok(organization);
  await client.user.createUserAndMembership(organization.id, {
    email: "ada@acme.example",
    sendInvitationEmail: false,
  });
  const { codeVerifier, codeChallenge, codeChallengeMethod } = client.generatePkce();
  const url = client.getAuthorizationUrl(CALLBACK, {
    organizationId: organization.id,
    loginHint: "ada@acme.example",
    scopes: ["openid", "profile", "email", "offline_access"],
    state: "s1",
    codeChallenge,
    codeChallengeMethod,
  });
  const login = await client.authenticateWithCode(await code(url), CALLBACK, { codeVerifier });
  assert.equal(login.user.email, "ada@acme.example");
  assert.match(login.user.id, /^usr_/);
  assert.equal(login.organizationId, organization.id);
  assert.equal(
    await client.validateAccessToken(login.accessToken, { audience: [environment.clientId] }),
    true,
  );
  const claims = await client.validateToken(login.idToken, { audience: [environment.clientId] });
  assert.equal(claims.sub, login.user.id);
  assert.ok(login.expiresIn > 0);

  const refreshed = await client.refreshAccessToken(login.refreshToken);
  assert.equal(await client.validateAccessToken(refreshed.accessToken), true);
  assert.ok(refreshed.refreshToken);
  assert.match(
    client.getLogoutUrl({ idTokenHint: login.idToken }),
    /\/oidc\/logout\?id_token_hint=ey/,
  );
  await assert.rejects(client.authenticateWithCode("used-up", CALLBACK, { codeVerifier }));
});

test("an invalid ID token fails the login", async () => {
  const stub = await server();
  const [key, otherKey] = [signer("key_1"), signer("key_1")];
  stub.json("/keys", { keys: [key.jwk] });
  const logIn = (/** @type {string} */ idToken) => {
    stub.json("/oauth/token", {
      access_token: "a",
      expires_in: 5,
      refresh_token: "r",
      id_token: idToken,
    });
    return new ScalekitClient(stub.url, "skc_1", "secret").authenticateWithCode("code", CALLBACK);
  };
  const good = await logIn(
    key.sign({ aud: ["skc_1"], email: "me@example.com", amr: ["conn_1"], oid: "org_1" }),
  );
  assert.deepEqual(good.user, { id: "usr_1", email: "me@example.com" });
  assert.equal(good.connectionId, "conn_1");
  const bad = [
    key.sign({ aud: ["another-client"] }),
    key.sign({ aud: ["skc_1"], exp: 1 }),
    otherKey.sign({ aud: ["skc_1"] }),
    "a.b.c",
  ];
  for (const idToken of bad) {
    await assert.rejects(logIn(idToken), (/** @type {any} */ error) => {
      assert.equal(error.constructor, ScalekitValidateTokenFailureException);
      assert.equal(error.operation, "authenticate_with_code");
      return true;
    });
  }
});

test("the refresh token stays the same if the response has none", async () => {
  const stub = await server();
  stub.json("/oauth/token", { access_token: "a", expires_in: 5 });
  const stubbed = new ScalekitClient(stub.url, "skc_1", "secret");
  const refreshed = await stubbed.refreshAccessToken("old");
  assert.equal(refreshed.accessToken, "a");
  assert.equal(refreshed.refreshToken, "old");
  assert.equal(refreshed.expiresIn, 5);
  await assert.rejects(stubbed.refreshAccessToken(""), { message: "Refresh token is required" });
});

test("a machine client gets tokens with the requested scopes", async () => {
  const { organization } = await client.organization.createOrganization("Machines");
  assert.ok(organization);
  const created = await client.m2m.createOrganizationClient(organization.id, {
    name: "robot",
    scopes: ["read"],
  });
  const token = await client.generateClientToken(
    created.client?.clientId ?? "",
    created.plainSecret,
  );
  const claims = await client.validateToken(token);
  assert.equal(claims.client_id, created.client?.clientId);
  const narrow = await client.generateClientToken(
    created.client?.clientId ?? "",
    created.plainSecret,
    ["read"],
  );
  assert.equal(client.verifyScopes(narrow, ["read"]), true);
  const own = await client.getClientAccessToken();
  assert.equal(await client.getClientAccessToken(), own);
  await assert.rejects(client.generateClientToken("", "x"), { name: "ScalekitArgumentException" });
  await assert.rejects(client.generateClientToken("m2morg_1", "wrong"), {
    name: "ScalekitUnauthorizedException",
  });
});
