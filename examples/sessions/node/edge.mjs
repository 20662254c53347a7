// An application for edge runtimes as a fetch handler: login, guards, refresh and logout.
//
// `scalekit-client/edge` has the cookies and the rules of refreshes, and this file has the routes.
// Here the handler runs in Node. In Cloudflare Workers, it would be `export default { fetch }`.
import { serve } from "@hono/node-server";
import {
  createSession,
  KeyRing,
  LoginCookies,
  RefreshPolicy,
  ScalekitEdgeClient,
  SessionCookies,
  WebhookVerificationError,
} from "scalekit-client/edge";

import { page } from "./page.mjs";

const { PORT = "3000", SCALEKIT_CLIENT_ID: clientId, COOKIE_SECRET } = process.env;
const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_SECRET, WEBHOOK_SECRET = "" } = process.env;
const url = process.env.APP_URL ?? `http://localhost:${PORT}`;
const client = new ScalekitEdgeClient(SCALEKIT_ENVIRONMENT_URL, clientId, SCALEKIT_CLIENT_SECRET);
const keys = new KeyRing(COOKIE_SECRET);
// Not all browsers accept secure cookies of localhost.
const secure = url.startsWith("https:");
const logins = new LoginCookies(keys, { secure });
const sessions = new SessionCookies(keys, { secure });
const policy = new RefreshPolicy();
const scopes = ["openid", "profile", "email", "offline_access"];

/** The refreshes in progress, by refresh token. Requests that arrive together share one. */
const refreshes = new Map();
/** The ids of revoked sessions. With several processes, use a store that they share. */
const revoked = new Set();

const routes = {
  "/": (_request, { session }) => {
    const text = session ? "You are signed in." : "Sign in to see your orders.";
    return html(page("Welcome", text, session?.user));
  },
  "/orders": signedIn((_request, { user }) => html(page("Orders", "You have no orders.", user))),
  "/admin": signedIn((_request, { user }) => {
    const text = "Only administrators see this page.";
    const isAdministrator = user.roles?.includes("admin");
    return isAdministrator
      ? html(page("Administration", text, user))
      : html(page("No access", text, user), 403);
  }),
  "/me": signedIn((_request, { user, expiresAt }) => Response.json({ user, expiresAt })),

  async "/login"(request) {
    const query = new URL(request.url).searchParams;
    const token = query.get("idp_initiated_login");
    const claims = token ? await client.getIdpInitiatedLoginClaims(token) : {};
    const returnTo = query.get("returnTo") ?? claims.relay_state;
    const started = await logins.start(returnTo, request.headers.get("cookie"));
    const authorization = client.getAuthorizationUrl(`${url}/callback`, {
      ...started.parameters,
      scopes,
      connectionId: claims.connection_id,
      organizationId: query.get("organization_id") ?? claims.organization_id,
      loginHint: query.get("login_hint") ?? claims.login_hint,
      prompt: query.get("prompt") ?? undefined,
    });
    return redirect(authorization, started.cookies);
  },

  async "/callback"(request) {
    const query = new URL(request.url).searchParams;
    const cookies = request.headers.get("cookie");
    const { attempt, deletion } = await logins.finish(query.get("state"), cookies);
    const code = query.get("code") ?? "";
    const tokens = await client.authenticateWithCode(code, `${url}/callback`, attempt);
    const claims = await client.validateToken(tokens.accessToken, { audience: clientId });
    const written = await sessions.write(createSession(claims, tokens), cookies);
    return redirect(attempt.returnPath ?? "/", [...written, deletion]);
  },

  async "/logout"(request, { session }) {
    // Browsers send the origin with forms, so that other sites cannot sign the user out.
    if (request.method !== "POST" || request.headers.get("origin") !== url) {
      return new Response("Use the button of this site", { status: 403 });
    }
    const location = client.getLogoutUrl({
      idTokenHint: session?.idToken,
      postLogoutRedirectUri: `${url}/`,
    });
    return redirect(location, sessions.clear(request.headers.get("cookie")), 303);
  },

  async "/api/orders"(request) {
    const token = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (!token || !(await client.validateAccessToken(token))) {
      const headers = { "www-authenticate": "Bearer" };
      return Response.json({ error: "invalid_token" }, { status: 401, headers });
    }
    return Response.json({ orders: [] });
  },

  async "/webhook"(request) {
    try {
      const body = await request.text();
      const event = await client.parseWebhookEvent(WEBHOOK_SECRET, request.headers, body);
      if (["session.revoked", "session.logged_out"].includes(event.type)) {
        revoked.add(event.data.session_id);
      }
    } catch (error) {
      if (error instanceof WebhookVerificationError) {
        return new Response(error.message, { status: 400 });
      }
      throw error;
    }
    return new Response(null, { status: 204 });
  },
};

/** Protects a handler: navigations are sent to the login, scripts receive 401. */
function signedIn(handler) {
  return (request, { session }) => {
    if (session) {
      return handler(request, session);
    }
    if (request.method !== "GET" || request.headers.get("sec-fetch-mode") !== "navigate") {
      return Response.json({ error: "no_session" }, { status: 401 });
    }
    const { pathname, search } = new URL(request.url);
    return redirect(`/login?${new URLSearchParams({ returnTo: pathname + search })}`);
  };
}

/** Returns the session of a request, refreshed if necessary, and the cookies to set. */
async function readSession(header) {
  const { session, reason } = await sessions.read(header);
  if (!session || policy.state(session) === "expired" || revoked.has(session.user.sid)) {
    return { cookies: reason === "missing" ? [] : sessions.clear(header) };
  }
  if (policy.state(session) === "active") {
    return { session, cookies: [] };
  }
  try {
    const refreshed = await refreshOnce(session);
    return { session: refreshed, cookies: await sessions.write(refreshed, header) };
  } catch (error) {
    const consequence = policy.afterFailure(session, error);
    if (consequence === "end_session") {
      return { cookies: sessions.clear(header) };
    }
    return { session, cookies: [], isUnavailable: consequence === "unavailable" };
  }
}

function refreshOnce(session) {
  const { refreshToken } = session;
  const refresh = async () => {
    const tokens = await client.refreshAccessToken(refreshToken);
    const claims = await client.validateToken(tokens.accessToken, { audience: clientId });
    return createSession(claims, tokens, session);
  };
  if (!refreshes.has(refreshToken)) {
    refreshes.set(refreshToken, refresh());
    // Requests that were sent with the old cookie can arrive a little later.
    setTimeout(() => refreshes.delete(refreshToken), 10_000);
  }
  return refreshes.get(refreshToken);
}

async function fetch(request) {
  const { pathname } = new URL(request.url);
  const route =
    routes[pathname] ?? (pathname.startsWith("/switch/") ? switchOrganization : undefined);
  if (route === undefined) {
    return new Response("Not found", { status: 404 });
  }
  const context = await readSession(request.headers.get("cookie"));
  if (context.isUnavailable) {
    return new Response("Try again", { status: 503, headers: { "retry-after": "5" } });
  }
  const response = await respond(route, request, context);
  // Login, callback and logout set the cookies of the session.
  return response.headers.has("set-cookie") ? response : withCookies(response, context.cookies);
}

async function respond(route, request, context) {
  try {
    return await route(request, context);
  } catch (error) {
    // A page and not a redirect to the login: that could be a loop.
    return html(page("Sign-in failed", error.message), 400);
  }
}

function switchOrganization(request) {
  const organization = new URL(request.url).pathname.split("/")[2];
  return redirect(`/login?organization_id=${organization}&returnTo=/orders`);
}

function html(text, status = 200) {
  return new Response(text, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}

function redirect(location, cookies = [], status = 302) {
  return withCookies(new Response(null, { status, headers: { location } }), cookies);
}

function withCookies(response, cookies) {
  for (const cookie of cookies) {
    response.headers.append("set-cookie", String(cookie));
    response.headers.set("cache-control", "private, no-store");
  }
  return response;
}

serve({ fetch, hostname: "127.0.0.1", port: Number(PORT) }, () => console.log(url));
