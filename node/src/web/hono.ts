// Login, sessions and bearer tokens in Hono.

import { type Action, loginFailure, type Outcome, SESSION, sessionOf, WebAuth } from "./auth";
import {
  type BearerAuth,
  mcpResource,
  type McpOptions,
  type TokenCheck,
  tokenCheck,
  type TokenInfo,
  type TokenOptions,
  type TokenRequirements,
} from "./bearer";
import { callable } from "./callable";
import { partsOf, pathOf, toResponse, withCookies } from "./fetch";
import { coreLogin, coreRequirements } from "./options";
import type {
  LoginFailure,
  LoginParameters,
  Requirements,
  SessionUser,
  WebAuthOptions,
  WebSession,
} from "./types";

export type { McpOptions, TokenInfo, TokenOptions, TokenRequirements } from "./bearer";
export type * from "./types";
export * from "./stores";

/** The members of Hono's `Context` that are used here. */
export interface HonoContext {
  req: { raw: Request };
  res: Response;
  set(key: any, value: unknown): void;
  get(key: any): any;
}

/** A middleware of Hono. */
export type Middleware = (context: any, next: () => Promise<void>) => Promise<Response | void>;

/** The variables of the context that the middleware sets: `new Hono<{ Variables: … }>()`. */
export interface ScalekitVariables {
  /** The claims of the signed-in user. Set by `requiresAuth` and `optionalAuth`. */
  scalekitUser: SessionUser;
  /** The session of the signed-in user. Set by `requiresAuth` and `optionalAuth`. */
  scalekitSession: WebSession;
  /** The bearer token. Set by `requiresToken` and `McpAuth`. */
  auth: TokenInfo;
}

/** Options of {@link ScalekitAuth}. */
export interface HonoAuthOptions extends WebAuthOptions<Request> {
  /** Returns the response to a failed login. Default: a page with the reason and a link. */
  onLoginFailure?: (failure: LoginFailure, context: any) => Response | Promise<Response>;
}

class HonoAuth {
  readonly #auth: WebAuth<Request>;
  readonly #onLoginFailure: HonoAuthOptions["onLoginFailure"];
  readonly #tokens = new WeakMap<object, string>();

  /** @throws {ScalekitArgumentException} An option is invalid. The message names it. */
  constructor(options: HonoAuthOptions) {
    this.#auth = new WebAuth<Request>(options, ["onLoginFailure"]).check();
    this.#onLoginFailure = options.onLoginFailure;
  }

  /** The routes for login, callback and logout: `app.use(auth.router)`. */
  readonly router: Middleware = async (context: HonoContext, next) => {
    const { raw } = context.req;
    const action = this.#auth.route(raw.method, pathOf(raw));
    return action === undefined ? next() : this.#respond({ action }, context);
  };

  /** Only signed-in users pass. Sets `scalekitUser` and `scalekitSession`. */
  readonly requiresAuth: Middleware = this.requires();

  /** Users pass who are signed in and fulfill the requirements. */
  requires(requirements?: Requirements): Middleware {
    const action: Action = { action: "require", require: coreRequirements(requirements) };
    return (context, next) => this.#guard(action, context, next);
  }

  /** Everyone passes. Sets `scalekitUser` and `scalekitSession` of signed-in users. */
  readonly optionalAuth: Middleware = (context, next) => this.#guard(SESSION, context, next);

  /** Returns a redirect to the login, for example with another `organizationId`. */
  login(context: HonoContext, parameters?: LoginParameters): Promise<Response> {
    return this.#respond({ action: "login", login: coreLogin(parameters) }, context);
  }

  /** Signs the user out. Returns a redirect. */
  logout(context: HonoContext): Promise<Response> {
    return this.#respond({ action: "logout" }, context);
  }

  /** Returns the access token of a request that passed a guard, for calls of your APIs. */
  getAccessToken(context: HonoContext): string | undefined {
    return this.#tokens.get(context.req.raw);
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

  async #guard(
    action: Action,
    context: HonoContext,
    next: () => Promise<void>,
  ): Promise<Response | void> {
    const { raw } = context.req;
    const outcome: Outcome = await this.#auth.handle(partsOf(raw), action, raw);
    if (outcome.response !== undefined) {
      return toResponse(outcome);
    }
    const { session, cookies } = outcome;
    if (session !== undefined) {
      context.set("scalekitUser", session.user);
      context.set("scalekitSession", sessionOf(session));
      this.#tokens.set(raw, session.access_token);
    }
    await next();
    if (cookies !== undefined) {
      const { res } = context;
      // Hono adds the headers of the present response to a new one, so it is removed first.
      (context as { res: Response | undefined }).res = undefined;
      context.res = withCookies(res, cookies);
    }
  }

  async #respond(action: Action, context: HonoContext): Promise<Response> {
    const { raw } = context.req;
    const outcome = await this.#auth.run(partsOf(raw), action, raw);
    const failure = loginFailure(action, outcome);
    return failure !== undefined && this.#onLoginFailure !== undefined
      ? withCookies(await this.#onLoginFailure(failure, context), outcome.cookies)
      : toResponse(outcome);
  }
}

/**
 * Login and sessions in Hono.
 *
 * @example
 * const auth = ScalekitAuth({ client, redirectUri, cookieEncryptionSecret });
 * app.use(auth.router);
 * app.get("/orders", auth.requiresAuth, (c) => c.json(c.get("scalekitUser")));
 */
export const ScalekitAuth = callable(HonoAuth);
export type ScalekitAuth = HonoAuth;

/**
 * Only requests with a sufficient bearer token pass. Sets `auth` to a {@link TokenInfo}.
 *
 * Other requests receive 401 or 403 with a challenge (RFC 6750), or 503 if the keys of the
 * environment cannot be fetched.
 */
export function requiresToken(options: TokenOptions): Middleware {
  return middleware(tokenCheck("requiresToken", options));
}

function middleware(check: TokenCheck): Middleware {
  return async (context: HonoContext, next) => {
    const result = await check(context.req.raw.headers.get("authorization"));
    if (!("token" in result)) {
      return toResponse(result);
    }
    context.set("auth", result.token);
    return next();
  };
}

class HonoMcpAuth {
  readonly #auth: BearerAuth;

  /** @throws {ScalekitArgumentException} An option is invalid. The message names it. */
  constructor(options: McpOptions) {
    this.#auth = mcpResource(options);
    this.requiresAuth = this.requires();
  }

  /** Serves the metadata (RFC 9728), at the root and with the path of the resource. */
  readonly router: Middleware = async (context: HonoContext, next) => {
    const metadata = this.#auth.metadata(pathOf(context.req.raw));
    return metadata === undefined ? next() : toResponse({ response: metadata });
  };

  /** Only requests with a token for the resource pass. Sets `auth`. */
  readonly requiresAuth: Middleware;

  /** Like `requiresAuth`, with requirements. */
  requires(requirements?: TokenRequirements): Middleware {
    return middleware(this.#auth.check(requirements));
  }
}

/**
 * Authorization of an MCP server in Hono.
 *
 * @example
 * const auth = McpAuth({ client, resource: "https://mcp.example.com/mcp", resourceId: "res_1" });
 * app.use(auth.router);
 * app.all("/mcp", auth.requiresAuth, handler);
 */
export const McpAuth = callable(HonoMcpAuth);
export type McpAuth = HonoMcpAuth;
