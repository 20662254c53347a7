// @ts-check
/** The client for edge runtimes: login, URLs, options and errors. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

import * as node from "scalekit-client";

import { bundle, edgeRuntime } from "./support/edge.mjs";
import { emulator } from "./support/programs.mjs";
import { server, signer } from "./support/server.mjs";

const CALLBACK = "http://localhost:3000/callback";
const SECRET = "a secret of at least thirty-two characters";
const environment = await emulator();
await environment.admin("POST", "seed", { organizations: [{ id: "org_1", display_name: "Acme" }] });
const { edge } = await edgeRuntime();
const { url, clientId, clientSecret } = environment;
const client = new edge.ScalekitEdgeClient(url, clientId, clientSecret);

/** Opens an authorization URL and returns the parameters of the callback. @param {string} url */
async function callback(url) {
  const response = await fetch(url, { redirect: "manual" });
  return new URL(response.headers.get("location") ?? "").searchParams;
}

/** @param {readonly { name: string, value: string }[]} cookies */
const sent = (cookies) => cookies.map(({ name, value }) => `${name}=${value}`).join("; ");

test("login, session, refresh and logout in an edge runtime", async () => {
  const keys = new edge.KeyRing(SECRET);
  const logins = new edge.LoginCookies(keys);
  const sessions = new edge.SessionCookies(keys);

  const { parameters, cookies } = await logins.start("/orders", null);
  const scopes = ["openid", "profile", "email", "offline_access"];
  const query = await callback(client.getAuthorizationUrl(CALLBACK, { ...parameters, scopes }));

  const { attempt } = await logins.finish(query.get("state"), sent(cookies));
  assert.equal(attempt.returnPath, "/orders");
  const code = query.get("code") ?? "";
  const login = await client.authenticateWithCode(code, CALLBACK, attempt);
  assert.match(login.user.email, /@/);
  assert.ok(login.expiresIn > 0);
  const claims = await client.validateToken(login.accessToken, { audience: clientId });
  assert.equal(claims.sub, login.user.id);
  const header = sent(await sessions.write(edge.createSession(claims, login), null));

  const { session } = await sessions.read(header);
  assert.ok(session);
  assert.equal(new edge.RefreshPolicy().state(session), "active");
  const refreshed = await client.refreshAccessToken(session.refreshToken ?? "");
  const newClaims = await client.validateToken(refreshed.accessToken);
  const next = edge.createSession(newClaims, refreshed, session);
  assert.equal(next.user.sub, login.user.id);
  assert.equal(next.idToken, refreshed.idToken);

  const error = await client.refreshAccessToken("rt_unknown").catch((error) => error);
  assert.equal(error.constructor, edge.ScalekitBadRequestException);
  assert.equal(error.operation, "refresh_access_token");
  assert.equal(new edge.RefreshPolicy().afterFailure(session, error), "end_session");

  const logout = client.getLogoutUrl({
    idTokenHint: next.idToken,
    postLogoutRedirectUri: CALLBACK,
  });
  assert.equal(
    logout,
    new node.ScalekitClient(url, clientId, clientSecret).getLogoutUrl({
      idTokenHint: next.idToken,
      postLogoutRedirectUri: CALLBACK,
    }),
  );
  await assert.rejects(client.authenticateWithCode(code, CALLBACK, attempt), {
    errorCode: "invalid_grant",
  });
});

test("the entry needs no global of Node, and only globals that edge runtimes have", async () => {
  // ECMAScript, and the part of the Web APIs that every edge runtime has.
  const globals = {
    AbortController,
    Headers,
    Request,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    clearTimeout,
    crypto,
    fetch,
    performance,
    setTimeout,
  };
  const context = createContext({ ...globals });
  runInContext(`${await bundle()}; globalThis.edge = edge;`, context);
  const missing = ["process", "Buffer", "require", "global", "setImmediate", "CompressionStream"];
  for (const name of missing) {
    assert.equal(runInContext(`typeof ${name}`, context), "undefined", name);
  }
  /** @type {typeof edge} */
  const bare = context["edge"];
  const keys = new bare.KeyRing(SECRET);
  const logins = new bare.LoginCookies(keys);
  const bareClient = new bare.ScalekitEdgeClient(url, clientId, clientSecret);
  const { parameters, cookies } = await logins.start("/orders", null);
  const query = await callback(bareClient.getAuthorizationUrl(CALLBACK, parameters));
  const { attempt } = await logins.finish(query.get("state"), sent(cookies));
  const code = query.get("code") ?? "";
  const login = await bareClient.authenticateWithCode(code, CALLBACK, attempt);
  const claims = await bareClient.validateToken(login.accessToken);
  const sessions = new bare.SessionCookies(keys);
  const written = await sessions.write(bare.createSession(claims, login), null);
  assert.equal((await sessions.read(sent(written))).session?.user.sub, login.user.id);
  const time = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", "secret").update(`m.${time}.{}`).digest("base64");
  const headers = {
    "webhook-id": "m",
    "webhook-timestamp": time,
    "webhook-signature": `v1,${mac}`,
  };
  assert.equal(await bareClient.verifyWebhookPayload("whsec_c2VjcmV0", headers, "{}"), true);
  assert.equal((await bareClient.generatePkce()).codeVerifier.length, 43);
});

test("an ID token of another login is rejected", async () => {
  const stub = await server();
  const [key, other] = [signer("key_1"), signer("key_1")];
  stub.json("/keys", { keys: [key.jwk] });
  const logIn = (/** @type {string | undefined} */ idToken) => {
    stub.json("/oauth/token", { access_token: "a", expires_in: "5", id_token: idToken });
    const stubbed = new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret");
    return stubbed.authenticateWithCode("code", CALLBACK, { nonce: "n1" });
  };
  const good = { aud: ["skc_1"], nonce: "n1", email: "me@example.com", amr: ["conn_1"] };
  const login = await logIn(key.sign({ ...good, oid: "org_1" }));
  assert.deepEqual({ ...login.user }, { id: "usr_1", email: "me@example.com" });
  assert.deepEqual(
    [login.connectionId, login.organizationId, login.expiresIn],
    ["conn_1", "org_1", 5],
  );
  for (const idToken of [
    key.sign({ ...good, nonce: "n2" }),
    key.sign({ ...good, nonce: undefined }),
    key.sign({ ...good, nonce: ["n1"] }),
    undefined,
  ]) {
    await assert.rejects(logIn(idToken), {
      name: "ScalekitValidateTokenFailureException",
      message: "the nonce of the ID token does not match the login",
      operation: "authenticate_with_code",
    });
  }
  for (const idToken of [
    key.sign({ ...good, aud: ["another-client"] }),
    key.sign({ ...good, exp: 1 }),
    other.sign(good),
    "a.b.c",
  ]) {
    await assert.rejects(logIn(idToken), {
      name: "ScalekitValidateTokenFailureException",
      operation: "authenticate_with_code",
    });
  }
});

test("parseWebhookEvent has the results of ScalekitClient", async () => {
  const other = new node.ScalekitClient(url, clientId, clientSecret);
  const secret = "whsec_c2VjcmV0";
  const headers = (/** @type {string | Uint8Array} */ body) => {
    const time = String(Math.floor(Date.now() / 1000));
    const mac = createHmac("sha256", "secret").update(`m.${time}.`).update(body).digest("base64");
    return { "webhook-id": "m", "webhook-timestamp": time, "webhook-signature": `v1,${mac}` };
  };
  const latin1 = Buffer.from('{"type":"\xe9"}', "latin1");
  const event = { type: "moon.landed", object: "Moon", data: { name: "Zoë" } };
  for (const body of [JSON.stringify(event), "", "null", "[]", "{}", '{"type":5}', latin1]) {
    const settled = await client.parseWebhookEvent(secret, headers(body), body).then(
      (event) => JSON.parse(JSON.stringify(event)),
      (error) => [error.name, error.message, error.operation],
    );
    let expected;
    try {
      expected = other.parseWebhookEvent(secret, headers(body), body);
    } catch (/** @type {any} */ error) {
      expected = [error.name, error.message, error.operation];
    }
    assert.deepEqual(settled, expected);
  }
  // A body that changes after the call.
  const body = Buffer.from(JSON.stringify(event));
  const parsing = client.parseWebhookEvent(secret, headers(body), body);
  body.fill(" ");
  assert.equal((await parsing).type, "moon.landed");
  await assert.rejects(client.parseWebhookEvent(secret, headers("{} "), "{}"), {
    name: "WebhookVerificationError",
  });
});

test("URLs equal those of ScalekitClient", () => {
  for (const envUrl of ["https://acme.scalekit.com", "HTTPS://Acme.scalekit.com:443/auth//"]) {
    const other = new node.ScalekitClient(envUrl, "skc_1", "secret");
    const own = new edge.ScalekitEdgeClient(envUrl, "skc_1", "secret");
    for (const options of [
      undefined,
      {},
      { scopes: [], state: "", prompt: undefined },
      {
        scopes: ["openid", "offline_access"],
        state: "a b~*!'()",
        nonce: "ä\ud800",
        domainHint: "acme.example",
        loginHint: "me@example.com",
        connectionId: "conn_1",
        organizationId: "org_1",
        codeChallenge: "c",
        codeChallengeMethod: "S256",
        provider: "google",
        prompt: "create",
      },
    ]) {
      const redirectUri = "https://app.example/cb?x=1&y=2";
      assert.equal(
        own.getAuthorizationUrl(redirectUri, options),
        other.getAuthorizationUrl(redirectUri, options),
      );
    }
    for (const options of [undefined, { idTokenHint: "a.b.c", state: "x y" }]) {
      assert.equal(own.getLogoutUrl(options), other.getLogoutUrl(options));
    }
  }
});

test("invalid arguments and options have the messages of ScalekitClient", () => {
  /** @type {any[][]} */
  const cases = [
    ["acme.scalekit.com", "skc_1", "secret"],
    ["http://acme.scalekit.com", "skc_1", "secret"],
    ["https://me:pass@acme.scalekit.com", "skc_1", "secret"],
    ["https://acme.scalekit.com?x", "skc_1", "secret"],
    ["https://acme.scalekit.com\n", "skc_1", "secret"],
    ["ftp://acme.scalekit.com", "skc_1", "secret"],
    [5, "skc_1", "secret"],
    ["https://acme.scalekit.com", 5, "secret"],
    ["https://acme.scalekit.com", "skc_1", "secret", "options"],
    ...[
      { timeoutMs: 0 },
      { timeoutMs: "5" },
      { tokenLeewayMs: -1 },
      { maxRetries: 101 },
      { maxRetries: 1.5 },
      { issuer: 5 },
      { audience: [5] },
      { allowInsecureHttp: "yes" },
      { userAgentSuffix: "a\nb" },
    ].map((options) => ["https://acme.scalekit.com", "skc_1", "secret", options]),
  ];
  const messageOf = (/** @type {any} */ Class, /** @type {any[]} */ args) => {
    try {
      new Class(...args);
    } catch (/** @type {any} */ error) {
      assert.equal(error.name, "ScalekitArgumentException");
      return error.message;
    }
    return undefined;
  };
  for (const args of cases) {
    const message = messageOf(edge.ScalekitEdgeClient, args);
    assert.ok(message, JSON.stringify(args));
    assert.equal(message, messageOf(node.ScalekitClient, args));
  }
  assert.match(
    messageOf(edge.ScalekitEdgeClient, ["https://a.example", "b", "c", { timeout: 5 }]),
    /^unknown option timeout; the options are timeoutMs, /,
  );
  const parsed = new edge.ScalekitEdgeClient("http://gateway.internal", "skc_1", "secret", {
    allowInsecureHttp: true,
  });
  assert.match(parsed.getLogoutUrl(), /^http:\/\/gateway\.internal\/oidc\/logout$/);
});

test("a client without arguments fails in the methods that need them", async () => {
  const empty = new edge.ScalekitEdgeClient("", /** @type {any} */ (undefined), "");
  const missing = (/** @type {RegExp} */ message) => ({
    name: "ScalekitArgumentException",
    message,
  });
  assert.throws(() => empty.getLogoutUrl(), missing(/^envUrl is missing: pass it to/));
  assert.throws(() => empty.getAuthorizationUrl(CALLBACK), missing(/envUrl .*; clientId is miss/));
  await assert.rejects(empty.validateToken("a.b.c"), missing(/^envUrl is missing/));
  await assert.rejects(empty.validateAccessToken("a.b.c"), missing(/^envUrl is missing/));
  await assert.rejects(empty.refreshAccessToken("r"), missing(/clientSecret is missing/));
  await assert.rejects(empty.verifyWebhookPayload("whsec_c2VjcmV0", {}, "{}"), {
    message: "Missing required headers",
  });
});

test("exceptions have the names, bases and fields of ScalekitClient", async () => {
  const ownClasses = Object.entries(edge).filter(([name]) => /Exception$|Error$/.test(name));
  assert.ok(ownClasses.length > 15);
  for (const [name, Own] of /** @type {[string, any][]} */ (ownClasses)) {
    if (name === "ScalekitLoginException") {
      continue;
    }
    const Other = /** @type {any} */ (node)[name];
    const [own, other] = [new Own("m"), new Other("m")];
    assert.equal(own.name, other.name);
    for (const [base, Base] of /** @type {[string, any][]} */ (ownClasses)) {
      const OtherBase = /** @type {any} */ (node)[base];
      if (OtherBase) {
        const expected = other instanceof OtherBase;
        assert.equal(own instanceof Base, expected, `${name} ${base}`);
        assert.equal(own instanceof OtherBase, expected, `${name} ${base} of ScalekitClient`);
        assert.equal(other instanceof Base, expected, `${name} of ScalekitClient ${base}`);
      }
    }
    assert.equal(own instanceof edge.ScalekitLoginException, false);
    const fields = ["httpStatus", "grpcStatus", "errorCode", "errDetails", "retryable"];
    for (const field of fields) {
      assert.deepEqual(own[field], other[field], `${name} ${field}`);
    }
  }
  const stub = await server();
  const causes = [
    new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret"),
    new node.ScalekitClient(stub.url, "skc_1", "secret"),
  ];
  for (const status of [302, 400, 401, 403, 404, 409, 418, 429, 499, 500, 501, 502, 503, 504]) {
    stub.json("/oauth/token", { error: "e", error_description: "d" }, status, {
      "x-request-id": "req_1",
    });
    const [own, other] = await Promise.all(
      causes.map((cause) => cause.refreshAccessToken("r").catch((error) => error)),
    );
    const fields = ["name", "httpStatus", "grpcStatus", "retryable", "requestId", "operation"];
    for (const field of status === 302 ? fields : [...fields, "message", "errorCode"]) {
      assert.deepEqual(own[field], other[field], `${status} ${field}`);
    }
  }
});

test("exceptions contain no secrets", async () => {
  const stub = await server();
  const secret = "s3cret/+=value of the client";
  stub.on("/oauth/token", (request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const error_description = `got ${body} and ${secret}`;
      const echoed = { error: "invalid_request", error_description, [secret]: [secret] };
      response.writeHead(400, { "x-request-id": secret }).end(JSON.stringify(echoed));
    });
  });
  const leaky = new edge.ScalekitEdgeClient(stub.url, "skc_1", secret);
  const error = await leaky.refreshAccessToken("refresh-token-1").catch((error) => error);
  const shown = `${error} ${error.stack} ${JSON.stringify(error)}`;
  assert.match(shown, /\[redacted\]/);
  assert.doesNotMatch(shown, /s3cret|refresh-token-1/);
});

test("the version and the user agent are those of the package", async () => {
  const stub = await server();
  let agent;
  stub.on("/oauth/token", (request, response) => {
    agent = request.headers["user-agent"];
    response.writeHead(200).end('{"access_token":"a"}');
  });
  const options = { userAgentSuffix: "acme/2.1" };
  const named = new edge.ScalekitEdgeClient(stub.url, "skc_1", "secret", options);
  assert.equal((await named.refreshAccessToken("old")).refreshToken, "old");
  const { version } = (await import("scalekit-client/package.json", { with: { type: "json" } }))
    .default;
  assert.equal(agent, `scalekit-client/${version} (edge) acme/2.1`);
});
