import type { ScalekitClient } from "scalekit-client";
import * as express from "scalekit-client/express";
import * as fastify from "scalekit-client/fastify";
import * as hono from "scalekit-client/hono";
import { type AuthContext, ScalekitAuthNext, withToken } from "scalekit-client/next";

/** Uses the adapters of web frameworks as programs do. Only types are checked. */
export async function web(client: ScalekitClient): Promise<unknown> {
  const store: express.SessionStore = new express.MemoryStore();
  const options: express.WebAuthOptions = {
    client,
    redirectUri: "https://app.example.com/callback",
    cookieEncryptionSecret: ["new", "old"],
    cookieName: "sk_session",
    cookieSecure: true,
    loginPath: "/login",
    callbackPath: "/callback",
    logoutPath: "/logout",
    postLoginRedirect: "/",
    postLogoutRedirectUri: "/bye",
    fullLogout: true,
    refreshAheadMs: 10_000,
    store,
    serverSessions: true,
    onLogin: ({ user, accessToken }) => console.log(user.sub, user.roles?.[0], accessToken),
    onError: async ({ reason, error }) => console.error(reason, error?.message),
  };
  const auth: express.ScalekitAuth = express.ScalekitAuth({
    ...options,
    onLoginFailure: ({ reason, status }, _request, response) =>
      response.status(status).send(reason),
  });
  const guard: express.Middleware = auth.requires({ organization: true, roles: ["admin"] });
  const token: string | undefined = auth.getAccessToken({});
  const revoked: string | undefined = await auth.handleEvent({ type: "session.revoked" });
  const forFastify = new fastify.ScalekitAuth(options);
  const hook: fastify.Hook = forFastify.requiresAuth;
  const forHono = hono.ScalekitAuth(options);
  const variables: Partial<hono.ScalekitVariables> = { scalekitUser: { sub: "usr_1" } };
  const next = ScalekitAuthNext({ client, redirectUri: "", cookieEncryptionSecret: "" });
  const handler = next.withAuth((_request: Request, { user, params }: AuthContext) =>
    Response.json([user.sub, params]),
  );
  const session = await next.getSession();
  const expiresAt: number | undefined = session?.expiresAt;
  const mcp = hono.McpAuth({ client, resource: "https://h/mcp", resourceId: "res_1" });
  const api = withToken({ client, scopes: "a" }, (_request, { auth }) =>
    Response.json(auth.scopes),
  );
  // @ts-expect-error: the redirect URI is missing
  express.ScalekitAuth({ client, cookieEncryptionSecret: "secret" });
  // @ts-expect-error: the name is `roles`
  auth.requires({ role: "admin" });
  return [guard, token, revoked, hook, forHono.router, variables, handler, expiresAt, mcp, api];
}
