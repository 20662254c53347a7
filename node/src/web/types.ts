// Types of login and sessions.

import type { ScalekitException } from "../errors";
import type ScalekitClient from "../scalekit";
import type { SessionStore } from "./stores";

/** The claims of the access token of a signed-in user. */
export interface SessionUser {
  /** The id of the user, `usr_…`. */
  sub: string;
  /** The id of the organization, `org_…`. */
  oid?: string;
  /** The id of the session in Scalekit, `ses_…`. */
  sid?: string;
  roles?: string[];
  permissions?: string[];
  [claim: string]: unknown;
}

/** The session of a signed-in user. It contains no token, so that it can be sent to a browser. */
export interface WebSession {
  user: SessionUser;
  /** When the access token expires, in seconds since 1970. */
  expiresAt: number;
}

/** A login, a refresh or a logout. `Request` is the request of the framework. */
export interface SessionEvent<Request> extends WebSession {
  /** For calls of your APIs on behalf of the user. */
  accessToken: string;
  request: Request;
}

/** A failure. */
export interface AuthFailure {
  /** A code such as `exchange_failed`, `state_mismatch` or `unavailable`. */
  reason: string | undefined;
  /** The error behind the reason, if there is one. */
  error: ScalekitException | undefined;
}

/** A failed login: the login or the callback route could not redirect. */
export interface LoginFailure extends AuthFailure {
  reason: string;
  /** The suggested HTTP status: 400, 500 or 503. */
  status: number;
}

/** Functions that are called after events. A promise is awaited before the response is sent. */
export interface Hooks<Request> {
  /** After a login. If it throws, the user is not signed in. */
  onLogin?: (event: SessionEvent<Request>) => unknown;
  /** After a session was refreshed. */
  onRefresh?: (event: SessionEvent<Request>) => unknown;
  /** After a logout. */
  onLogout?: (event: SessionEvent<Request>) => unknown;
  /**
   * After a failed login, a failed refresh and a failure of the store. The session may survive it.
   * Default: writes the message of `error` to `console.error`.
   */
  onError?: (failure: AuthFailure & { request: Request }) => unknown;
}

/** Options of login and sessions. Pass `client`, or `envUrl`, `clientId` and `clientSecret`. */
export interface WebAuthOptions<Request = any> extends Hooks<Request> {
  client?: ScalekitClient;
  envUrl?: string;
  clientId?: string;
  clientSecret?: string;
  /** URL of the callback route, as registered with Scalekit. */
  redirectUri: string;
  /**
   * The secret that encrypts the cookies, at least 32 characters. To replace a secret, pass a list:
   * the first one encrypts, all of them decrypt.
   */
  cookieEncryptionSecret: string | readonly string[];
  /** Name of the session cookie. Default: `sk_session`. */
  cookieName?: string;
  /** Sends cookies over HTTPS only. Browsers make an exception for `localhost`. Default: `true`. */
  cookieSecure?: boolean;
  /** Domain of the cookies. Default: the host of the application. */
  cookieDomain?: string;
  /** Path of the cookies. Default: `/`. */
  cookiePath?: string;
  /** Default: `lax`. */
  cookieSameSite?: "lax" | "strict" | "none";
  /** Path of the login route. Default: `/login`. */
  loginPath?: string;
  /** Path of the callback route. Default: the path of `redirectUri`. */
  callbackPath?: string;
  /** Path of the logout route. Default: `/logout`. */
  logoutPath?: string;
  /** Where a login without return path leads. Default: `/`. */
  postLoginRedirect?: string;
  /** Where the user arrives after logout, a URL or a path. Default: `postLoginRedirect`. */
  postLogoutRedirectUri?: string;
  /** Also ends the session of Scalekit at logout. Default: `true`. */
  fullLogout?: boolean;
  /** Scopes of a login. Default: `openid profile email offline_access`. */
  scopes?: readonly string[];
  /** A session is refreshed this long before it expires, in milliseconds. Default: 10000. */
  refreshAheadMs?: number;
  /**
   * An expired session stays valid this long while the service cannot be reached, in milliseconds.
   * Default: 60000.
   */
  refreshGraceMs?: number;
  /**
   * The store that all processes share. With it, a session is refreshed once in all processes, and
   * sessions can be revoked. Default: none.
   */
  store?: SessionStore;
  /** Keeps sessions in the store, and only their ids in cookies. Default: `false`. */
  serverSessions?: boolean;
  /**
   * How long the store keeps a session after its last refresh, in milliseconds. Default: 30 days.
   */
  sessionLifetimeMs?: number;
}

/** Requirements of a protected route. All of them must be fulfilled. */
export interface Requirements {
  /** The session must belong to an organization. */
  organization?: boolean;
  /** The session must belong to this organization. */
  organizationId?: string;
  /** Roles that the user must have. */
  roles?: string | readonly string[];
  /** Permissions that the user must have. */
  permissions?: string | readonly string[];
}

/** Parameters of a login. They take precedence over the query of the request. */
export interface LoginParameters {
  /** Path where the user arrives after the login. Default: query parameter `returnTo`. */
  returnTo?: string;
  /** Logs the user in to this organization, also to switch to it. */
  organizationId?: string;
  connectionId?: string;
  loginHint?: string;
  domainHint?: string;
  provider?: string;
  /** For example `login`, to ask for the credentials again. */
  prompt?: string;
}
