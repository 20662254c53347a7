// Login, sessions and bearer tokens in Next.js 14 and newer (App Router).

import { type Action, loginFailure, type Outcome, SESSION, sessionOf, WebAuth } from "./auth";
import { tokenCheck, type TokenInfo, type TokenOptions } from "./bearer";
import { callable } from "./callable";
import { partsOf, pathOf, selected, toResponse, withCookies } from "./fetch";
import { publicRoute } from "./public-routes";
import { coreLogin, coreRequirements } from "./options";
import type {
  LoginFailure,
  LoginParameters,
  Requirements,
  SessionUser,
  WebAuthOptions,
  WebSession,
} from "./types";

export type { TokenInfo, TokenOptions, TokenRequirements } from "./bearer";
export type * from "./types";
export * from "./stores";

/** A route handler. */
export type RouteHandler = (request: any, context?: any) => Promise<Response>;

/** The second parameter of the handlers of `withAuth`. It also has the route's `params`. */
export interface AuthContext {
  /** The claims of the signed-in user. */
  user: SessionUser;
  session: WebSession;
  /** For calls of your APIs on behalf of the user. */
  accessToken: string;
  /** The parameters of the route: an object, or a promise of it in Next.js 15 and newer. */
  params: any;
}

/** Options of {@link ScalekitAuthNext}. */
export interface NextAuthOptions extends WebAuthOptions<Request> {
  /** Returns the response to a failed login. Default: a page with the reason and a link. */
  onLoginFailure?: (failure: LoginFailure, request: Request) => Response | Promise<Response>;
}

/** Options of `createMiddleware`. */
export interface MiddlewareOptions {
  /**
   * Paths that need no session: exact ones, or with `*` at their end for all paths that begin so.
   * The routes for login, callback and logout, and the static files of Next.js, are always public.
   */
  publicRoutes?: readonly (string | RegExp)[];
}

/** The action of code that cannot set cookies. */
const PEEK: Action = { action: "peek" };

class NextAuth {
  readonly #auth: WebAuth<Request>;
  readonly #onLoginFailure: NextAuthOptions["onLoginFailure"];

  /**
   * The values of the options are checked by the first request, so that an application can be built
   * without its environment variables.
   */
  constructor(options: NextAuthOptions) {
    this.#auth = new WebAuth<Request>(options, ["onLoginFailure"]);
    this.#onLoginFailure = options.onLoginFailure;
  }

  /** Creates the route handler for the login: `export const GET = auth.createLoginHandler()`. */
  createLoginHandler(parameters?: LoginParameters): RouteHandler {
    const login = coreLogin(parameters);
    return (request: Request) => this.#respond({ action: "login", login }, request);
  }

  /** Creates the route handler for the callback. Export it as `GET`. */
  createCallbackHandler(): RouteHandler {
    return async (request: Request) =>
      // Next.js calls the handler of `GET` for `HEAD` requests, which must not use up the code.
      request.method === "HEAD"
        ? new Response(null, { status: 405, headers: { Allow: "GET" } })
        : this.#respond({ action: "callback" }, request);
  }

  /** Creates the route handler for the logout. Export it as `POST`, and as `GET` for links. */
  createLogoutHandler(): RouteHandler {
    return (request: Request) => this.#respond({ action: "logout" }, request);
  }

  /**
   * Creates a route handler for signed-in users.
   *
   * @example
   * export const GET = auth.withAuth(async (request, { user }) => Response.json(user));
   */
  withAuth(
    handler: (request: any, context: AuthContext) => Response | Promise<Response>,
    requirements?: Requirements,
  ): RouteHandler {
    const action: Action = { action: "require", require: coreRequirements(requirements) };
    return async (request: Request, context?: object) => {
      const outcome = await this.#auth.handle(partsOf(request), action, request);
      const { session, cookies, response } = outcome;
      if (session === undefined || response !== undefined) {
        return toResponse(outcome);
      }
      const auth = {
        ...context,
        user: session.user,
        session: sessionOf(session),
        accessToken: session.access_token,
      } as AuthContext;
      try {
        return withCookies(await handler(request, auth), cookies);
      } catch (error) {
        // `redirect()` and `notFound()` throw. Next.js adds these cookies to their responses.
        await setCookies(cookies);
        throw error;
      }
    };
  }

  /**
   * Creates a middleware (Next.js 15.5, with `runtime: "nodejs"`) or proxy (Next.js 16). It
   * redirects users without a session to the login, and refreshes sessions.
   */
  createMiddleware({ publicRoutes = [] }: MiddlewareOptions = {}): RouteHandler {
    const isPublic = publicRoute(publicRoutes);
    const required: Action = { action: "require", require: coreRequirements({}) };
    return async (request: NextRequest) => {
      const path = request.nextUrl?.pathname ?? pathOf(request);
      if (path.startsWith("/_next/") || this.#isRoute(path)) {
        return next(request, undefined);
      }
      const action: Action = isPublic(path) ? SESSION : required;
      const outcome = await this.#auth.handle(partsOf(request), action, request);
      return outcome.response === undefined
        ? next(request, outcome.cookies)
        : toResponse(this.#absolute(outcome));
    };
  }

  /**
   * Makes a redirect absolute, which Next.js requires in middleware. The URL of the request does not
   * have the host that the browser uses.
   */
  #absolute(outcome: Outcome): Outcome {
    const { response } = outcome;
    const headers = response?.headers.map(([name, value]): [string, string] =>
      name === "Location" ? [name, new URL(value, this.#auth.redirectUri).href] : [name, value],
    );
    return { ...outcome, response: response && { ...response, headers: headers ?? [] } };
  }

  #isRoute(path: string): boolean {
    return Object.values(this.#auth.paths).includes(path);
  }

  /**
   * Returns the session, or `null`. For pages, layouts, server actions and route handlers.
   *
   * A page cannot set cookies, so a session in a cookie is not refreshed here: that is the task of
   * the middleware and of `withAuth`. With `serverSessions`, it is refreshed here too.
   */
  async getSession(): Promise<WebSession | null> {
    const session = await this.#peek();
    return session === undefined ? null : sessionOf(session);
  }

  /** Returns the claims of the signed-in user, or `null`. See {@link getSession}. */
  async currentUser(): Promise<SessionUser | null> {
    return (await this.#peek())?.user ?? null;
  }

  /** Returns the access token for calls of your APIs, or `null`. See {@link getSession}. */
  async getAccessToken(): Promise<string | null> {
    return (await this.#peek())?.access_token ?? null;
  }

  /** Ends a session of Scalekit (claim `sid`) in all processes. Requires a store. */
  revoke(sessionId: string): Promise<void> {
    return this.#auth.revoke(sessionId);
  }

  /**
   * Ends the session that a verified webhook event ends. Returns its id, `undefined` for other
   * events. Requires a store.
   */
  handleEvent(event: object): Promise<string | undefined> {
    return this.#auth.handleEvent(event);
  }

  async #peek(): Promise<Outcome["session"]> {
    const { headers } = require("next/headers") as typeof NextHeaders;
    const received = await headers();
    const parts = { method: "GET", target: "/", headers: selected(received) };
    const request = new Request("http://localhost/", { headers: new Headers(parts.headers) });
    return (await this.#auth.handle(parts, PEEK, request)).session;
  }

  async #respond(action: Action, request: Request): Promise<Response> {
    // Read first: Next.js 14 runs route handlers at build time until they read the request.
    const parts = partsOf(request);
    const outcome = await this.#auth.run(parts, action, request);
    const failure = loginFailure(action, outcome);
    return failure !== undefined && this.#onLoginFailure !== undefined
      ? withCookies(await this.#onLoginFailure(failure, request), outcome.cookies)
      : toResponse(outcome);
  }
}

interface NextRequest extends Request {
  nextUrl?: { pathname: string };
}

/** The members of Next.js that are used here. Its types need React. */
declare namespace NextHeaders {
  function headers(): Headers | Promise<Headers>;
  function cookies(): CookieStore | Promise<CookieStore>;
  interface CookieStore {
    set(name: string, value: string, options: object): void;
  }
}
declare namespace NextServer {
  const NextResponse: { next(init: { request: { headers: Headers } }): Response };
}

/** Continues with a request. Cookies are added to the response and to the request. */
function next(request: Request, cookies: Outcome["cookies"]): Response {
  const { NextResponse } = require("next/server") as typeof NextServer;
  const headers = new Headers(request.headers);
  if (cookies !== undefined) {
    headers.set("cookie", replaced(headers.get("cookie") ?? "", cookies));
  }
  return withCookies(NextResponse.next({ request: { headers } }), cookies);
}

/** Returns the header `Cookie` that the browser will send after it has received the cookies. */
function replaced(header: string, cookies: NonNullable<Outcome["cookies"]>): string {
  const others = header
    .split(/; */)
    .filter((pair) => pair && !cookies.some(({ name }) => pair.startsWith(`${name}=`)));
  const added = cookies
    .filter(({ max_age: maxAge }) => maxAge !== 0)
    .map(({ name, value }) => `${name}=${value}`);
  return [...others, ...added].join("; ");
}

/** Sets cookies in a route handler or a server action. */
async function setCookies(cookies: Outcome["cookies"] = []): Promise<void> {
  if (cookies.length === 0) {
    return;
  }
  const next = require("next/headers") as typeof NextHeaders;
  const store = await next.cookies();
  for (const cookie of cookies) {
    const { name, value, path, secure, domain, same_site: sameSite, max_age: maxAge } = cookie;
    store.set(name, value, {
      httpOnly: true,
      path,
      secure,
      sameSite: sameSite.toLowerCase(),
      ...(domain !== null && { domain }),
      ...(maxAge !== null && { maxAge }),
    });
  }
}

/**
 * Login and sessions in Next.js.
 *
 * @example
 * export const auth = ScalekitAuthNext({ client, redirectUri, cookieEncryptionSecret });
 */
export const ScalekitAuthNext = callable(NextAuth);
export type ScalekitAuthNext = NextAuth;

/**
 * Creates a route handler for requests with a sufficient bearer token.
 *
 * Other requests receive 401 or 403 with a challenge (RFC 6750), or 503 if the keys of the
 * environment cannot be fetched.
 *
 * @example
 * export const GET = withToken({ client, scopes: "orders:read" }, async (request, { auth }) =>
 *   Response.json({ client: auth.clientId }),
 * );
 */
export function withToken(
  options: TokenOptions,
  handler: (
    request: any,
    context: { auth: TokenInfo; params: any },
  ) => Response | Promise<Response>,
): RouteHandler {
  const check = tokenCheck("withToken", options);
  return async (request: Request, context?: object) => {
    const result = await check(request.headers.get("authorization"));
    return "token" in result
      ? handler(request, { ...context, auth: result.token } as { auth: TokenInfo; params: any })
      : toResponse(result);
  };
}
