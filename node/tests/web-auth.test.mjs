// @ts-check
/** Login and sessions over HTTP, the same in each framework. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { ScalekitClient } from "scalekit-client";
import { MemoryStore } from "scalekit-client/express";

import { native } from "../lib/runtime/native.js";
import { Browser } from "./support/browser.mjs";
import { emulator, ROOT } from "./support/programs.mjs";
import { FRAMEWORKS, startApp } from "./support/web-apps.mjs";

const YEAR_MS = 365 * 24 * 3600 * 1000;
const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate" };
const SCRIPT = { accept: "*/*", "sec-fetch-mode": "cors" };
const ADA = "ada@acme.example";

/** The cookies of the attack suite, which an independent program wrote. */
const ATTACKS = JSON.parse(readFileSync(join(ROOT, "tests/attacks/sessions.json"), "utf8"));

const environment = await emulator();
await environment.admin("POST", "seed", {
  organizations: [
    { id: "org_1", display_name: "Acme" },
    { id: "org_2", display_name: "Initech" },
  ],
  users: [
    {
      id: "usr_1",
      email: ADA,
      memberships: [
        { organization_id: "org_1", membership_status: "ACTIVE", roles: [{ name: "admin" }] },
        { organization_id: "org_2", membership_status: "ACTIVE" },
      ],
    },
  ],
});
const client = new ScalekitClient(environment.url, environment.clientId, environment.clientSecret);

/** @param {string} framework @param {Record<string, any>} [options] */
const start = (framework, options = {}) => startApp(framework, { client, ...options });

/** @param {string} url @param {string} [path] */
async function signIn(url, path = "/orders", browser = new Browser()) {
  const query = new URLSearchParams({
    returnTo: path,
    login_hint: ADA,
    organization_id: "org_1",
  });
  const page = await browser.open(`${url}/login?${query}`);
  return { browser, page };
}

/**
 * Sends a request, by default as a navigation.
 * @param {Browser} browser @param {string} url @param {Record<string, string>} [headers]
 */
const visit = (browser, url, headers = NAVIGATION) => browser.send(url, { headers });

/** @param {Response} response @returns {Promise<any>} */
const json = (response) => response.json();

/** @param {Browser} browser @param {string} url */
const sessionCookies = (browser, url) =>
  [...browser.cookies(url).keys()].filter((name) => name.startsWith("sk_session"));

/** Returns the number of refreshes so far. */
async function refreshes() {
  const requests = await environment.requests("operation=oauth.token");
  const isRefresh = (/** @type {any} */ { body }) => /grant_type=refresh_token/.test(body);
  return requests.filter(isRefresh).length;
}

for (const framework of FRAMEWORKS) {
  const name = (/** @type {string} */ text) => `${framework}: ${text}`;

  test(name("a login leads back to the page, with a session"), async () => {
    const { url } = await start(framework);
    const { browser, page } = await signIn(url, "/orders?page=2");
    assert.equal(page.url, `${url}/orders?page=2`);
    const { sub, expiresAt, token, session } = JSON.parse(page.text);
    assert.deepEqual([sub, token, session], ["usr_1", true, ["user", "expiresAt"]]);
    assert.ok(expiresAt > Date.now() / 1000);
    assert.deepEqual([...browser.cookies(url).keys()], ["sk_session"]);
    const again = await visit(browser, `${url}/orders`);
    assert.deepEqual(again.headers.getSetCookie(), [], "an active session sets no cookie");
    assert.equal((await json(again)).sub, "usr_1");
  });

  test(name("anonymous navigations are redirected, scripts and forms are not"), async () => {
    const { url } = await start(framework);
    const browser = new Browser();
    const page = await visit(browser, `${url}/orders?a=b`);
    assert.deepEqual(
      [page.status, page.headers.get("location")],
      [302, "/login?returnTo=%2Forders%3Fa%3Db"],
    );
    assert.equal(page.headers.get("cache-control"), "no-store");
    const script = await visit(browser, `${url}/orders`, SCRIPT);
    assert.equal(script.status, 401);
    assert.ok(script.headers.get("www-authenticate"));
    assert.equal((await json(script)).error, "no_session");
    const form = await browser.send(`${url}/orders`, { method: "POST", headers: NAVIGATION });
    // After the login, a GET of a path that accepts only POST would fail.
    if (framework !== "next") {
      assert.deepEqual([form.status, form.headers.get("location")], [303, "/login"]);
    }
    const ajax = { accept: "text/html, */*", "x-requested-with": "XMLHttpRequest" };
    assert.equal((await visit(browser, `${url}/orders`, ajax)).status, 401);
    const socket = { "sec-fetch-mode": "websocket" };
    assert.equal((await visit(browser, `${url}/orders`, socket)).status, 401);
  });

  test(name("the login has PKCE, state, nonce and the parameters of the request"), async () => {
    const { url } = await start(framework);
    const query =
      "login_hint=a%40b.example&prompt=login&connection_id=conn_1&domain_hint=b.example";
    const response = await visit(new Browser(), `${url}/login?${query}`);
    const location = new URL(response.headers.get("location") ?? "");
    assert.equal(`${location.origin}${location.pathname}`, `${environment.url}/oauth/authorize`);
    const { code_challenge, state, nonce, ...parameters } = Object.fromEntries(
      location.searchParams,
    );
    assert.ok(code_challenge && state && nonce);
    assert.deepEqual(
      { ...parameters, client_id: undefined },
      {
        client_id: undefined,
        response_type: "code",
        redirect_uri: `${url}/callback`,
        scope: "openid profile email offline_access",
        code_challenge_method: "S256",
        login_hint: "a@b.example",
        prompt: "login",
        connection_id: "conn_1",
        domain_hint: "b.example",
      },
    );
    const [cookie = ""] = response.headers.getSetCookie();
    assert.match(cookie, /^sk_oauth_state[^=]*=.*; HttpOnly/);
    for (const attribute of [/; Secure/, /; SameSite=Lax/, /; Path=\//, /; Max-Age=\d+/]) {
      assert.match(cookie, attribute);
    }
  });

  test(name("an abandoned login does not decide where the next one leads"), async () => {
    const { url } = await start(framework);
    const browser = new Browser();
    await visit(browser, `${url}/login?returnTo=/admin`);
    const page = await browser.open(`${url}/login?login_hint=${ADA}`, (to) => to);
    assert.equal(page.url, `${url}/`);
  });

  test(name("two tabs log in at once"), async () => {
    const { url } = await start(framework);
    const browser = new Browser();
    const starts = await Promise.all(
      ["/orders?tab=1", "/orders?tab=2"].map((path) => {
        const query = new URLSearchParams({ returnTo: path, login_hint: ADA });
        return visit(browser, `${url}/login?${query}`);
      }),
    );
    for (const [index, response] of [...starts.entries()].reverse()) {
      const page = await browser.open(response.headers.get("location") ?? "");
      assert.equal(page.url, `${url}/orders?tab=${index + 1}`);
    }
  });

  test(name("a login never leads to another origin"), async () => {
    const { url } = await start(framework);
    for (const path of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/\t/evil.example",
      "/%5Cevil.example",
      "/%2F/evil.example",
      "/./%2Fevil.example",
      "javascript:alert(1)",
    ]) {
      const { page } = await signIn(url, path);
      assert.equal(page.url, `${url}/`, path);
    }
  });

  test(name("a failed callback is a page and not a loop"), async () => {
    /** @type {any[]} */
    const failures = [];
    const { url } = await start(framework, {
      onError: (/** @type {any} */ failure) => void failures.push(failure),
    });
    const { page } = await signIn(url, "/orders", new Browser());
    assert.equal(page.status, 200);
    /** @type {[(to: URL) => void, number, string][]} */
    const cases = [
      [(to) => to.searchParams.set("state", "forged"), 400, "login_not_started"],
      [(to) => to.searchParams.delete("code"), 400, "missing_code"],
      [(to) => to.searchParams.set("code", "forged"), 400, "exchange_failed"],
      [(to) => to.searchParams.set("error", "access_denied"), 400, "access_denied"],
    ];
    for (const [change, status, reason] of cases) {
      const browser = new Browser();
      const failed = await browser.open(`${url}/login?login_hint=${ADA}`, (to) => {
        if (to.pathname === "/callback") {
          change(to);
        }
        return to;
      });
      assert.equal(new URL(failed.url).pathname, "/callback");
      assert.deepEqual([failed.status, failures.at(-1).reason], [status, reason]);
      assert.match(failed.text, new RegExp(`<h1>Sign-in failed</h1>[^]*${reason}`));
      assert.ok(failures.at(-1).request);
    }
    assert.equal(failures[2].error.name, "ScalekitException");
    // A non-ASCII state was an exception in another package.
    const odd = await visit(new Browser(), `${url}/callback?code=a&state=%C3%A9`);
    assert.equal(odd.status, 400);
  });

  test(name("the application handles a failed login"), async () => {
    const { url } = await start(framework, {
      onLoginFailure: (
        /** @type {any} */ { reason, status, error },
        /** @type {any[]} */ ...rest
      ) => {
        const text = `${reason} ${status} ${error === undefined}`;
        const [, response] = rest;
        if (framework.startsWith("express")) {
          return /** @type {any} */ (response).status(418).send(text);
        }
        return framework.startsWith("fastify")
          ? /** @type {any} */ (response).code(418).send(text)
          : new Response(text, { status: 418 });
      },
    });
    const browser = new Browser();
    const page = await browser.open(`${url}/login?login_hint=${ADA}`, (to) => {
      to.searchParams.delete("code");
      return to;
    });
    assert.deepEqual([page.status, page.text], [418, "missing_code 400 true"]);
    assert.deepEqual([...browser.cookies(url)], [], "the cookie of the login is deleted");
  });

  test(name("a refreshed cookie is on every response"), async () => {
    const { url } = await start(framework, { refreshAheadMs: YEAR_MS });
    for (const [path, status] of /** @type {const} */ ([
      ["/orders", 200],
      ["/own", 200],
      ["/throws", 500],
      ["/org_2", 403],
    ])) {
      if (path === "/throws" && framework === "next") {
        continue;
      }
      const { browser } = await signIn(url, "/");
      const before = browser.cookies(url).get("sk_session");
      const response = await visit(browser, `${url}${path}`);
      assert.equal(response.status, status, path);
      assert.notEqual(browser.cookies(url).get("sk_session"), before, path);
      assert.match(response.headers.get("cache-control") ?? "", /no-store/, path);
      if (path === "/own") {
        assert.equal(browser.cookies(url).get("own"), "1");
        assert.equal(await response.text(), "own");
      }
    }
  });

  test(name("parallel requests share one refresh"), async () => {
    const { url } = await start(framework, { refreshAheadMs: YEAR_MS });
    const { browser } = await signIn(url, "/");
    const before = await refreshes();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await visit(browser.copy(), `${url}/orders`)).status),
    );
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal((await refreshes()) - before, 1);
  });

  test(name("a cached session is refreshed in time"), async () => {
    const { url } = await start(framework, { refreshAheadMs: 10_000 });
    const now = Math.floor(Date.now() / 1000);
    const session = {
      user: { sub: "usr_1" },
      access_token: "access",
      refresh_token: "not valid",
      expires_at: now + 12,
    };
    const browser = new Browser();
    browser.cookies(url).set("sk_session", cookieTool("encrypt", { content: session }));
    for (let requests = 0; requests < 3; requests += 1) {
      const response = await visit(browser, `${url}/orders`);
      assert.deepEqual([response.status, (await json(response)).sub], [200, "usr_1"]);
    }
    await sleep(3100);
    assert.equal((await visit(browser, `${url}/orders`)).status, 302);
  });

  test(name("an outage does not sign the user out, a revoked session does"), async () => {
    /** @type {any[]} */
    const failures = [];
    const { url } = await start(framework, {
      refreshAheadMs: YEAR_MS,
      onError: (/** @type {any} */ failure) => void failures.push(failure),
    });
    const { browser, page } = await signIn(url);
    assert.equal(page.status, 200);
    await environment.fault("oauth.token", { status: 503, times: 1 });
    const response = await visit(browser, `${url}/orders`);
    assert.equal(response.status, 200);
    assert.equal(failures.length, 1);
    assert.match(failures[0].error.message, /503/);

    const { sid } = await client.validateToken(await accessToken(browser, url));
    await client.session.revokeSession(sid);
    assert.equal((await visit(browser, `${url}/orders`)).status, 302);
    assert.deepEqual(sessionCookies(browser, url), []);
  });

  test(name("tampered and foreign cookies are deleted"), async () => {
    const { url } = await start(framework);
    const { browser } = await signIn(url, "/");
    const cookie = browser.cookies(url).get("sk_session") ?? "";
    for (const forged of [
      `${cookie.slice(0, -6)}AAAAAA`,
      cookie.slice(0, 100),
      "AQ",
      "%",
      "x".repeat(5000),
    ]) {
      browser.cookies(url).set("sk_session", forged);
      assert.equal((await visit(browser, `${url}/orders`)).status, 302);
      assert.deepEqual(sessionCookies(browser, url), []);
    }
    // The cookie of another application with the same secret and another name.
    const { url: other } = await start(framework, { cookieName: "other" });
    browser.cookies(other).set("other", cookie);
    assert.equal((await visit(browser, `${other}/orders`)).status, 302);
  });

  test(
    name("cookies of the attack suite, also in version 1 of the official packages"),
    async () => {
      const { url } = await start(framework, { cookieEncryptionSecret: ATTACKS.secrets });
      for (const { name, cookies, accepted, user, outdated } of ATTACKS.sessions) {
        const headers = { ...NAVIGATION, cookie: cookies };
        const response = await new Browser().send(`${url}/orders`, { headers });
        assert.equal(response.status, accepted ? 200 : 302, name);
        const written = response.headers.getSetCookie().some((header) => !/Max-Age=0/.test(header));
        assert.equal(written, accepted && outdated, name);
        if (accepted) {
          assert.equal((await json(response)).sub, user, name);
        }
      }
    },
  );

  test(name("a session that has expired is no session"), async () => {
    const { url } = await start(framework);
    const session = { user: { sub: "usr_1" }, access_token: "access", expires_at: 1_000_000_000 };
    const cookie = `sk_session=${cookieTool("encrypt", { content: session })}`;
    const get = (/** @type {string} */ path) =>
      new Browser().send(url + path, { headers: { ...NAVIGATION, cookie } });
    assert.equal((await get("/orders")).status, 302);
    if (framework !== "next") {
      assert.equal((await json(await get("/"))).sub, null);
    }
    if (framework.startsWith("express")) {
      assert.equal(await json(await get("/session")), null);
    }
  });

  test(name("an invalid login of an identity provider is reported"), async () => {
    /** @type {any[]} */
    const failures = [];
    const onError = (/** @type {any} */ failure) => void failures.push(failure.reason);
    const { url } = await start(framework, { onError });
    const response = await visit(new Browser(), `${url}/login?idp_initiated_login=forged`);
    assert.deepEqual([response.status, failures], [400, ["invalid_login_token"]]);
  });

  test(name("an old secret still decrypts, and the cookie is encrypted again"), async () => {
    const old = await start(framework);
    const { browser } = await signIn(old.url, "/");
    const cookie = browser.cookies(old.url).get("sk_session") ?? "";
    const { url } = await start(framework, {
      cookieEncryptionSecret: [
        "a new secret of at least thirty-two characters",
        "a secret of at least thirty-two characters",
      ],
    });
    browser.cookies(url).set("sk_session", cookie);
    assert.equal((await visit(browser, `${url}/orders`)).status, 200);
    assert.notEqual(browser.cookies(url).get("sk_session"), cookie);
  });

  test(name("guards for organizations, roles and permissions, and a switch"), async () => {
    const { url } = await start(framework);
    const { browser } = await signIn(url, "/");
    for (const [path, status] of /** @type {const} */ ([
      ["/admin", 200],
      ["/org_1", 200],
      ["/org_2", 403],
      ["/secrets", 403],
    ])) {
      const response = await visit(browser, `${url}${path}`);
      assert.equal(response.status, status, path);
      if (status === 403) {
        assert.match(await response.text(), /<h1>No access<\/h1>/);
        const script = await visit(browser, `${url}${path}`, SCRIPT);
        assert.equal((await json(script)).error, "forbidden");
      }
    }
    await browser.open(`${url}/switch?login_hint=${ADA}`);
    assert.equal((await visit(browser, `${url}/org_2`)).status, 200);
    assert.equal((await visit(browser, `${url}/admin`)).status, 403);
  });

  test(name("a logout ends both sessions, and other sites cannot cause it"), async () => {
    /** @type {any[]} */
    const events = [];
    const { url } = await start(framework, {
      onLogout: (/** @type {any} */ event) => void events.push(event.user.sub),
    });
    const { browser } = await signIn(url, "/");
    const image = { "sec-fetch-dest": "image", "sec-fetch-mode": "no-cors" };
    assert.equal((await visit(browser, `${url}/logout`, { ...SCRIPT, ...image })).status, 403);
    const post = (/** @type {Record<string, string>} */ headers) =>
      browser.send(`${url}/logout`, { method: "POST", headers, body: "a=b" });
    assert.equal((await post({ origin: "https://evil.example" })).status, 403);
    const link = { ...NAVIGATION, "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" };
    const question = await visit(browser, `${url}/logout`, link);
    assert.equal(question.status, 200);
    assert.match(await question.text(), /<form method="post" action="\/logout">/);
    assert.deepEqual([sessionCookies(browser, url), events], [["sk_session"], []]);

    const response = await post({ origin: url, host: "evil.example" });
    assert.equal(response.status, 303);
    const location = new URL(response.headers.get("location") ?? "");
    assert.equal(location.origin, environment.url);
    assert.ok(location.searchParams.get("id_token_hint"));
    assert.equal(location.searchParams.get("post_logout_redirect_uri"), `${url}/`);
    assert.deepEqual([sessionCookies(browser, url), events], [[], ["usr_1"]]);
    assert.match(
      response.headers.getSetCookie()[0] ?? "",
      /Secure.*SameSite=Lax|SameSite=Lax.*Secure/,
    );
  });

  test(name("hooks receive the session, and a login that one rejects fails"), async () => {
    /** @type {any[]} */
    const events = [];
    const record = (/** @type {string} */ kind) => (/** @type {any} */ event) => {
      events.push([kind, event.user.sub, typeof event.accessToken, typeof event.request]);
    };
    const { url } = await start(framework, {
      refreshAheadMs: YEAR_MS,
      onLogin: record("login"),
      onRefresh: record("refresh"),
    });
    await signIn(url, "/orders");
    const rest = ["usr_1", "string", "object"];
    assert.deepEqual(events, [
      ["login", ...rest],
      ["refresh", ...rest],
    ]);
    const rejecting = await start(framework, {
      onLogin: async () => {
        throw new Error("not in the database");
      },
    });
    const { browser, page } = await signIn(rejecting.url);
    assert.deepEqual([page.status, page.text], [500, "failed: not in the database"]);
    assert.deepEqual(sessionCookies(browser, rejecting.url), []);
  });

  test(name("a webhook event ends a session, with a store"), async () => {
    const { url, auth } = await start(framework, { store: new MemoryStore() });
    const { browser } = await signIn(url, "/");
    const other = await signIn(url, "/");
    const { sid } = await client.validateToken(await accessToken(browser, url));
    const event = { type: "session.revoked", data: { session_id: sid } };
    assert.equal(await auth.handleEvent(event), sid);
    assert.equal(await auth.handleEvent({ type: "user.updated", data: {} }), undefined);
    assert.equal((await visit(browser, `${url}/orders`)).status, 302);
    assert.deepEqual(sessionCookies(browser, url), []);
    assert.equal((await visit(other.browser, `${url}/orders`)).status, 200);
    const without = await start(framework);
    await assert.rejects(without.auth.handleEvent(event), /requires a store/);
  });

  test(name("server sessions keep only an id in the cookie"), async () => {
    const store = new MemoryStore();
    const { url } = await start(framework, {
      store,
      serverSessions: true,
      refreshAheadMs: YEAR_MS,
    });
    const { browser, page } = await signIn(url);
    assert.equal(page.status, 200);
    assert.ok((browser.cookies(url).get("sk_session")?.length ?? 0) < 250);
    const stolen = browser.copy();
    await browser.send(`${url}/logout`, { method: "POST", headers: { origin: url } });
    assert.equal((await visit(stolen, `${url}/orders`)).status, 302);
  });

  test(name("a HEAD request does not use up a code"), async () => {
    const { url } = await start(framework);
    const browser = new Browser();
    const started = await visit(browser, `${url}/login?login_hint=${ADA}`);
    const authorized = await browser.send(started.headers.get("location") ?? "");
    const callback = authorized.headers.get("location") ?? "";
    // Next.js calls the handler of `GET` for `HEAD` requests.
    const { status } = await browser.send(callback, { method: "HEAD" });
    assert.equal(status, framework === "next" ? 405 : 404);
    assert.equal((await browser.send(callback)).status, 302);
  });
}

/** @param {Browser} browser @param {string} url @returns {Promise<string>} */
async function accessToken(browser, url) {
  const value = browser.cookies(url).get("sk_session");
  return cookieTool("decrypt", { value }).access_token;
}

/** Encrypts or decrypts a session cookie. @param {string} name @param {object} parameters */
function cookieTool(name, parameters) {
  const tool = {
    tool: name,
    secrets: "a secret of at least thirty-two characters",
    cookie_name: "sk_session",
    ...parameters,
  };
  return JSON.parse(String(native().webAuthTool(JSON.stringify(tool))));
}
