// @ts-check
/** Constructor arguments, URLs and PKCE. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { ScalekitArgumentException, ScalekitClient } from "scalekit-client";

const URL_OF_ENVIRONMENT = "https://acme.scalekit.com";
const make = (/** @type {any} */ options, /** @type {any[]} */ ...args) => {
  const [url, id, secret] = [URL_OF_ENVIRONMENT, "skc_1", "a-secret"].map((value, n) =>
    n in args ? args[n] : value,
  );
  return new ScalekitClient(
    /** @type {any} */ (url),
    /** @type {any} */ (id),
    /** @type {any} */ (secret),
    options,
  );
};

test("the constructor rejects invalid arguments and names them", () => {
  /** @type {[RegExp, any, ...any[]][]} */
  const cases = [
    [/^envUrl must be a string, not Object$/, undefined, {}],
    [/^envUrl "acme.scalekit.com": a scheme is missing/, undefined, "acme.scalekit.com"],
    [
      /^envUrl .*http would send secrets in the clear; use https, or set allowInsecureHttp$/,
      undefined,
      "http://acme.scalekit.com",
    ],
    [/^clientId must be a string, not number$/, undefined, URL_OF_ENVIRONMENT, 5],
    [/^clientSecret must be a string, not boolean$/, undefined, URL_OF_ENVIRONMENT, "skc_1", false],
    [/^options must be an object, not number$/, 5],
    [/^unknown option timeout; the options are timeoutMs, /, { timeout: 5 }],
    [/^audience must be a string or an array of strings, not Object$/, { audience: {} }],
    [/^issuer must be a string, not number$/, { issuer: 5 }],
    [/^maxRetries must be a whole number from 0 to 100, not 1.5$/, { maxRetries: 1.5 }],
    [/^tokenCacheSize must be a whole number from 0 to 1048576, not -1$/, { tokenCacheSize: -1 }],
    [/^allowInsecureHttp must be true or false, not string$/, { allowInsecureHttp: "yes" }],
    [/^caCertificates cannot be read: ENOENT/, { caCertificates: "/nowhere/ca.pem" }],
    [
      /certificate/,
      { caCertificates: "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----" },
    ],
    [/proxy/, { proxy: "not a url" }],
    [/^userAgentSuffix has characters/, { userAgentSuffix: "line\nbreak" }],
  ];
  const times = [
    "timeoutMs",
    "toolTimeoutMs",
    "connectTimeoutMs",
    "keepaliveTimeoutMs",
    "webhookToleranceMs",
  ];
  for (const name of times) {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5", 1e300]) {
      cases.push([
        new RegExp(`^${name} must be a positive finite number of milliseconds, not `),
        { [name]: value },
      ]);
    }
  }
  for (const [message, options, ...args] of cases) {
    assert.throws(
      () => make(options, ...args),
      (/** @type {any} */ error) => {
        assert.equal(error.constructor, ScalekitArgumentException, String(error));
        assert.match(error.message, message);
        assert.ok(!error.message.includes("a-secret"));
        return true;
      },
    );
  }
});

test("every option is accepted", () => {
  const directory = mkdtempSync(join(tmpdir(), "scalekit-"));
  const path = join(directory, "ca.pem");
  writeFileSync(path, "");
  try {
    assert.throws(() => make({ caCertificates: path }), /certificate/);
    make({
      timeoutMs: 1000,
      toolTimeoutMs: 0.5,
      connectTimeoutMs: 1000,
      keepaliveTimeMs: 0,
      keepaliveTimeoutMs: 1000,
      maxRetries: 0,
      proxy: "http://user:password@proxy:3128",
      tokenLeewayMs: 0,
      tokenCacheSize: 0,
      webhookToleranceMs: 1,
      issuer: "https://issuer",
      audience: ["a", "b"],
      userAgentSuffix: "acme/1",
      allowInsecureHttp: false,
    });
    make({ timeoutMs: undefined, audience: "a" });
    make(null);
    make({ allowInsecureHttp: true }, "http://scalekit.internal:8080/prefix/");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("fromEnv reads environment variables and names a missing variable", () => {
  const names = [
    "SCALEKIT_ENVIRONMENT_URL",
    "SCALEKIT_ENV_URL",
    "SCALEKIT_CLIENT_ID",
    "SCALEKIT_CLIENT_SECRET",
  ];
  const before = names.map((name) => process.env[name]);
  try {
    names.forEach((name) => delete process.env[name]);
    assert.throws(() => ScalekitClient.fromEnv(), {
      message: "SCALEKIT_ENVIRONMENT_URL is not set in the environment",
    });
    process.env["SCALEKIT_ENV_URL"] = "https://other.scalekit.com/";
    process.env["SCALEKIT_CLIENT_ID"] = "skc_2";
    process.env["SCALEKIT_CLIENT_SECRET"] = "";
    assert.throws(() => ScalekitClient.fromEnv(), {
      message: "SCALEKIT_CLIENT_SECRET is not set in the environment",
    });
    process.env["SCALEKIT_CLIENT_SECRET"] = "s";
    assert.equal(
      ScalekitClient.fromEnv({ timeoutMs: 5 }).getLogoutUrl(),
      "https://other.scalekit.com/oidc/logout",
    );
  } finally {
    names.forEach((name, index) => {
      if (before[index] === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = before[index];
      }
    });
  }
});

test("authorization URLs have the official SDK's parameter order and encoding", () => {
  const client = make(undefined);
  const all = {
    scopes: ["openid", "offline_access"],
    state: "a b~*",
    nonce: "n",
    loginHint: "me@example.com",
    domainHint: "example.com",
    connectionId: "conn_1",
    organizationId: "org_1",
    provider: "google",
    prompt: "login",
    codeChallenge: "c",
    codeChallengeMethod: "S256",
  };
  assert.equal(
    client.getAuthorizationUrl("https://app/cb", all),
    "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1" +
      "&redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid%20offline_access&state=a%20b~%2A&nonce=n" +
      "&login_hint=me%40example.com&domain_hint=example.com&domain=example.com" +
      "&connection_id=conn_1&organization_id=org_1&code_challenge=c&code_challenge_method=S256" +
      "&provider=google&prompt=login",
  );
  const plain =
    "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1" +
    "&redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid%20profile%20email";
  assert.equal(client.getAuthorizationUrl("https://app/cb"), plain);
  const empty = { state: "", nonce: undefined, provider: /** @type {any} */ (null) };
  assert.equal(client.getAuthorizationUrl("https://app/cb", empty), plain);
  assert.throws(
    () => client.getAuthorizationUrl(/** @type {any} */ (undefined)),
    ScalekitArgumentException,
  );
  assert.throws(
    () => client.getAuthorizationUrl("x", { state: /** @type {any} */ ({}) }),
    ScalekitArgumentException,
  );
});

test("a logout URL contains the given parameters", () => {
  const client = make(undefined);
  assert.equal(client.getLogoutUrl(), "https://acme.scalekit.com/oidc/logout");
  assert.equal(client.getLogoutUrl({}), "https://acme.scalekit.com/oidc/logout");
  assert.equal(
    client.getLogoutUrl({
      idTokenHint: "a.b.c",
      postLogoutRedirectUri: "https://app/bye now",
      state: "s",
    }),
    "https://acme.scalekit.com/oidc/logout?id_token_hint=a.b.c" +
      "&post_logout_redirect_uri=https%3A%2F%2Fapp%2Fbye%20now&state=s",
  );
});

test("a PKCE challenge is the hash of its verifier", () => {
  const client = make(undefined);
  for (const length of [undefined, 43, 128]) {
    const { codeVerifier, codeChallenge, codeChallengeMethod } = client.generatePkce(length);
    assert.equal(codeVerifier.length, length ?? 43);
    assert.equal(codeChallengeMethod, "S256");
    assert.equal(codeChallenge, createHash("sha256").update(codeVerifier).digest("base64url"));
  }
  for (const length of [42, 129, 1.5, -1]) {
    assert.throws(() => client.generatePkce(length), {
      name: "ScalekitArgumentException",
      message: /^(codeVerifier|length)\b/,
    });
  }
});
