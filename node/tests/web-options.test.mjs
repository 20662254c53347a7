// @ts-check
/** Options of login and sessions, and the parts of a request that the core reads. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { ScalekitArgumentException, ScalekitClient } from "scalekit-client";
import { ScalekitAuth } from "scalekit-client/express";
import { ScalekitAuthNext } from "scalekit-client/next";

import { ROOT } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
const SECRET = "a secret of at least thirty-two characters";
const client = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret");
/** @type {any} */
const OPTIONS = {
  client,
  redirectUri: "https://app.example.com/callback",
  cookieEncryptionSecret: SECRET,
};

test("invalid options are rejected with their names, and never with a secret", () => {
  /** @type {[object, RegExp][]} */
  const cases = [
    [{ redirectUri: undefined }, /^redirectUri is required$/],
    [{ redirectUri: "" }, /^redirectUri is required$/],
    [{ redirectUri: "/callback" }, /^redirectUri must be an http or https URL/],
    [{ cookieEncryptionSecret: undefined }, /^cookieEncryptionSecret is required$/],
    [{ cookieEncryptionSecret: "short" }, /32/],
    [{ cookieEncryptionSecret: 5 }, /^cookieEncryptionSecret must be a string or an array/],
    [{ cookie_name: "a" }, /'cookie_name'; use 'cookieName'$/],
    [{ cookieName: "a b" }, /^cookieName /],
    [{ cookieSecure: "yes" }, /^cookieSecure must be a boolean, not string$/],
    [{ cookieSameSite: "some" }, /^cookieSameSite must be lax, strict or none$/],
    [{ loginPath: "login" }, /^loginPath must be a path/],
    [{ refreshAheadMs: "10" }, /^refreshAheadMs must be a number of milliseconds, not string$/],
    [{ refreshGraceMs: -1 }, /^refreshGrace/],
    [{ onLogin: "log" }, /^onLogin must be a function, not string$/],
    [{ serverSessions: true }, /store/],
    [{ client: {} }, /^client must be a ScalekitClient/],
    [{ client: undefined }, /envUrl is missing/],
    [{ envUrl: "https://b.example" }, /^pass either client, or envUrl/],
  ];
  for (const [change, message] of cases) {
    assert.throws(
      () => ScalekitAuth({ ...OPTIONS, ...change }),
      (error) => {
        assert.ok(error instanceof ScalekitArgumentException, String(error));
        assert.match(error.message, message);
        assert.ok(!error.message.includes(SECRET));
        return true;
      },
    );
  }
});

test("guards reject unknown requirements", () => {
  const auth = ScalekitAuth(OPTIONS);
  assert.throws(() => auth.requires(/** @type {any} */ ({ role: "admin" })), /'role'; use 'roles'/);
  assert.throws(() => auth.requires({ roles: /** @type {any} */ (5) }), /roles must be a string/);
});

test("a client can be passed as its credentials", () => {
  const { client: _, ...rest } = OPTIONS;
  const credentials = { envUrl: "https://acme.scalekit.com", clientId: "a", clientSecret: "b" };
  assert.ok(new ScalekitAuth({ ...rest, ...credentials }).router);
});

test("an application of Next.js can be built without its environment variables", async () => {
  const empty = new ScalekitClient("", "", "");
  const auth = ScalekitAuthNext({
    client: empty,
    redirectUri: "",
    cookieEncryptionSecret: /** @type {any} */ (undefined),
  });
  const handler = auth.createLoginHandler();
  await assert.rejects(handler(new Request("http://localhost/login")), /is missing/);
  assert.throws(() => ScalekitAuthNext(/** @type {any} */ ({ ...OPTIONS, path: "/" })), /'path'/);
});

test("the headers that are passed to the core are those that it reads", () => {
  const source = readFileSync(join(ROOT, "core/src/client/web_auth/request.rs"), "utf8");
  const [, list = ""] = /HEADERS: \[&'static str; \d+\] = \[(.*?)\]/s.exec(source) ?? [];
  const names = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(require("../lib/web/auth.js").HEADERS, names);
});

test("an adapter loads no framework", () => {
  const program = `
    for (const name of ["express", "fastify", "hono", "next"]) require("scalekit-client/" + name);
    const loaded = Object.keys(require.cache).filter((path) => !path.includes("/node/lib/"));
    console.log(loaded.join());`;
  const output = execFileSync(process.execPath, ["-e", program], { cwd: import.meta.dirname });
  assert.equal(output.toString(), "\n");
});
