// The entry for edge runtimes, `scalekit-client/edge`: no addon, no API of Node, no dependency.

export {
  ScalekitEdgeClient,
  type Cancellation,
  type EdgeAuthenticationOptions,
} from "./client.mjs";
export * from "./errors.mjs";
export type { EdgeClientOptions } from "./options.mjs";
export type { CookieOptions, SameSite, SetCookie } from "./session/cookie.mjs";
export { KeyRing } from "./session/key-ring.mjs";
export { LoginCookies, type LoginAttempt, type StartedLogin } from "./session/login-cookies.mjs";
export { RefreshPolicy, type AfterFailure, type SessionState } from "./session/refresh-policy.mjs";
export { returnPath } from "./session/return-path.mjs";
export {
  SessionCookies,
  type InvalidSession,
  type ReadSession,
} from "./session/session-cookies.mjs";
export { createSession, type Session, type SessionTokens } from "./session/session.mjs";
export type { IdpInitiatedLoginClaims, User } from "../types/auth.js";
export type { EventObject } from "../types/event-objects.js";
export type {
  AuthenticationResponse,
  AuthorizationUrlOptions,
  LogoutUrlOptions,
  Pkce,
  RefreshTokenResponse,
  TokenValidationOptions,
  WebhookEvent,
  WebhookHeaders,
  WebhookPayload,
} from "../types/scalekit.js";
