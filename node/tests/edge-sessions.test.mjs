// @ts-check
/** Cookies of sessions and logins in an edge runtime, and their exchange with the Rust core. */
import assert from "node:assert/strict";
import { test } from "node:test";

import * as node from "scalekit-client/edge";

import { edgeRuntime } from "./support/edge.mjs";
import { attackServer } from "./support/programs.mjs";

const SECRET = "a secret of at least thirty-two characters";
const OTHER = "another secret with at least thirty-two characters";
const NOW = 1_900_000_000;

const core = await attackServer();
const { edge } = await edgeRuntime();

/** @typedef {import("scalekit-client/edge").SetCookie} SetCookie */

/** Returns the `Cookie` header of the next request. @param {readonly SetCookie[]} cookies */
const sent = (cookies) =>
  cookies
    .filter(({ maxAge }) => maxAge !== 0)
    .map(({ name, value }) => `${name}=${value}`)
    .join("; ");

/** Converts objects of the edge runtime to objects of this context. @param {unknown} value */
const plain = (value) => JSON.parse(JSON.stringify(value));

/** A session whose tokens are not compressible. @param {number} size */
function session(size) {
  const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(size))).toString("hex");
  const tokens = { accessToken: random(), refreshToken: "rt_1", idToken: random() };
  const claims = { sub: "usr_1", exp: NOW, name: "Ada Lovelace ✓", roles: ["admin"], n: 1.5 };
  return edge.createSession(claims, tokens);
}

// With and without `CompressionStream`, which the edge runtime does not have.
for (const [runtime, entry] of /** @type {const} */ ([
  ["an edge runtime", edge],
  ["Node", node],
])) {
  for (const size of [10, 2000]) {
    test(`the core reads cookies that ${runtime} writes, with tokens of ${size} bytes`, async () => {
      const keys = new entry.KeyRing(SECRET);
      const written = session(size);
      const cookies = await new entry.SessionCookies(keys).write(written, null);
      assert.equal(cookies.length > 1, size > 1000);
      const logins = new entry.LoginCookies(keys);
      const { attempt, cookies: login } = await logins.start("/orders", null, NOW * 1000);
      const found = await core.post("cookies/read", {
        secret: SECRET,
        session: sent(cookies),
        login: sent(login),
        state: attempt.state,
        now: NOW + 60,
      });
      assert.deepEqual(found, {
        session: {
          user: plain(written.user),
          access_token: written.accessToken,
          refresh_token: "rt_1",
          id_token: written.idToken,
          expires_at: NOW,
        },
        attempt: {
          state: attempt.state,
          nonce: attempt.nonce,
          code_verifier: attempt.codeVerifier,
          return_path: "/orders",
          started_at: NOW,
        },
      });
    });

    test(`${runtime} reads cookies that the core writes, with tokens of ${size} bytes`, async () => {
      const { accessToken, refreshToken, idToken, user } = session(size);
      // Compressible, so that the core compresses it.
      const claims = { ...plain(user), groups: Array(200).fill("engineering") };
      const written = await core.post("cookies/write", {
        secret: SECRET,
        session: {
          user: claims,
          access_token: accessToken,
          refresh_token: refreshToken,
          id_token: idToken,
          expires_at: NOW,
        },
        return_path: "/orders",
        now: NOW,
      });
      const keys = new entry.KeyRing([OTHER, SECRET]);
      const found = await new entry.SessionCookies(keys).read(written.session);
      assert.deepEqual(plain(found), {
        session: { user: claims, accessToken, refreshToken, idToken, expiresAt: NOW },
        outdated: true,
      });
      const { state } = written.attempt;
      const logins = new entry.LoginCookies(keys);
      const { attempt } = await logins.finish(state, written.login, NOW * 1000);
      assert.deepEqual(plain(attempt), {
        state,
        nonce: written.attempt.nonce,
        codeVerifier: written.attempt.code_verifier,
        returnPath: "/orders",
        startedAt: NOW,
      });
    });
  }
}

test("a value that decompresses to more than 256 KiB is rejected", async () => {
  const cookies = new edge.SessionCookies(new edge.KeyRing(SECRET));
  for (const [length, accepted] of /** @type {const} */ ([
    [250_000, true],
    [270_000, false],
  ])) {
    const { session: header } = await core.post("cookies/write", {
      secret: SECRET,
      session: { user: { x: "x".repeat(length) }, access_token: "a", expires_at: NOW },
      return_path: null,
      now: NOW,
    });
    const { session, reason } = await cookies.read(header);
    assert.equal(session !== undefined, accepted);
    assert.equal(reason, accepted ? undefined : "content");
  }
});

test("a smaller session deletes the chunks of the previous one", async () => {
  const cookies = new edge.SessionCookies(new edge.KeyRing(SECRET));
  const large = await cookies.write(session(2000), null);
  const small = await cookies.write(session(10), sent(large));
  assert.deepEqual(plain(small.map(({ name, maxAge }) => [name, maxAge ?? null])), [
    ["sk_session", null],
    ...large.map(({ name }) => [name, 0]),
  ]);
  const cleared = cookies.clear(`theme=dark; ${sent(large)}; sk_session.10=x; sk_sessions=x`);
  assert.deepEqual(plain(cleared.map(({ name }) => name)), plain(large.map(({ name }) => name)));
});

test("a session that is too large is an error", async () => {
  const cookies = new edge.SessionCookies(new edge.KeyRing(SECRET));
  await assert.rejects(cookies.write(session(10_000), null), {
    name: "ScalekitArgumentException",
    message: /^session needs \d+ characters, but cookies store at most 15152; use fewer/,
  });
});

test("a cookie is a header with the attributes of the options", async () => {
  const keys = new edge.KeyRing(SECRET);
  const options = { name: "s", domain: "acme.example", path: "/app", secure: false };
  const [cookie] = await new edge.SessionCookies(keys, options).write(session(10), null);
  assert.ok(cookie);
  assert.equal(
    String(cookie),
    `s=${cookie.value}; Path=/app; Domain=acme.example; HttpOnly; SameSite=Lax`,
  );
  assert.ok(!JSON.stringify(cookie).includes(cookie.value), "a logged cookie has no value");
  const { cookies } = await new edge.LoginCookies(keys, { name: "__Host-l" }).start(null, null);
  assert.match(
    String(cookies[0]),
    /^__Host-l\.[\w-]{11}=[\w-]+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/,
  );
});

test("attributes that browsers reject are errors", () => {
  const keys = new edge.KeyRing(SECRET);
  /** @type {[import("scalekit-client/edge").CookieOptions, RegExp][]} */
  const cases = [
    [{ name: "a b" }, /^name must contain only/],
    [{ name: "a=b" }, /^name must contain only/],
    [{ domain: "a; Secure" }, /^domain contains/],
    [{ path: "app" }, /^path must start/],
    [{ path: "/\n" }, /^path must start/],
    [{ sameSite: /** @type {any} */ ("lax") }, /^sameSite must be/],
    [{ sameSite: "None", secure: false }, /^secure must be set because sameSite/],
    [{ name: "__Secure-s", secure: false }, /^secure must be set because of the name/],
    [{ name: "__Host-s", domain: "acme.example" }, /^name must not start with "__Host-"/],
    [{ name: "__Host-s", path: "/app" }, /^name must not start with "__Host-"/],
    [{ secure: /** @type {any} */ ("yes") }, /^secure must be true or false, not string/],
  ];
  for (const [options, message] of cases) {
    for (const Cookies of [edge.SessionCookies, edge.LoginCookies]) {
      const error = { name: "ScalekitArgumentException", message };
      assert.throws(() => new Cookies(keys, options), error);
    }
  }
});

test("a key ring needs a long secret first", () => {
  /** @type {[any, RegExp][]} */
  const cases = [
    [undefined, /^secrets is missing/],
    ["", /^secrets is missing/],
    [[], /^secrets is missing/],
    ["short", /^secrets must have at least 32 characters, not 5; create one with/],
    ["🔑".repeat(31), /not 31/],
    [[SECRET, ""], /^secrets contains an empty old secret/],
    [5, /^secrets must be a string or an array of strings, not number/],
  ];
  for (const [secrets, message] of cases) {
    assert.throws(() => new edge.KeyRing(secrets), { name: "ScalekitArgumentException", message });
  }
  assert.ok(new edge.KeyRing([SECRET, "old"]));
});

test("two logins at once have separate cookies, and old attempts are deleted", async () => {
  const logins = new edge.LoginCookies(new edge.KeyRing(SECRET));
  const now = NOW * 1000;
  let header = "";
  /** @type {string[]} */
  const states = [];
  for (let n = 0; n < 7; n += 1) {
    const { attempt, cookies } = await logins.start(`/${n}`, header, now + n * 1000);
    const deleted = cookies.filter(({ maxAge }) => maxAge === 0).map(({ name }) => name);
    const kept = header.split("; ").filter((pair) => !deleted.includes(pair.split("=")[0] ?? ""));
    header = [...kept, sent(cookies)].filter((pair) => pair !== "").join("; ");
    states.push(attempt.state);
  }
  assert.equal(header.split("; ").length, 5);
  const [first, second, ...rest] = states;
  for (const [index, state] of rest.entries()) {
    const { attempt, deletion } = await logins.finish(state, header, now);
    assert.equal(attempt.returnPath, `/${index + 2}`);
    assert.equal(deletion.name, `sk_oauth_state.${state.slice(0, 11)}`);
  }
  for (const state of [first, second, undefined, null, "", "x".repeat(43)]) {
    const error = { name: "ScalekitLoginException", reason: "not_started" };
    await assert.rejects(logins.finish(state, header, now), error);
  }
  const { cookies } = await logins.start(null, header, now + 3_600_000);
  assert.equal(cookies.filter(({ maxAge }) => maxAge === 0).length, 5, "expired attempts");
});

test("a return path to another origin is ignored", async () => {
  const logins = new edge.LoginCookies(new edge.KeyRing(SECRET));
  for (const path of ["//evil.example", "/\\evil.example", "https://evil.example", null]) {
    assert.equal((await logins.start(path, null)).attempt.returnPath, undefined);
  }
  assert.equal(edge.returnPath("/\ud800"), undefined);
});

test("the refresh policy decides when to refresh", () => {
  const policy = new edge.RefreshPolicy();
  const now = NOW * 1000;
  const session = (/** @type {number} */ seconds, refreshToken = "rt_1") =>
    edge.createSession({ sub: "usr_1", exp: NOW + seconds }, { accessToken: "a", refreshToken });
  assert.equal(policy.state(session(11), now), "active");
  assert.equal(policy.state(session(10), now), "refresh_due");
  assert.equal(policy.state(session(-1), now), "refresh_due");
  assert.equal(policy.state(session(1, ""), now), "active");
  assert.equal(policy.state(session(0, ""), now), "expired");
  assert.equal(new edge.RefreshPolicy({ aheadMs: 0 }).state(session(1), now), "active");
  assert.throws(() => new edge.RefreshPolicy({ aheadMs: -1 }), edge.ScalekitArgumentException);
});

test("the refresh policy ends a session only after a definite failure", () => {
  const policy = new edge.RefreshPolicy({ graceMs: 300_000 });
  const now = NOW * 1000;
  const session = (/** @type {number} */ exp) => edge.createSession({ exp }, { accessToken: "a" });
  const rejected = new edge.ScalekitBadRequestException("m", { errorCode: "invalid_grant" });
  const invalid = new edge.ScalekitValidateTokenFailureException("m");
  for (const error of [rejected, invalid]) {
    assert.equal(policy.afterFailure(session(NOW + 5), error, now), "end_session");
  }
  const client = new edge.ScalekitUnauthorizedException("m", { errorCode: "invalid_client" });
  const network = new edge.ScalekitServiceUnavailableException("m");
  for (const error of [client, network, new TypeError("m"), undefined]) {
    assert.equal(policy.afterFailure(session(NOW - 299), error, now), "keep_session");
    assert.equal(policy.afterFailure(session(NOW - 300), error, now), "unavailable");
  }
});

test("a refreshed session keeps the tokens that the refresh does not return", () => {
  const previous = edge.createSession(
    { exp: NOW },
    { accessToken: "a", refreshToken: "r", idToken: "i" },
  );
  const refreshed = edge.createSession({ iat: NOW }, { accessToken: "b" }, previous);
  assert.deepEqual(plain(refreshed), {
    user: { iat: NOW },
    accessToken: "b",
    refreshToken: "r",
    idToken: "i",
    expiresAt: NOW + 300,
  });
  const rotated = edge.createSession({}, { accessToken: "b", refreshToken: "s" }, previous);
  assert.equal(rotated.refreshToken, "s");
  assert.equal(rotated.expiresAt, 0);
});
