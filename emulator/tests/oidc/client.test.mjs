// Tests the emulator with a certified OpenID Connect client that has no Scalekit-specific code.

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
  user_profile: {
    given_name: "Ada",
    family_name: "Lovelace",
    name: "Ada Lovelace",
    email_verified: true,
  },
  memberships: [{ organization_id: "org_1", membership_status: "ACTIVE" }],
};
// A single-page application, which has no secret.
const SPA = { id: "skc_2", name: "Single-page application", client_type: "SPA" };
const SEED = {
  organizations: [{ id: "org_1", display_name: "Acme" }],
  users: [ADA],
  clients: [SPA],
};

let emulator;

before(async () => {
  emulator = await start("--redirect-uri", CALLBACK);
  await emulator.admin("POST", "seed", SEED);
});
after(() => emulator.stop());

// Returns Ada's browser, which reads login codes from her mail.
function ada() {
  const code = async () => (await emulator.admin("GET", `mails?to=${ADA.email}`)).at(-1).code;
  return new Browser({ email: ADA.email, "one-time-code": code });
}

// Configures the client by discovery. Signature checks must be enabled, because the client skips
// them by default.
async function discover(authentication, clientId = emulator.clientId) {
  const options = { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] };
  return oidc.discovery(new URL(emulator.url), clientId, undefined, authentication, options);
}

function confidential() {
  return discover(oidc.ClientSecretPost(emulator.clientSecret));
}

// Logs in with a browser. Returns a function that exchanges the code.
async function logIn(config, extra = {}, browser = ada()) {
  const verifier = oidc.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    ...extra,
  };
  const { url } = await browser.visit(oidc.buildAuthorizationUrl(config, parameters), CALLBACK);
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: parameters.state,
    expectedNonce: parameters.nonce,
    idTokenExpected: true,
  };
  return {
    url,
    checks,
    exchange: (other = {}) => oidc.authorizationCodeGrant(config, url, { ...checks, ...other }),
  };
}

test("the discovery document contains everything that a client needs", async () => {
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
  ["no secret", () => oidc.None(), SPA.id],
]) {
  test(`a user logs in with PKCE, nonce and ${name}`, async () => {
    const config = await discover(authentication(), clientId);
    const tokens = await (await logIn(config)).exchange();
    const claims = tokens.claims();
    assert.equal(claims.iss, emulator.url);
    assert.equal(claims.sub, ADA.id);
    assert.equal(claims.email, ADA.email);
    assert.equal(claims.given_name, "Ada");
    assert.equal(tokens.token_type, "bearer");
    assert.ok(tokens.expiresIn() > 0);

    const userInfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(userInfo.name, "Ada Lovelace");
    assert.equal(userInfo.email_verified, true);

    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(refreshed.access_token, tokens.access_token);
    assert.equal(refreshed.claims().sub, claims.sub);
    assert.equal(refreshed.claims().auth_time, claims.auth_time);
  });
}

test("max_age is honored and the ID token contains auth_time", async () => {
  const config = await confidential();
  const login = await logIn(config, { max_age: "300" });
  const claims = (await login.exchange({ maxAge: 300 })).claims();
  assert.ok(claims.auth_time <= claims.iat);
});

test("the client rejects a wrong state, nonce and issuer", async () => {
  const config = await confidential();
  const login = await logIn(config);
  await assert.rejects(login.exchange({ expectedState: "another" }), {
    code: "OAUTH_INVALID_RESPONSE",
  });
  await assert.rejects(login.exchange({ expectedNonce: "another" }), {
    code: "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  });
  const otherIssuer = new URL(login.url);
  otherIssuer.searchParams.set("iss", "http://127.0.0.1:1");
  await assert.rejects(oidc.authorizationCodeGrant(config, otherIssuer, login.checks), {
    code: "OAUTH_INVALID_RESPONSE",
  });
});

test("the emulator returns the standard errors", async () => {
  const config = await confidential();
  const login = await logIn(config);
  const error = (name) => ({ code: "OAUTH_RESPONSE_BODY_ERROR", error: name, status: 400 });
  const otherVerifier = oidc.randomPKCECodeVerifier();
  await assert.rejects(login.exchange({ pkceCodeVerifier: otherVerifier }), error("invalid_grant"));

  const tokens = await (await logIn(config)).exchange();
  await oidc.refreshTokenGrant(config, tokens.refresh_token);
  await assert.rejects(
    oidc.refreshTokenGrant(config, tokens.refresh_token),
    error("invalid_grant"),
  );

  const wrongSecret = await discover(oidc.ClientSecretPost("wrong"));
  await assert.rejects((await logIn(wrongSecret)).exchange(), challenge("basic", undefined));

  const silent = await logIn(config, { prompt: "none" });
  await assert.rejects(silent.exchange(), {
    code: "OAUTH_AUTHORIZATION_RESPONSE_ERROR",
    error: "login_required",
  });

  await assert.rejects(
    oidc.fetchUserInfo(config, "no-token", ADA.id),
    challenge("bearer", "invalid_token"),
  );
});

// Matches a response with status 401, which must contain a challenge (RFC 9110, section 11.6.1).
function challenge(scheme, name) {
  return (error) => {
    assert.equal(error.code, "OAUTH_WWW_AUTHENTICATE_CHALLENGE");
    assert.equal(error.status, 401);
    assert.equal(error.cause[0].scheme, scheme);
    assert.equal(error.cause[0].parameters.error, name);
    return true;
  };
}

test("a logout ends the session and its tokens", async () => {
  const config = await confidential();
  const browser = ada();
  const tokens = await (await logIn(config, {}, browser)).exchange();
  const logoutUrl = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: CALLBACK,
    state: "logged-out",
  });
  const { url } = await browser.visit(logoutUrl, CALLBACK);
  assert.equal(url.searchParams.get("state"), "logged-out");
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), {
    error: "invalid_grant",
  });
  const silent = await logIn(config, { prompt: "none" }, browser);
  await assert.rejects(silent.exchange(), { error: "login_required" });
});

test("a machine gets a token with its client credentials", async () => {
  const tokens = await oidc.clientCredentialsGrant(await confidential());
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.claims(), undefined);
});

test("ID tokens of a rotated signing key are still accepted as id_token_hint", async () => {
  const before = await confidential();
  const old = await (await logIn(before)).exchange();
  await emulator.admin("POST", "keys/rotate", {});
  // A new configuration, because the client caches keys for a minute.
  const config = await confidential();
  const tokens = await (await logIn(config)).exchange();
  assert.equal(tokens.claims().sub, ADA.id);
  const refreshed = await oidc.refreshTokenGrant(config, old.refresh_token);
  assert.equal(refreshed.claims().sub, ADA.id);
  const logoutUrl = oidc.buildEndSessionUrl(config, {
    id_token_hint: old.id_token,
    post_logout_redirect_uri: CALLBACK,
  });
  await new Browser().visit(logoutUrl, CALLBACK);
  await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token), {
    error: "invalid_grant",
  });
});
