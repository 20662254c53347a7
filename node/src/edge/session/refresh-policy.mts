import { ScalekitServerException, ScalekitValidateTokenFailureException } from "../errors.mjs";
import type { Session } from "./session.mjs";
import * as validate from "../validate.mjs";

/**
 * The state of a session:
 *
 * - `active`: The session is valid.
 * - `refresh_due`: The session has expired or expires soon. Refresh it.
 * - `expired`: The session has expired and has no refresh token. Sign the user in again.
 */
export type SessionState = "active" | "refresh_due" | "expired";

/**
 * The consequence of a failed refresh:
 *
 * - `keep_session`: The failure is transient. Serve the request with the present session.
 * - `unavailable`: The failure is transient, but the session expired too long ago. Respond with
 *   503, and keep the cookie, so that the user stays signed in when the service is back.
 * - `end_session`: The service ended the session. Delete the cookie and sign the user in again.
 */
export type AfterFailure = "keep_session" | "unavailable" | "end_session";

/** Decides when to refresh a session, and how long it survives failed refreshes. */
export class RefreshPolicy {
  readonly #ahead: number;
  readonly #grace: number;

  /**
   * @param options `aheadMs`: a session is refreshed this long before it expires. Default: 10000.
   *   `graceMs`: an expired session stays usable this long while refreshing fails for a transient
   *   reason. Default: 60000.
   */
  constructor(options?: { aheadMs?: number; graceMs?: number }) {
    const { aheadMs, graceMs } = validate.options("options", options);
    this.#ahead = validate.optionalTime("aheadMs", aheadMs, { positive: false }) ?? 10_000;
    this.#grace = validate.optionalTime("graceMs", graceMs, { positive: false }) ?? 60_000;
  }

  /**
   * Returns the state of a session.
   *
   * @param now Milliseconds since 1970. Default: the current time.
   */
  state({ expiresAt, refreshToken }: Session, now: number = Date.now()): SessionState {
    const end = expiresAt * 1000;
    if (now + this.#ahead < end) {
      return "active";
    }
    if (refreshToken) {
      return "refresh_due";
    }
    return now < end ? "active" : "expired";
  }

  /**
   * Returns what to do after `error` ended a refresh.
   *
   * Only two failures end a session: error code `invalid_grant` (RFC 6749, section 5.2), and a new
   * access token that is not valid. All others are transient or errors of the configuration, which
   * must not sign out every user.
   *
   * @param now Milliseconds since 1970. Default: the current time.
   */
  afterFailure({ expiresAt }: Session, error: unknown, now: number = Date.now()): AfterFailure {
    const isRejected =
      error instanceof ScalekitServerException && error.errorCode === "invalid_grant";
    if (isRejected || error instanceof ScalekitValidateTokenFailureException) {
      return "end_session";
    }
    return now < expiresAt * 1000 + this.#grace ? "keep_session" : "unavailable";
  }
}
