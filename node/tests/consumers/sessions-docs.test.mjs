// The application that docs/sessions-next.md describes, with Next 16.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { Browser } from "../support/browser.mjs";
import { start } from "./support/next.mjs";
import { project } from "./support/project.mjs";

const page = readFileSync(join(import.meta.dirname, "../../../docs/sessions-next.md"), "utf8");
const path = project("sessions-docs", ["next16"]);
for (const [, file, source] of page.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms)) {
  // The application is below a repository with other lock files.
  const root = "outputFileTracingRoot: import.meta.dirname, serverExternalPackages";
  mkdirSync(dirname(join(path, file)), { recursive: true });
  writeFileSync(join(path, file), source.replace("serverExternalPackages", root));
}
writeFileSync(
  join(path, "app/layout.js"),
  "export default ({ children }) => <html lang='en'><body>{children}</body></html>;\n",
);
// A store that is shared by all copies of the module.
mkdirSync(join(path, "app/stored"));
writeFileSync(
  join(path, "app/stored/route.js"),
  `import { auth } from "../../lib/auth-with-store";
  const event = { type: "session.revoked", data: { session_id: "ses_1" } };
  export const GET = async () => new Response(await auth.handleEvent(event));
  `,
);

test("the snippets of docs/sessions-next.md", async (t) => {
  const { url } = await start(t, path, "dev");
  const browser = new Browser();
  assert.match((await browser.open(url)).text, /<a href="\/login">Sign in<\/a>/);
  const query = new URLSearchParams({ returnTo: "/orders", login_hint: "ada@acme.example" });
  const orders = await browser.open(`${url}/login?${query}`);
  assert.deepEqual(JSON.parse(orders.text), { orders: [], user: "usr_1" });
  assert.match((await browser.open(url)).text, /Signed in as (<!-- -->)?usr_1/);
  const headers = { accept: "text/html", "sec-fetch-mode": "navigate", origin: url };
  const post = (path) => browser.send(`${url}${path}`, { method: "POST", headers });
  assert.equal((await post("/orders")).status, 403);
  assert.equal((await browser.send(`${url}/api/orders`)).status, 401);
  assert.equal(await (await browser.send(`${url}/stored`)).text(), "ses_1");
  assert.equal((await post("/logout")).status, 303);
  assert.equal((await browser.send(`${url}/orders`, { headers })).status, 302);
});
