// Login and sessions of web applications, for all adapters. The core makes all decisions.

import { setTimeout } from "node:timers";

import { ScalekitException } from "../errors";
import { lazily } from "../runtime/call";
import { COMPLETE } from "../runtime/credentials";
import { CoreAuth } from "./core";
import { checkNames, clientOf, coreOptions } from "./options";
import type { AuthFailure, LoginFailure, SessionUser, WebAuthOptions, WebSession } from "./types";

/** The parts of a request that the core reads. */
export interface RequestParts {
  method: string;
  /** The path with the query. */
  target: string;
  headers: [name: string, value: string][];
}

/** The routes of an application. */
export type Route = "login" | "callback" | "logout";

/** An action of the core and its arguments. */
export type Action =
  | { action: "session" | "peek" | "callback" | "logout" }
  | { action: "require"; require: object }
  | { action: "login"; login?: object };

/** A cookie to set. `header` is the value of `Set-Cookie`. */
export interface OutcomeCookie {
  name: string;
  value: string;
  max_age: number | null;
  path: string;
  domain: string | null;
  secure: boolean;
  same_site: string;
  header: string;
}

/** The result of a request. */
export interface Outcome {
  session?: { user: SessionUser; expires_at: number; access_token: string };
  /** The response to send. Without one, the application handles the request. */
  response?: { status: number; headers: [name: string, value: string][]; body: string };
  /** Cookies to add to the response, also to the application's own. */
  cookies?: OutcomeCookie[];
  event?: "login" | "refresh" | "logout";
  reason?: string;
  error?: { message: string; error_code?: string | null; retryable: boolean };
}

/** The headers that the core reads; `WebRequest::HEADERS` in the core. */
export const HEADERS = [
  "cookie",
  "accept",
  "origin",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "x-requested-with",
] as const;

/** The action of routes that everyone can use. */
export const SESSION: Action = { action: "session" };

/** How long the session of a cookie is cached. */
const RECENT_MS = 1000;
/** The maximum number of cached cookies. */
const MAX_RECENT = 1000;

const HOOKS = { login: "onLogin", refresh: "onRefresh", logout: "onLogout" } as const;

/** Login and sessions of one application. `Request` is the request of the framework. */
export class WebAuth<Request> {
  readonly #options: WebAuthOptions<Request>;
  readonly #core: CoreAuth;

  /** Checks the names of the options. Their values are checked by {@link check} and on first use. */
  constructor(options: WebAuthOptions<Request>, names: readonly string[] = []) {
    checkNames(options, names);
    this.#options = { ...options };
    const client = clientOf(options);
    this.#core = new CoreAuth(
      () => client[COMPLETE],
      () => coreOptions(this.#options),
      options.store,
    );
  }

  /** Checks the values of the options. */
  check(): this {
    this.#core.check();
    return this;
  }

  get redirectUri(): string {
    return this.#options.redirectUri;
  }

  /** Returns the paths of the routes. */
  get paths(): Record<Route, string> {
    return this.#paths();
  }

  readonly #paths = lazily(() => {
    const { loginPath = "/login", logoutPath = "/logout", redirectUri } = this.#options;
    const { callbackPath = new URL(redirectUri).pathname } = this.#options;
    return { login: loginPath, callback: callbackPath, logout: logoutPath };
  });

  /** Returns the route of a request, if it has one and its method is accepted. */
  route(method: string | undefined, path: string): Route | undefined {
    const { login, callback, logout } = this.#paths();
    if (path === callback) {
      // A `HEAD` request must not use up the code.
      return method === "GET" ? "callback" : undefined;
    }
    const route = path === login ? "login" : path === logout ? "logout" : undefined;
    return method === "GET" || method === "POST" ? route : undefined;
  }

  /** Handles a request without waiting. `undefined` if it needs the network or the store. */
  #attempt(parts: RequestParts, action: Action): Outcome | undefined {
    const [name, cookie] = parts.headers[0] ?? [];
    const recent = cookie === undefined ? undefined : this.#recent.get(cookie)?.get(action);
    if (recent !== undefined) {
      return JSON.parse(recent) as Outcome;
    }
    const text = this.#core.attempt({ ...parts, ...action });
    if (text === undefined) {
      return undefined;
    }
    const outcome = JSON.parse(text) as Outcome;
    if (name === "cookie" && cookie !== undefined) {
      this.#remember(cookie, action, outcome, text);
    }
    return outcome;
  }

  /**
   * Outcomes of the last second with an active session, by cookie and action. They depend on
   * nothing else. They are JSON, because a handler may change the claims of its request.
   */
  readonly #recent = new Map<string, Map<Action, string>>();

  #remember(cookie: string, action: Action, outcome: Outcome, text: string): void {
    const { session, response, cookies } = outcome;
    if (session === undefined || response !== undefined || cookies !== undefined) {
      return;
    }
    if (this.#recent.size === 0) {
      setTimeout(() => this.#recent.clear(), RECENT_MS).unref();
    }
    if (this.#recent.size < MAX_RECENT) {
      const actions = this.#recent.get(cookie) ?? new Map<Action, string>();
      this.#recent.set(cookie, actions.set(action, text));
    }
  }

  /** Handles a request, and calls the hooks. */
  async run(parts: RequestParts, action: Action, request: Request): Promise<Outcome> {
    const outcome = await this.#core.run<Outcome>({ ...parts, ...action });
    const { event, session } = outcome;
    if (event !== undefined && session !== undefined) {
      const { access_token: accessToken } = session;
      await this.#options[HOOKS[event]]?.({ ...sessionOf(session), accessToken, request });
    }
    if (outcome.error !== undefined || loginFailure(action, outcome) !== undefined) {
      await (this.#options.onError ?? report)({ ...failureOf(outcome), request });
    }
    return outcome;
  }

  /** Handles a request without waiting if possible. */
  handle(parts: RequestParts, action: Action, request: Request): Outcome | Promise<Outcome> {
    return this.#attempt(parts, action) ?? this.run(parts, action, request);
  }

  /** Ends a session of Scalekit in all processes. */
  async revoke(sessionId: string): Promise<void> {
    await this.#core.run({ action: "revoke", session_id: sessionId });
  }

  /** Ends the session that an event ends. Returns its id. */
  async handleEvent(event: object): Promise<string | undefined> {
    const { revoked } = await this.#core.run<{ revoked: string | null }>({
      action: "event",
      event,
    });
    return revoked ?? undefined;
  }
}

/** Returns a session without its tokens. */
export function sessionOf(session: NonNullable<Outcome["session"]>): WebSession {
  return { user: session.user, expiresAt: session.expires_at };
}

function failureOf({ reason, error }: Outcome): AuthFailure {
  if (error === undefined) {
    return { reason, error };
  }
  return {
    reason: reason ?? error.error_code ?? undefined,
    error: new ScalekitException(error.message, { retryable: error.retryable }),
  };
}

/** Returns the failure of the login or callback route. */
export function loginFailure({ action }: Action, outcome: Outcome): LoginFailure | undefined {
  const { reason, response } = outcome;
  if ((action !== "login" && action !== "callback") || reason === undefined || !response) {
    return undefined;
  }
  const { status } = response;
  return status < 400 ? undefined : { ...failureOf(outcome), reason, status };
}

/** The default of `onError`. Failures without an error are caused by the browser. */
function report({ reason, error }: AuthFailure): void {
  if (error !== undefined) {
    console.error(`scalekit: ${reason ?? "the session was kept"}: ${error.message}`);
  }
}
