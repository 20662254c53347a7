// Login, sessions and bearer tokens in Fastify 4 and 5.

import type { IncomingHttpHeaders } from "node:http";

import { type Action, loginFailure, type Outcome, SESSION, sessionOf, WebAuth } from "./auth";
import { tokenCheck, type TokenOptions } from "./bearer";
import { callable } from "./callable";
import { partsOf } from "./node-http";
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

/** The members of a request that are used here. */
export interface FastifyRequest {
  method: string;
  url: string;
  /** Missing in the first releases of Fastify 4. */
  originalUrl?: string;
  headers: IncomingHttpHeaders;
  /** The claims of the signed-in user. Set by `requiresAuth` and `optionalAuth`. */
  scalekitUser?: SessionUser | null;
  /** The session of the signed-in user. Set by `requiresAuth` and `optionalAuth`. */
  scalekitSession?: WebSession | null;
}

/** The members of a reply that are used here. */
export interface FastifyReply {
  code(status: number): any;
  header(name: string, value: any): any;
  hasHeader(name: string): boolean;
  send(payload?: unknown): any;
}

/** A hook of a route, for `onRequest` or `preHandler`. */
export type Hook = (request: any, reply: any) => Promise<unknown>;

/** Options of {@link ScalekitAuth}. */
export interface FastifyAuthOptions extends WebAuthOptions<FastifyRequest> {
  /** Sends the response to a failed login. Default: a page with the reason and a link. */
  onLoginFailure?: (failure: LoginFailure, request: any, reply: any) => unknown;
}

class FastifyAuth {
  readonly #auth: WebAuth<FastifyRequest>;
  readonly #onLoginFailure: FastifyAuthOptions["onLoginFailure"];
  readonly #tokens = new WeakMap<object, string>();

  /** @throws {ScalekitArgumentException} An option is invalid. The message names it. */
  constructor(options: FastifyAuthOptions) {
    this.#auth = new WebAuth<FastifyRequest>(options, ["onLoginFailure"]).check();
    this.#onLoginFailure = options.onLoginFailure;
  }

  /** The plugin with the routes for login, callback and logout: `app.register(auth.plugin)`. */
  readonly plugin = plugin(async (app: any) => {
    app.decorateRequest("scalekitUser", null);
    app.decorateRequest("scalekitSession", null);
    const { login, callback, logout } = this.#auth.paths;
    const routes = [
      { action: "login", url: login, method: ["GET", "POST"] },
      { action: "callback", url: callback, method: ["GET"] },
      { action: "logout", url: logout, method: ["GET", "POST"] },
    ] as const;
    await app.register(async (scope: any) => {
      // The routes read no body. Forms of pages would be rejected as an unsupported media type.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_: unknown, payload: any, done: (e: null) => void) => {
        payload.resume();
        done(null);
      });
      for (const { action, url, method } of routes) {
        const handler: Hook = (request, reply) => this.#respond({ action }, request, reply);
        // A `HEAD` request must not use up a code.
        scope.route({ method, url, handler, exposeHeadRoute: false });
      }
    });
  });

  /** Only signed-in users pass. Sets `scalekitUser` and `scalekitSession`. */
  readonly requiresAuth: Hook = this.requires();

  /** Users pass who are signed in and fulfill the requirements. */
  requires(requirements?: Requirements): Hook {
    const action: Action = { action: "require", require: coreRequirements(requirements) };
    return (request, reply) => this.#guard(action, request, reply);
  }

  /** Everyone passes. Sets `scalekitUser` and `scalekitSession` of signed-in users. */
  readonly optionalAuth: Hook = (request, reply) => this.#guard(SESSION, request, reply);

  /** Sends the user to the login, for example with another `organizationId`. */
  login(request: FastifyRequest, reply: FastifyReply, parameters?: LoginParameters) {
    return this.#respond({ action: "login", login: coreLogin(parameters) }, request, reply);
  }

  /** Signs the user out and redirects. */
  logout(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    return this.#respond({ action: "logout" }, request, reply);
  }

  /** Returns the access token of a request that passed a guard, for calls of your APIs. */
  getAccessToken(request: object): string | undefined {
    return this.#tokens.get(request);
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

  async #guard(action: Action, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const outcome = await this.#auth.handle(read(request), action, request);
    if (outcome.response !== undefined) {
      return send(reply, outcome);
    }
    addCookies(reply, outcome);
    const { session } = outcome;
    if (session !== undefined) {
      request.scalekitUser = session.user;
      request.scalekitSession = sessionOf(session);
      this.#tokens.set(request, session.access_token);
    }
    return undefined;
  }

  async #respond(action: Action, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const outcome = await this.#auth.run(read(request), action, request);
    const failure = loginFailure(action, outcome);
    if (failure === undefined || this.#onLoginFailure === undefined) {
      return send(reply, outcome);
    }
    addCookies(reply, outcome);
    return this.#onLoginFailure(failure, request, reply);
  }
}

function read(request: FastifyRequest) {
  return partsOf(request.method, request.originalUrl ?? request.url, request.headers);
}

function send(reply: FastifyReply, outcome: Outcome): FastifyReply {
  const { status = 500, headers = [], body = "" } = outcome.response ?? {};
  addCookies(reply, outcome);
  reply.code(status);
  for (const [name, value] of headers) {
    reply.header(name, value);
  }
  return reply.send(body);
}

function addCookies(reply: FastifyReply, { cookies = [] }: Outcome): void {
  for (const { header } of cookies) {
    // Fastify appends this header.
    reply.header("Set-Cookie", header);
  }
  // Caches must not store the cookies. The application can replace the header.
  if (cookies.length > 0 && !reply.hasHeader("cache-control")) {
    reply.header("Cache-Control", "private, no-store");
  }
}

/** Marks a plugin as `fastify-plugin` does: its decorators apply to the whole application. */
function plugin<T extends (app: any) => Promise<void>>(register: T): T {
  return Object.assign(register, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "scalekit-client",
  });
}

/**
 * Login and sessions in Fastify.
 *
 * @example
 * const auth = ScalekitAuth({ client, redirectUri, cookieEncryptionSecret });
 * await app.register(auth.plugin);
 * app.get("/orders", { onRequest: auth.requiresAuth }, async (request) => request.scalekitUser);
 */
export const ScalekitAuth = callable(FastifyAuth);
export type ScalekitAuth = FastifyAuth;

/**
 * Only requests with a sufficient bearer token pass. Sets `request.auth` to a {@link TokenInfo}.
 *
 * Other requests receive 401 or 403 with a challenge (RFC 6750), or 503 if the keys of the
 * environment cannot be fetched.
 */
export function requiresToken(options: TokenOptions): Hook {
  const check = tokenCheck("requiresToken", options);
  return async (request, reply) => {
    const result = await check(request.headers.authorization);
    if (!("token" in result)) {
      return send(reply, result);
    }
    request.auth = result.token;
    return undefined;
  };
}
