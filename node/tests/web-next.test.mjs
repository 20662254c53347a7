// @ts-check
/** The middleware for Next.js, as far as it works without Next.js. The consumers test the rest. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { ScalekitArgumentException, ScalekitClient } from "scalekit-client";
import { ScalekitAuthNext } from "scalekit-client/next";

const { publicRoute } = createRequire(import.meta.url)("../lib/web/public-routes.js");

test("a redirect of the middleware has the public origin and not that of the request", async () => {
  const auth = ScalekitAuthNext({
    client: new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret"),
    redirectUri: "https://app.example.com/callback",
    cookieEncryptionSecret: "a secret of at least thirty-two characters",
  });
  const middleware = auth.createMiddleware({ publicRoutes: ["/about"] });
  for (const path of ["/orders?a=b", "/about/", "/ABOUT", "/about%2F..%2Forders"]) {
    const headers = { accept: "text/html", host: "evil.example" };
    const response = await middleware(new Request(`http://localhost:3000${path}`, { headers }));
    assert.equal(response.status, 302, path);
    const location = `https://app.example.com/login?returnTo=${encodeURIComponent(path)}`;
    assert.equal(response.headers.get("location"), location);
  }
  const script = await middleware(
    new Request("http://localhost:3000/orders", { headers: { accept: "text/x-component" } }),
  );
  assert.equal(script.status, 401);
});

test("public routes match whole paths, and no path that leaves them", () => {
  const isPublic = publicRoute(["/", "/docs/*", /\/blog\/\d+/, "/about"]);
  for (const path of ["/", "/docs/", "/docs/a/b", "/blog/12", "/about"]) {
    assert.ok(isPublic(path), path);
  }
  for (const path of [
    "/docs",
    "/doc",
    "/admin",
    "/admin/blog/12",
    "/blog/12/edit",
    "/about/",
    "//docs/a",
    "/docs/../admin",
    "/docs/..",
    "/docs/%2e%2e/admin",
    "/docs/..%2Fadmin",
    "/docs/%5C..%5Cadmin",
    "/docs//admin",
  ]) {
    assert.ok(!isPublic(path), path);
  }
  for (const route of ["about", "/a*b", 5]) {
    assert.throws(() => publicRoute([route]), ScalekitArgumentException);
  }
});
