// @ts-check
/** Bearer tokens of APIs and MCP servers over HTTP. The core's tests cover all challenges. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";

import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";

import { ScalekitArgumentException, ScalekitClient } from "scalekit-client";
import * as expressAdapter from "scalekit-client/express";
import * as fastifyAdapter from "scalekit-client/fastify";
import * as honoAdapter from "scalekit-client/hono";
import { withToken } from "scalekit-client/next";

import { emulator } from "./support/programs.mjs";

const environment = await emulator();
const { clientId, clientSecret } = environment;
const client = new ScalekitClient(environment.url, clientId, clientSecret);
const token = await client.getClientAccessToken();
const unreachable = new ScalekitClient("http://127.0.0.1:9", clientId, clientSecret, {
  maxRetries: 0,
});
const RESOURCE = "https://mcp.example.com/mcp";
const METADATA = "/.well-known/oauth-protected-resource";

/** The guards of `/open`, `/scoped`, `/other` and `/down`. */
const GUARDS = {
  open: { client },
  scoped: { client, scopes: ["orders:read"] },
  other: { client, audience: "https://api.example.com" },
  down: { client: unreachable },
};

/** @param {any} server */
async function urlOf(server) {
  if (!server.listening) {
    await once(server, "listening");
  }
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** @type {Record<string, () => Promise<string>>} */
const APPS = {
  async express() {
    const app = express();
    for (const [name, options] of Object.entries(GUARDS)) {
      app.get(`/${name}`, expressAdapter.requiresToken(options), (req, res) => {
        res.json(/** @type {any} */ (req).auth);
      });
    }
    return urlOf(app.listen(0, "127.0.0.1"));
  },
  async fastify() {
    const app = fastify();
    for (const [name, options] of Object.entries(GUARDS)) {
      const onRequest = fastifyAdapter.requiresToken(options);
      app.get(`/${name}`, { onRequest }, async (request) => /** @type {any} */ (request).auth);
    }
    after(() => app.close());
    return app.listen({ port: 0, host: "127.0.0.1" });
  },
  async hono() {
    /** @type {Hono<{ Variables: import("scalekit-client/hono").ScalekitVariables }>} */
    const app = new Hono();
    for (const [name, options] of Object.entries(GUARDS)) {
      app.get(`/${name}`, honoAdapter.requiresToken(options), (c) => c.json(c.get("auth")));
    }
    return urlOf(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
  },
  async next() {
    const handlers = Object.fromEntries(
      Object.entries(GUARDS).map(([name, options]) => [
        `/${name}`,
        withToken(options, (_, { auth }) => Response.json(auth)),
      ]),
    );
    const fetch = (/** @type {Request} */ request) =>
      handlers[new URL(request.url).pathname]?.(request) ?? new Response(null, { status: 404 });
    return urlOf(serve({ fetch, port: 0, hostname: "127.0.0.1" }));
  },
};

/** @param {string} url @param {string} [authorization] */
const get = (url, authorization) =>
  fetch(url, { headers: { ...(authorization && { authorization }) } });

for (const [framework, start] of Object.entries(APPS)) {
  test(`${framework}: a valid token passes, others receive a challenge`, async () => {
    const url = await start();
    for (const scheme of ["Bearer", "bearer"]) {
      const response = await get(`${url}/open`, `${scheme} ${token}`);
      assert.equal(response.status, 200);
      const auth = /** @type {any} */ (await response.json());
      assert.deepEqual([auth.token, auth.clientId, auth.extra.sub], [token, clientId, clientId]);
      assert.ok(Array.isArray(auth.scopes) && auth.expiresAt > Date.now() / 1000);
    }
    /** @type {[string, string | undefined, number, RegExp | null][]} */
    const denied = [
      ["open", undefined, 401, /^Bearer realm="OAuth"$/],
      ["open", "Basic abc", 401, /^Bearer realm="OAuth"$/],
      ["open", `Bearer ${token.slice(0, -4)}AAAA`, 401, /error="invalid_token"/],
      ["open", "Bearer a b", 400, /error="invalid_request"/],
      ["scoped", `Bearer ${token}`, 403, /error="insufficient_scope".*scope="orders:read"/],
      ["other", `Bearer ${token}`, 401, /error="invalid_token".*audience/],
      ["down", `Bearer ${token}`, 503, null],
    ];
    for (const [name, authorization, status, challenge] of denied) {
      const response = await get(`${url}/${name}`, authorization);
      const text = await response.text();
      assert.equal(response.status, status, `${name} ${text}`);
      const header = response.headers.get("www-authenticate");
      assert.ok(challenge === null ? header === null : challenge.test(header ?? ""), `${header}`);
      assert.ok(!text.includes(token) && JSON.parse(text).error);
    }
  });
}

const OPTIONS = {
  client,
  resource: RESOURCE,
  resourceId: "res_1",
  scopesSupported: ["mail:read"],
  resourceDocumentation: "https://example.com/docs",
};

/** @type {Record<string, (options: any) => Promise<string>>} */
const MCP = {
  async express(options) {
    const app = express();
    const auth = expressAdapter.McpAuth(options);
    app.use(auth.router);
    app.post("/mcp", auth.requiresAuth, (_, res) => void res.send("served"));
    app.post("/mail", auth.requires({ scopes: "mail:read" }), (_, res) => void res.send("served"));
    return urlOf(app.listen(0, "127.0.0.1"));
  },
  async hono(options) {
    const app = new Hono();
    const auth = new honoAdapter.McpAuth(options);
    app.use(auth.router);
    app.post("/mcp", auth.requiresAuth, (c) => c.text("served"));
    app.post("/mail", auth.requires({ scopes: "mail:read" }), (c) => c.text("served"));
    return urlOf(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
  },
};

for (const [framework, start] of Object.entries(MCP)) {
  test(`${framework}: an MCP server has metadata and challenges that refer to it`, async () => {
    const url = await start(OPTIONS);
    for (const path of [METADATA, `${METADATA}/mcp`]) {
      const response = await fetch(`${url}${path}`);
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
      assert.deepEqual(await response.json(), {
        resource: RESOURCE,
        authorization_servers: [`${environment.url}/resources/res_1`],
        bearer_methods_supported: ["header"],
        resource_documentation: "https://example.com/docs",
        scopes_supported: ["mail:read"],
      });
    }
    assert.equal((await fetch(`${url}${METADATA}/other`)).status, 404);
    const missing = await fetch(`${url}/mcp`, { method: "POST" });
    assert.equal(missing.status, 401);
    assert.equal(
      missing.headers.get("www-authenticate"),
      `Bearer realm="OAuth", resource_metadata="https://mcp.example.com${METADATA}/mcp"`,
    );
    // The token of the client is for another audience.
    const headers = { authorization: `Bearer ${token}` };
    const foreign = await fetch(`${url}/mcp`, { method: "POST", headers });
    assert.match(foreign.headers.get("www-authenticate") ?? "", /error="invalid_token".*audience/);
    const own = await start({ ...OPTIONS, audience: clientId });
    assert.equal((await fetch(`${own}/mcp`, { method: "POST", headers })).status, 200);
    const scoped = await fetch(`${own}/mail`, { method: "POST", headers });
    assert.equal(scoped.status, 403);
    assert.match(
      scoped.headers.get("www-authenticate") ?? "",
      /error="insufficient_scope".*scope="mail:read".*resource_metadata=/,
    );
  });
}

test("invalid options are rejected with their names", () => {
  /** @type {[() => unknown, RegExp][]} */
  const cases = [
    [() => expressAdapter.requiresToken(/** @type {any} */ ({ client, scope: "a" })), /'scopes'/],
    [
      () => expressAdapter.requiresToken(/** @type {any} */ ({ client, scopes: [1] })),
      /scopes must be a string or an array of strings/,
    ],
    [() => honoAdapter.McpAuth({ ...OPTIONS, resource: "mcp" }), /must be an http or https URL/],
    [() => expressAdapter.McpAuth(/** @type {any} */ ({ client })), /resource must be a string/],
  ];
  for (const [create, message] of cases) {
    assert.throws(create, (error) => {
      assert.ok(error instanceof ScalekitArgumentException);
      assert.match(error.message, message);
      return true;
    });
  }
});
