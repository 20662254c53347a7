// Login, sessions and bearer tokens in Express 4 and 5, and in other frameworks whose middleware is
// `(request, response, next)`.

import type { IncomingMessage, ServerResponse } from "node:http";

import { type Action, loginFailure, type Outcome, SESSION, sessionOf, WebAuth } from "./auth";
import { callable } from "./callable";
import { addCookies, partsOf, send } from "./node-http";
import { coreLogin, coreRequirements } from "./options";
import type {
  LoginFailure,
  LoginParameters,
  Requirements,
  SessionUser,
  WebAuthOptions,
  WebSession,
} from "./types";

export { type McpOptions, McpAuth, requiresToken, type TokenOptions } from "./express-bearer";
export type * from "./types";
export * from "./stores";

declare global {
  namespace Express {
    interface Request {
      /** The claims of the signed-in user. Set by `requiresAuth` and `optionalAuth`. */
      scalekitUser?: SessionUser;
      /** The session of the signed-in user. Set by `requiresAuth` and `optionalAuth`. */
      scalekitSession?: WebSession;
    }
  }
}

/** A request of Express. */
export interface ExpressRequest extends IncomingMessage {
  originalUrl?: string;
  scalekitUser?: SessionUser;
  scalekitSession?: WebSession;
}

export type Next = (error?: unknown) => void;

/** A middleware of Express. */
export type Middleware = (request: any, response: any, next: Next) => void;

/** Options of {@link ScalekitAuth}. */
export interface ExpressAuthOptions extends WebAuthOptions<ExpressRequest> {
  /** Sends the response to a failed login. Default: a page with the reason and a link. */
  onLoginFailure?: (failure: LoginFailure, request: any, response: any, next: Next) => unknown;
}

class ExpressAuth {
  readonly #auth: WebAuth<ExpressRequest>;
  readonly #onLoginFailure: ExpressAuthOptions["onLoginFailure"];
  readonly #tokens = new WeakMap<object, string>();

  /** @throws {ScalekitArgumentException} An option is invalid. The message names it. */
  constructor(options: ExpressAuthOptions) {
    this.#auth = new WebAuth<ExpressRequest>(options, ["onLoginFailure"]).check();
    this.#onLoginFailure = options.onLoginFailure;
  }

  /** The routes for login, callback and logout: `app.use(auth.router)`. */
  readonly router: Middleware = (request: ExpressRequest, response, next) => {
    const [path = ""] = urlOf(request).split("?", 1);
    const action = this.#auth.route(request.method, path);
    if (action === undefined) {
      return next();
    }
    this.#respond({ action }, request, response, next);
  };

  /** Only signed-in users pass. Sets `scalekitUser` and `scalekitSession`. */
  readonly requiresAuth: Middleware = this.requires();

  /** Users pass who are signed in and fulfill the requirements. */
  requires(requirements?: Requirements): Middleware {
    const action: Action = { action: "require", require: coreRequirements(requirements) };
    return (request, response, next) => this.#guard(action, request, response, next);
  }

  /** Everyone passes. Sets `scalekitUser` and `scalekitSession` of signed-in users. */
  readonly optionalAuth: Middleware = (request, response, next) =>
    this.#guard(SESSION, request, response, next);

  /** Sends the user to the login, for example with another `organizationId`. */
  login(request: ExpressRequest, response: ServerResponse, parameters?: LoginParameters) {
    return this.#started({ action: "login", login: coreLogin(parameters) }, request, response);
  }

  /** Signs the user out and redirects. */
  logout(request: ExpressRequest, response: ServerResponse): Promise<void> {
    return this.#started({ action: "logout" }, request, response);
  }

  /**
   * Returns the session of a request to a route without guard, or `null`. Adds a refreshed cookie to
   * the response, so call it before the response is sent.
   */
  async getSession(request: ExpressRequest, response: ServerResponse): Promise<WebSession | null> {
    const outcome = await this.#auth.handle(read(request), SESSION, request);
    this.#keep(outcome, request, response);
    return request.scalekitSession ?? null;
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

  #guard(action: Action, request: ExpressRequest, response: ServerResponse, next: Next): void {
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.#auth.handle(read(request), action, request);
    } catch (error) {
      return next(error);
    }
    if (!(outcome instanceof Promise)) {
      return this.#pass(outcome, request, response, next);
    }
    // `next` is called outside of the chain: its exceptions are not failures of the guard.
    outcome.then(
      (outcome) => setImmediate(() => this.#pass(outcome, request, response, next)),
      (error: unknown) => setImmediate(next, error),
    );
  }

  #pass(outcome: Outcome, request: ExpressRequest, response: ServerResponse, next: Next): void {
    if (outcome.response !== undefined) {
      return send(response, outcome);
    }
    this.#keep(outcome, request, response);
    next();
  }

  #keep(outcome: Outcome, request: ExpressRequest, response: ServerResponse): void {
    const { session, cookies } = outcome;
    addCookies(response, cookies);
    if (session !== undefined) {
      request.scalekitUser = session.user;
      request.scalekitSession = sessionOf(session);
      this.#tokens.set(request, session.access_token);
    }
  }

  #respond(action: Action, request: ExpressRequest, response: ServerResponse, next: Next): void {
    this.#started(action, request, response, next).catch((error: unknown) =>
      setImmediate(next, error),
    );
  }

  async #started(
    action: Action,
    request: ExpressRequest,
    response: ServerResponse,
    next?: Next,
  ): Promise<void> {
    const outcome = await this.#auth.run(read(request), action, request);
    const failure = loginFailure(action, outcome);
    if (failure !== undefined && this.#onLoginFailure !== undefined) {
      addCookies(response, outcome.cookies);
      const fail = next ?? ((error: unknown) => response.destroy(error as Error));
      await this.#onLoginFailure(failure, request, response, fail);
    } else {
      send(response, outcome);
    }
  }
}

function read(request: ExpressRequest) {
  return partsOf(request.method, urlOf(request), request.headers);
}

/** Returns the path that the browser requested. `url` is relative to the mounted router. */
function urlOf(request: ExpressRequest): string {
  return request.originalUrl ?? request.url ?? "/";
}

/**
 * Login and sessions in Express.
 *
 * @example
 * const auth = ScalekitAuth({ client, redirectUri, cookieEncryptionSecret });
 * app.use(auth.router);
 * app.get("/orders", auth.requiresAuth, (req, res) => res.json(req.scalekitUser));
 */
export const ScalekitAuth = callable(ExpressAuth);
export type ScalekitAuth = ExpressAuth;
