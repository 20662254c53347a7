// @ts-check
/** Drives the example applications with sessions over HTTP, as browsers and attackers do. */
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";

import { Browser } from "./browser.mjs";

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const EMAIL = "nora@northwind.example";
const USER = "usr_100000000000000007";
const FIRST = "org_100000000000000007";
const SECOND = "org_100000000000000008";
const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate" };

/** The rows that the scenarios need. */
export const SEED = {
  organizations: [
    { id: FIRST, display_name: "Northwind" },
    { id: SECOND, display_name: "Southwind" },
  ],
  users: [
    {
      id: USER,
      email: EMAIL,
      memberships: [
        { organization_id: FIRST, membership_status: "ACTIVE", roles: [{ name: "admin" }] },
        { organization_id: SECOND, membership_status: "ACTIVE" },
      ],
    },
  ],
};

/** @typedef {import("scalekit-client").ScalekitClient} ScalekitClient */
/** @typedef {(method: string, path: string, body?: unknown) => Promise<any>} Admin */

/** @param {string} app */
async function signedIn(app, returnTo = "/orders") {
  const browser = new Browser();
  const query = new URLSearchParams({ returnTo, login_hint: EMAIL, organization_id: FIRST });
  const page = await browser.open(`${app}/login?${query}`);
  return { browser, page };
}

/** @param {Browser} browser @param {string} url */
const visit = (browser, url) => browser.send(url, { headers: NAVIGATION });

/** @param {Browser} browser @param {string} app */
const names = (browser, app) =>
  [...browser.cookies(app).keys()].filter((name) => name.startsWith("sk_session")).sort();

/**
 * The scenarios by name.
 * @type {Record<string, (app: string, client: ScalekitClient, admin: Admin) => Promise<void>>}
 */
export const SCENARIOS = {
  async "login, guards, a switch of the organization, and logout"(app) {
    const anonymous = new Browser();
    assert.match((await anonymous.open(app)).text, /Signed out/);
    const redirected = await visit(anonymous, `${app}/orders`);
    const { pathname, search } = new URL(redirected.headers.get("location") ?? "", app);
    assert.deepEqual([redirected.status, pathname + search], [302, "/login?returnTo=%2Forders"]);
    const { browser, page } = await signedIn(app);
    assert.equal(page.url, `${app}/orders`);
    assert.match(
      page.text,
      new RegExp(`You have no orders\\.[^]*Signed in as ${USER} of ${FIRST}`),
    );
    assert.equal((await visit(browser, `${app}/admin`)).status, 200);
    const switched = await browser.open(`${app}/switch/${SECOND}`, (to) => {
      if (to.pathname === "/oauth/authorize") {
        to.searchParams.set("login_hint", EMAIL);
      }
      return to;
    });
    assert.match(switched.text, new RegExp(`Signed in as ${USER} of ${SECOND}`));
    assert.equal((await visit(browser, `${app}/admin`)).status, 403);
    const headers = { ...NAVIGATION, origin: app };
    const logout = await browser.send(`${app}/logout`, { method: "POST", headers });
    assert.equal(logout.status, 303);
    assert.match(logout.headers.get("location") ?? "", /\/oidc\/logout\?.*id_token_hint=/);
    assert.match((await browser.open(app)).text, /Signed out/);
  },

  async "two tabs at once"(app) {
    const browser = new Browser();
    const tabs = ["/orders?tab=1", "/orders?tab=2"].map(async (returnTo) => {
      const query = new URLSearchParams({ returnTo, login_hint: EMAIL });
      const started = await visit(browser, `${app}/login?${query}`);
      return { returnTo, url: started.headers.get("location") ?? "" };
    });
    for (const { returnTo, url } of (await Promise.all(tabs)).reverse()) {
      assert.equal((await browser.open(url)).url, app + returnTo);
    }
  },

  async "one refresh during parallel requests"(app, _client, admin) {
    // Access tokens that expire in 5 seconds. Sessions are refreshed 10 seconds earlier.
    await admin("PUT", "clock", { shift_seconds: -3595 });
    const { browser } = await signedIn(app, "/me");
    await admin("PUT", "clock", { shift_seconds: 0 });
    const refreshes = async () =>
      (await admin("GET", "requests?operation=oauth.token")).filter((/** @type {any} */ { body }) =>
        /grant_type=refresh_token/.test(body),
      ).length;
    const before = await refreshes();
    const browsers = Array.from({ length: 20 }, () => browser.copy());
    const responses = await Promise.all(browsers.map((copy) => visit(copy, `${app}/me`)));
    assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]));
    assert.equal((await refreshes()) - before, 1);
    for (const response of responses) {
      const { expiresAt } = /** @type {any} */ (await response.json());
      assert.ok(expiresAt > Date.now() / 1000 + 3000);
    }
    const [copy = browser] = browsers;
    assert.deepEqual((await visit(copy, `${app}/me`)).headers.getSetCookie(), []);
  },

  async "a big session in several cookies"(app, client) {
    const roles = Array.from({ length: 60 }, () => `r_${randomBytes(20).toString("hex")}`);
    for (const name of roles) {
      await client.role.createRole({ name, displayName: name });
    }
    const { browser, page } = await signedIn(app);
    const before = names(browser, app);
    assert.deepEqual([page.status, before], [200, ["sk_session"]]);
    await client.user.updateMembership(FIRST, USER, {
      roles: ["admin", ...roles],
    });
    const big = await signedIn(app);
    assert.equal(big.page.url, `${app}/orders`);
    assert.ok(names(big.browser, app).length > 1, `${names(big.browser, app)}`);
    assert.equal((await visit(big.browser, `${app}/admin`)).status, 200);
    await client.user.updateMembership(FIRST, USER, { roles: ["admin"] });
    await big.browser.open(`${app}/login?login_hint=${EMAIL}&organization_id=${FIRST}`);
    assert.deepEqual(names(big.browser, app), ["sk_session"]);
  },

  async "a revoked session ends at once"(app) {
    const { browser } = await signedIn(app, "/me");
    const other = await signedIn(app, "/me");
    const { user } = JSON.parse((await browser.open(`${app}/me`)).text);
    const body = JSON.stringify({ type: "session.revoked", data: { session_id: user.sid } });
    const forged = await fetch(`${app}/webhook`, { method: "POST", body });
    assert.equal(forged.status, 400);
    assert.equal((await visit(browser, `${app}/me`)).status, 200);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const mac = createHmac("sha256", Buffer.alloc(24, 7)).update(`msg_1.${timestamp}.${body}`);
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${mac.digest("base64")}`,
    };
    const sent = await fetch(`${app}/webhook`, { method: "POST", body, headers });
    assert.equal(sent.status, 204);
    assert.equal((await visit(browser, `${app}/me`)).status, 302);
    assert.deepEqual(names(browser, app), []);
    assert.equal((await visit(other.browser, `${app}/me`)).status, 200);
  },

  async "tampered cookies"(app) {
    const { browser } = await signedIn(app);
    const cookie = browser.cookies(app).get("sk_session") ?? "";
    for (const forged of [`${cookie.slice(0, -6)}AAAAAA`, cookie.slice(10), "AQ", "%00"]) {
      browser.cookies(app).set("sk_session", forged);
      assert.equal((await visit(browser, `${app}/orders`)).status, 302);
      assert.deepEqual(names(browser, app), []);
    }
  },

  async "open-redirect attempts"(app) {
    for (const returnTo of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/\t/evil.example",
      "/%5Cevil.example",
      "/..//evil.example",
    ]) {
      const { page } = await signedIn(app, returnTo);
      assert.equal(page.url, `${app}/`, returnTo);
    }
  },
};
