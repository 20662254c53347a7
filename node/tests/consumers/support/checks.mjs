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
