// @ts-check
/**
 * The same application in each framework, for the tests of login and sessions. Its routes:
 *
 * - `/`: the user, if there is one
 * - `GET`, `POST /orders`: requires a session
 * - `/admin`, `/org_1`, `/org_2`, `/secrets`: require a role, an organization, a permission
 * - `/own`: requires a session, and replaces all headers of its response
 * - `/throws`: requires a session, and throws
 * - `/switch`: logs in to another organization
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { after } from "node:test";

import { serve } from "@hono/node-server";
import express from "express";
// @ts-expect-error: the package has no types.
import express4 from "express-4";
import fastify from "fastify";
import fastify4 from "fastify-4";
import { Hono } from "hono";
import { Hono as Hono40 } from "hono-4.0";

import { ScalekitAuth as ExpressAuth } from "scalekit-client/express";
import { ScalekitAuth as FastifyAuth } from "scalekit-client/fastify";
import { ScalekitAuth as HonoAuth } from "scalekit-client/hono";
import { ScalekitAuthNext } from "scalekit-client/next";

/** @typedef {Record<string, any>} Options */

/** Returns a free port: the redirect URI contains it. */
async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  listener.close();
  await once(listener, "close");
  return port;
}

/** @param {any} server */
function stopAfterTests(server) {
  after(() => {
    server.closeAllConnections?.();
    server.close();
  });
}

/** @param {any} user @param {any} session @param {string | null | undefined} token */
function shown(user, session, token) {
  const result = {
    sub: user?.sub ?? null,
    expiresAt: session?.expiresAt ?? null,
    token: typeof token === "string",
    session: session ? Object.keys(session) : [],
  };
  if (user) {
    // Must not change the user of another request.
    user.sub = "changed";
  }
  return result;
}

const ADMIN = { roles: "admin" };
const SECRETS = { permissions: ["secrets:read"] };
const OWN = { "set-cookie": "own=1; Path=/", "x-own": "1" };

/** @typedef {(options: Options, port: number) => Promise<any>} Start */

/** @param {typeof express} create @returns {Start} */
function startExpress(create) {
  return async (options, port) => {
    const app = create();
    const auth = ExpressAuth(/** @type {any} */ (options));
    app.set("env", "test");
    app.use(auth.router);
    /** @type {any} */
    const show = (/** @type {any} */ req, /** @type {any} */ res) =>
      res.json(shown(req.scalekitUser, req.scalekitSession, auth.getAccessToken(req)));
    app.get("/", auth.optionalAuth, show);
    app.route("/orders").all(auth.requiresAuth).get(show).post(show);
    app.get("/admin", auth.requires(ADMIN), show);
    app.get("/secrets", auth.requires(SECRETS), show);
    app.get("/org_1", auth.requires({ organizationId: "org_1" }), show);
    app.get("/org_2", auth.requires({ organizationId: "org_2" }), show);
    app.get("/own", auth.requiresAuth, (_, res) => void res.writeHead(200, OWN).end("own"));
    app.get("/throws", auth.requiresAuth, () => {
      throw new Error("thrown");
    });
    app.get("/switch", (req, res) => auth.login(req, res, { organizationId: "org_2" }));
    app.get("/session", async (req, res) => void res.json(await auth.getSession(req, res)));
    app.use(
      (
        /** @type {any} */ error,
        /** @type {any} */ _,
        /** @type {any} */ res,
        /** @type {any} */ next,
      ) => (res.headersSent ? next(error) : res.status(500).send(`failed: ${error.message}`)),
    );
    const server = app.listen(port, "127.0.0.1");
    await once(server, "listening");
    stopAfterTests(server);
    return auth;
  };
}

/** @param {typeof fastify} create @returns {Start} */
function startFastify(create) {
  return async (options, port) => {
    const app = create();
    const auth = FastifyAuth(/** @type {any} */ (options));
    app.setErrorHandler((error, _, reply) =>
      reply.code(500).send(`failed: ${/** @type {any} */ (error).message}`),
    );
    await app.register(auth.plugin);
    /** @type {any} */
    const show = async (/** @type {any} */ request) =>
      shown(request.scalekitUser, request.scalekitSession, auth.getAccessToken(request));
    /** @param {any} hook */
    const guarded = (hook) => ({ onRequest: hook });
    app.get("/", guarded(auth.optionalAuth), show);
    app.get("/orders", guarded(auth.requiresAuth), show);
    app.post("/orders", { preHandler: auth.requiresAuth }, show);
    app.get("/admin", guarded(auth.requires(ADMIN)), show);
    app.get("/secrets", guarded(auth.requires(SECRETS)), show);
    app.get("/org_1", guarded(auth.requires({ organizationId: "org_1" })), show);
    app.get("/org_2", guarded(auth.requires({ organizationId: "org_2" })), show);
    // Fastify 4.0 does not send a `Response`.
    app.get("/own", guarded(auth.requiresAuth), (_, reply) =>
      app.version === "4.0.0"
        ? reply.headers(OWN).send("own")
        : /** @type {any} */ (new Response("own", { headers: OWN })),
    );
    app.get("/throws", guarded(auth.requiresAuth), async () => {
      throw new Error("thrown");
    });
    app.get("/switch", (request, reply) => auth.login(request, reply, { organizationId: "org_2" }));
    await app.listen({ port, host: "127.0.0.1" });
    after(() => app.close());
    return auth;
  };
}

/** @param {typeof Hono} create @returns {Start} */
function startHono(create) {
  return async (options, port) => {
    const app = new create();
    const auth = HonoAuth(/** @type {any} */ (options));
    app.use(auth.router);
    /** @type {any} */
    const show = (/** @type {any} */ c) =>
      c.json(shown(c.get("scalekitUser"), c.get("scalekitSession"), auth.getAccessToken(c)));
    app.get("/", auth.optionalAuth, show);
    app.all("/orders", auth.requiresAuth, show);
    app.get("/admin", auth.requires(ADMIN), show);
    app.get("/secrets", auth.requires(SECRETS), show);
    app.get("/org_1", auth.requires({ organizationId: "org_1" }), show);
    app.get("/org_2", auth.requires({ organizationId: "org_2" }), show);
    app.get("/own", auth.requiresAuth, () => new Response("own", { headers: OWN }));
    app.get("/throws", auth.requiresAuth, () => {
      throw new Error("thrown");
    });
    app.get("/switch", (c) => auth.login(c, { organizationId: "org_2" }));
    app.onError((error, c) => c.text(`failed: ${error.message}`, 500));
    stopAfterTests(serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }));
    return auth;
  };
}

/**
 * The frameworks with their newest version and with the lowest version that is supported.
 * @type {Record<string, Start>}
 */
const STARTS = {
  express: startExpress(express),
  "express 4": startExpress(/** @type {any} */ (express4)),
  fastify: startFastify(fastify),
  "fastify 4": startFastify(/** @type {any} */ (fastify4)),
  hono: startHono(Hono),
  "hono 4.0": startHono(/** @type {any} */ (Hono40)),

  /** Route handlers of Next.js without Next.js. The consumers test them within it. */
  async next(options, port) {
    const auth = ScalekitAuthNext(/** @type {any} */ (options));
    const show = (/** @type {any} */ _, /** @type {any} */ { user, session, accessToken }) =>
      Response.json(shown(user, session, accessToken));
    const orders = auth.withAuth(show);
    /** @type {Record<string, (request: any) => Promise<Response>>} */
    const routes = {
      "/login": auth.createLoginHandler(),
      "/callback": auth.createCallbackHandler(),
      "/logout": auth.createLogoutHandler(),
      "/orders": orders,
      "/admin": auth.withAuth(show, ADMIN),
      "/secrets": auth.withAuth(show, SECRETS),
      "/org_1": auth.withAuth(show, { organizationId: "org_1" }),
      "/org_2": auth.withAuth(show, { organizationId: "org_2" }),
      "/own": auth.withAuth(() => new Response("own", { headers: OWN })),
      "/switch": auth.createLoginHandler({ organizationId: "org_2" }),
    };
    const fetch = async (/** @type {Request} */ request) => {
      const handler = routes[new URL(request.url).pathname];
      try {
        return (await handler?.(request)) ?? new Response("not found", { status: 404 });
      } catch (error) {
        return new Response(`failed: ${/** @type {Error} */ (error).message}`, { status: 500 });
      }
    };
    stopAfterTests(serve({ fetch, port, hostname: "127.0.0.1" }));
    return auth;
  },
};

export const FRAMEWORKS = Object.keys(STARTS);

/**
 * Starts the application and returns its URL and its `auth`.
 * @param {string} framework @param {Options} options
 */
export async function startApp(framework, options) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = STARTS[framework];
  if (!start) {
    throw new Error(`unknown framework ${framework}`);
  }
  const auth = await start(
    {
      redirectUri: `${url}/callback`,
      cookieEncryptionSecret: "a secret of at least thirty-two characters",
      onError: () => {},
      ...options,
    },
    port,
  );
  return { url, auth };
}
