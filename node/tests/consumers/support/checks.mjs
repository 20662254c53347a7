// Checks that every consumer must pass.

import assert from "node:assert/strict";

import { Browser } from "../../support/browser.mjs";

const ADA = "ada@acme.example";
/** The error of the package if a bundler has put it into its output. */
const BUNDLED = /scalekit-client was bundled.* serverExternalPackages: \["scalekit-client"\]/;

/** Logs a user in. Returns the browser and the page after the login. */
async function logIn(app) {
  const browser = new Browser();
  const page = await browser.open(`${app}/login?${new URLSearchParams({ login_hint: ADA })}`);
  return { browser, page };
}

/** Asserts that an application logs a user in, validates its tokens and catches exceptions. */
export async function works(app) {
  assert.match((await new Browser().open(app)).text, /Log in/);
  const { page } = await logIn(app);
  assert.equal(page.url, `${app}/`, page.text);
  assert.match(page.text, new RegExp(`Signed in as ${ADA}`));

  const cookie = "id_token=eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
  const forged = await fetch(app, { headers: { cookie } });
  assert.match(await forged.text(), /Log in/);
  await catchesNotFound(app);
}

/** Asserts that a route in the edge runtime validates tokens. */
export async function worksAtEdge(app) {
  const { browser } = await logIn(app);
  const valid = async (visitor) => JSON.parse((await visitor.open(`${app}/edge`)).text);
  assert.deepEqual(await valid(browser), { valid: true, edge: true });
  assert.deepEqual(await valid(new Browser()), { valid: false, edge: true });
}

/**
 * Asserts that an application with the adapter for Next.js logs a user in, refreshes the session,
 * keeps it on all responses, and logs the user out. With a middleware, it also protects pages.
 */
export async function sessionsWork(app, { middleware }) {
  const browser = new Browser();
  const navigation = { accept: "text/html", "sec-fetch-mode": "navigate" };
  const visit = (path, headers = navigation) => browser.send(`${app}${path}`, { headers });
  const cookie = () => browser.cookies(app).get("sk_session");

  const anonymous = await visit("/dashboard?a=b");
  if (middleware) {
    // Next.js replaces loopback addresses by "localhost".
    const { pathname, search, port } = new URL(anonymous.headers.get("location"), app);
    assert.deepEqual([anonymous.status, port], [302, new URL(app).port]);
    assert.equal(pathname + search, "/auth/login?returnTo=%2Fdashboard%3Fa%3Db");
  } else {
    assert.match(await anonymous.text(), /No session/);
  }
  assert.equal((await visit("/me", { "sec-fetch-mode": "cors" })).status, 401);
  assert.equal((await visit("/token")).status, 401);

  const query = new URLSearchParams({ returnTo: "/dashboard", login_hint: ADA });
  const page = await browser.open(`${app}/auth/login?${query}`);
  assert.equal(page.url, `${app}/dashboard`, page.text);
  // With the middleware, the page sees the cookie that the browser receives.
  assert.match(page.text, /Session of usr_1/);
  assert.ok(page.text.includes(cookie().slice(-16)));

  for (const [path, status] of [
    ["/me", 200],
    ["/go", 307],
  ]) {
    const before = cookie();
    const response = await visit(path);
    assert.equal(response.status, status, path);
    assert.notEqual(cookie(), before, path);
    if (path === "/me") {
      assert.deepEqual(await response.json(), { sub: "usr_1", token: "string", path });
    }
  }
  const tampered = browser.copy();
  tampered.cookies(app).set("sk_session", `${cookie().slice(0, -6)}AAAAAA`);
  const forged = await tampered.send(`${app}/dashboard`, { headers: navigation });
  assert.ok(middleware ? forged.status === 302 : /No session/.test(await forged.text()));

  const foreign = { method: "POST", headers: { origin: "https://evil.example" } };
  assert.equal((await browser.send(`${app}/auth/logout`, foreign)).status, 403);
  const own = { method: "POST", headers: { ...navigation, origin: app } };
  const logout = await browser.send(`${app}/auth/logout`, own);
  assert.equal(logout.status, 303);
  assert.match(logout.headers.get("location"), /id_token_hint=/);
  assert.equal(cookie(), undefined);
}

/** Asserts that the exception of a call for an unknown organization is an instance of its class. */
export async function catchesNotFound(app) {
  const { status, text } = await new Browser().open(`${app}/organizations/org_404`);
  assert.deepEqual([status, text], [404, JSON.stringify({ error: "ScalekitNotFoundException" })]);
}

/** Asserts that a login fails with the error for bundled packages. */
export async function loginFailsAsBundled({ url, stop }) {
  assert.equal((await new Browser().open(`${url}/login`)).status, 500);
  assert.match(await stop(), BUNDLED);
}

/** Asserts that a program failed with the error for bundled packages. */
export function failsAsBundled({ code, output }) {
  assert.notEqual(code, 0, output);
  assert.match(output, BUNDLED);
}
