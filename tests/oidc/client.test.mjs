// A certified OpenID Connect client, which knows nothing of Scalekit, against the emulator.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as oidc from "openid-client";

import { Browser } from "./browser.mjs";
import { start } from "./emulator.mjs";

const CALLBACK = "http://127.0.0.1:9/callback";
const SCOPE = "openid profile email offline_access";
const ADA = {
  id: "usr_1",
  email: "ada@acme.com",
  user_profile: { given_name: "Ada", family_name: "Lovelace", name: "Ada Lovelace", email_verified: true },
  memberships: [{ organization_id: "org_1", membership_status: "ACTIVE" }],
};
// An application in the browser, which has no secret.
const PAGES = { id: "skc_2", name: "Pages", client_type: "SPA" };
const SEED = { organizations: [{ id: "org_1", display_name: "Acme" }], users: [ADA], clients: [PAGES] };

let emulator;

before(async () => {
  emulator = await start("--redirect-uri", CALLBACK);
  await emulator.admin("POST", "seed", SEED);
});
after(() => emulator.stop());

// A browser of Ada's, who reads her mail.
function ada() {
  const code = async () => (await emulator.admin("GET", `mails?to=${ADA.email}`)).at(-1).code;
  return new Browser({ email: ADA.email, "one-time-code": code });
}

// What the client learns from the URL alone. It checks signatures too, which it may leave out where TLS is spoken.
async function discover(authentication, clientId = emulator.clientId) {
  const options = { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] };
  return oidc.discovery(new URL(emulator.url), clientId, undefined, authentication, options);
}

function confidential() {
  return discover(oidc.ClientSecretPost(emulator.clientSecret));
}

// Sends a browser through the login page, and exchanges what it comes back with.
async function logIn(config, more = {}, browser = ada()) {
  const verifier = oidc.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    ...more,
  };
  const { url } = await browser.visit(oidc.buildAuthorizationUrl(config, parameters), CALLBACK);
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: parameters.state,
    expectedNonce: parameters.nonce,
    idTokenExpected: true,
  };
  return { url, checks, exchange: (other = {}) => oidc.authorizationCodeGrant(config, url, { ...checks, ...other }) };
}

test("discovery tells all that a client needs", async () => {
  const metadata = (await confidential()).serverMetadata();
  assert.equal(metadata.issuer, emulator.url);
  assert.ok(metadata.supportsPKCE());
  for (const name of ["authorization", "token", "userinfo", "end_session"]) {
    assert.ok(metadata[`${name}_endpoint`].startsWith(`${emulator.url}/`), name);
  }
});

for (const [name, authentication, clientId] of [
  ["client_secret_post", () => oidc.ClientSecretPost(emulator.clientSecret)],
  ["client_secret_basic", () => oidc.ClientSecretBasic(emulator.clientSecret)],
  ["no secret", () => oidc.None(), PAGES.id],
]) {
  test(`a user logs in with PKCE and nonce, and ${name}`, async () => {
    const config = await discover(authentication(), clientId);
    const tokens = await (await logIn(config)).exchange();
    const claims = tokens.claims();
    assert.equal(claims.iss, emulator.url);
    assert.equal(claims.sub, ADA.id);
    assert.equal(claims.email, ADA.email);
    assert.equal(claims.given_name, "Ada");
    assert.equal(tokens.token_type, "bearer");
    assert.ok(tokens.expiresIn() > 0);

    const about = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(about.name, "Ada Lovelace");
    assert.equal(about.email_verified, true);

    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(renewed.access_token, tokens.access_token);
    assert.equal(renewed.claims().sub, claims.sub);
    assert.equal(renewed.claims().auth_time, claims.auth_time);
  });
}

test("max_age is kept, and when the user logged in is said", async () => {
  const config = await confidential();
  const login = await logIn(config, { max_age: "300" });
  const claims = (await login.exchange({ maxAge: 300 })).claims();
  assert.ok(claims.auth_time <= claims.iat);
});

test("what the client must refuse, it refuses", async () => {
  const config = await confidential();
  const login = await logIn(config);
  await assert.rejects(login.exchange({ expectedState: "another" }), { code: "OAUTH_INVALID_RESPONSE" });
  await assert.rejects(login.exchange({ expectedNonce: "another" }), { code: "OAUTH_JWT_CLAIM_COMPARISON_FAILED" });
  const mixed = new URL(login.url);
  mixed.searchParams.set("iss", "http://127.0.0.1:1");
  await assert.rejects(oidc.authorizationCodeGrant(config, mixed, login.checks), { code: "OAUTH_INVALID_RESPONSE" });
});

test("what the emulator must refuse, it refuses in the words of the standard", async () => {
  const config = await confidential();
  const wrong = await logIn(config);
  const error = (name) => ({ code: "OAUTH_RESPONSE_BODY_ERROR", error: name, status: 400 });
  const other = oidc.randomPKCECodeVerifier();
  await assert.rejects(wrong.exchange({ pkceCodeVerifier: other }), error("invalid_grant"));

  const tokens = await (await logIn(config)).exchange();
  await oidc.refreshTokenGrant(config, tokens.refresh_token);
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), error("invalid_grant"));

  const guessed = await discover(oidc.ClientSecretPost("guessed"));
  const stranger = (await logIn(guessed)).exchange();
  await assert.rejects(stranger, challenge("basic", undefined));

  const silent = await logIn(config, { prompt: "none" });
  await assert.rejects(silent.exchange(), { code: "OAUTH_AUTHORIZATION_RESPONSE_ERROR", error: "login_required" });

  await assert.rejects(oidc.fetchUserInfo(config, "no-token", ADA.id), challenge("bearer", "invalid_token"));
});

// A refusal with status 401, which must come with a challenge (RFC 9110 section 11.6.1).
function challenge(scheme, error) {
  return (refused) => {
    assert.equal(refused.code, "OAUTH_WWW_AUTHENTICATE_CHALLENGE");
    assert.equal(refused.status, 401);
    assert.equal(refused.cause[0].scheme, scheme);
    assert.equal(refused.cause[0].parameters.error, error);
    return true;
  };
}

test("a user logs out, and nothing of the session is left", async () => {
  const config = await confidential();
  const browser = ada();
  const tokens = await (await logIn(config, {}, browser)).exchange();
  const out = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: CALLBACK,
    state: "bye",
  });
  const { url } = await browser.visit(out, CALLBACK);
  assert.equal(url.searchParams.get("state"), "bye");
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: "invalid_grant" });
  const silent = await logIn(config, { prompt: "none" }, browser);
  await assert.rejects(silent.exchange(), { error: "login_required" });
});

test("a machine gets a token of its own", async () => {
  const tokens = await oidc.clientCredentialsGrant(await confidential());
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.claims(), undefined);
});

test("a signing key is replaced, and tokens of the old one still say whose session ends", async () => {
  const before = await confidential();
  const old = await (await logIn(before)).exchange();
  await emulator.admin("POST", "keys/rotate", {});
  // A client that knew the old keys asks for new ones after a minute only.
  const config = await confidential();
  const tokens = await (await logIn(config)).exchange();
  assert.equal(tokens.claims().sub, ADA.id);
  const renewed = await oidc.refreshTokenGrant(config, old.refresh_token);
  assert.equal(renewed.claims().sub, ADA.id);
  const out = oidc.buildEndSessionUrl(config, { id_token_hint: old.id_token, post_logout_redirect_uri: CALLBACK });
  await new Browser().visit(out, CALLBACK);
  await assert.rejects(oidc.refreshTokenGrant(config, renewed.refresh_token), { error: "invalid_grant" });
});
