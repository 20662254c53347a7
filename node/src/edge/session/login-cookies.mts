// Login attempts. Each attempt has a separate cookie, so two tabs do not affect each other.

import { equalSecrets } from "../compare.mjs";
import { ScalekitLoginException, type LoginFailure } from "../errors.mjs";
import type { JsonObject } from "../json.mjs";
import { pkceOf, randomText } from "../pkce.mjs";
import { Attributes, parseCookies, type CookieOptions, type SetCookie } from "./cookie.mjs";
import type { KeyRing } from "./key-ring.mjs";
import { returnPath } from "./return-path.mjs";

/** The start of the cookie names. */
const DEFAULT_NAME = "sk_oauth_state";
/** The time that a user has to sign in, in seconds. */
const LIFETIME = 600;
/** The maximum number of attempts in progress. A new attempt deletes the oldest ones. */
const MAX_ATTEMPTS = 5;
/**
 * The number of characters of `state` in the name of the cookie. The other 32 (192 random bits) are
 * only in the encrypted value.
 */
const ID = 11;

const MESSAGES: Readonly<Record<LoginFailure, string>> = {
  not_started: "no login with this state was started in this browser",
  state_mismatch: "the state does not match the login of this browser",
  expired: "the login took longer than 10 minutes",
};

/** A login attempt: the values that the callback needs. */
export interface LoginAttempt {
  /** `state` of the authorization URL (RFC 6749, section 10.12): 43 random characters. */
  readonly state: string;
  /** `nonce` of the authorization URL (OpenID Connect Core 1.0): 43 random characters. */
  readonly nonce: string;
  /** The PKCE code verifier (RFC 7636). */
  readonly codeVerifier: string;
  /** Where to send the user after the login. */
  readonly returnPath: string | undefined;
  /** The start of the attempt, in seconds since 1970. */
  readonly startedAt: number;
}

/** A new login attempt. */
export interface StartedLogin {
  readonly attempt: LoginAttempt;
  /** The options of the attempt for `getAuthorizationUrl`. */
  readonly parameters: {
    readonly state: string;
    readonly nonce: string;
    readonly codeChallenge: string;
    readonly codeChallengeMethod: "S256";
  };
  /** The cookies to send with the redirect. */
  readonly cookies: readonly SetCookie[];
}

/** Reads and writes the cookies of login attempts: `sk_oauth_state.<id>`. */
export class LoginCookies {
  readonly #keys: KeyRing;
  readonly #attributes: Attributes;
  readonly #prefix: string;

  /** @throws {ScalekitArgumentException} Browsers do not accept the name or the attributes. */
  constructor(keys: KeyRing, options?: CookieOptions) {
    this.#keys = keys;
    this.#attributes = new Attributes(DEFAULT_NAME, options);
    this.#prefix = `${this.#attributes.name}.`;
  }

  /**
   * Starts a login attempt.
   *
   * @param returnTo Where to send the user after the login. A path that leads to another origin is
   *   ignored; see {@link returnPath}.
   * @param cookieHeader The `Cookie` header of the request.
   * @param now Milliseconds since 1970. Default: the current time.
   */
  async start(
    returnTo: string | null | undefined,
    cookieHeader: string | null | undefined,
    now: number = Date.now(),
  ): Promise<StartedLogin> {
    const { codeVerifier, codeChallenge, codeChallengeMethod } = await pkceOf(randomText());
    const attempt = {
      state: randomText(),
      nonce: randomText(),
      codeVerifier,
      returnPath: returnPath(returnTo),
      startedAt: Math.floor(now / 1000),
    };
    const { state, nonce } = attempt;
    const name = this.#cookieName(state);
    const value = await this.#keys.seal(name, attemptToJson(attempt));
    const surplus = await this.#surplus(cookieHeader, now);
    return {
      attempt,
      parameters: { state, nonce, codeChallenge, codeChallengeMethod },
      cookies: [this.#attributes.cookie(name, value, LIFETIME), ...surplus],
    };
  }

  /**
   * Returns the attempt that the callback with `state` ends, and the deletion of its cookie.
   *
   * @param state The `state` parameter of the callback.
   * @param cookieHeader The `Cookie` header of the request.
   * @param now Milliseconds since 1970. Default: the current time.
   * @throws {ScalekitLoginException} This browser did not start a login with `state`, or started it
   *   more than 10 minutes ago. `reason` is the reason.
   */
  async finish(
    state: string | null | undefined,
    cookieHeader: string | null | undefined,
    now: number = Date.now(),
  ): Promise<{ readonly attempt: LoginAttempt; readonly deletion: SetCookie }> {
    if (typeof state !== "string" || !/^[\x00-\x7f]{11}/.test(state)) {
      throw loginException("not_started");
    }
    const name = this.#cookieName(state);
    const value = parseCookies(cookieHeader).get(name);
    if (value === undefined) {
      throw loginException("not_started");
    }
    const attempt = await this.#open(name, value);
    if (!attempt || !(await equalSecrets(attempt.state, state))) {
      throw loginException("state_mismatch");
    }
    if (hasExpired(attempt, now)) {
      throw loginException("expired");
    }
    return { attempt, deletion: this.#attributes.deletion(name) };
  }

  /** Deletions of attempts that have ended, and of the oldest ones if there are too many. */
  async #surplus(cookieHeader: string | null | undefined, now: number): Promise<SetCookie[]> {
    const started: [startedAt: number, name: string][] = [];
    for (const [name, value] of parseCookies(cookieHeader)) {
      if (name.startsWith(this.#prefix)) {
        const attempt = await this.#open(name, value);
        const isCurrent = attempt && !hasExpired(attempt, now);
        started.push([isCurrent ? attempt.startedAt : -Infinity, name]);
      }
    }
    return started
      .sort(([one], [other]) => (one === other ? 0 : other - one))
      .filter(([startedAt], index) => startedAt === -Infinity || index + 1 >= MAX_ATTEMPTS)
      .map(([, name]) => this.#attributes.deletion(name));
  }

  async #open(name: string, value: string): Promise<LoginAttempt | undefined> {
    // Version 1 is not bound to a name, so another cookie could be passed off as an attempt.
    const opened = await this.#keys.open(name, value, false);
    return typeof opened === "string" ? undefined : attemptFromJson(opened.value);
  }

  #cookieName(state: string): string {
    return this.#prefix + state.slice(0, ID);
  }
}

function loginException(reason: LoginFailure): ScalekitLoginException {
  return new ScalekitLoginException(MESSAGES[reason], { reason });
}

function hasExpired({ startedAt }: LoginAttempt, now: number): boolean {
  return Math.floor(now / 1000) - startedAt > LIFETIME;
}

/** Returns the JSON value that the cookie stores. All languages use these names. */
function attemptToJson(attempt: LoginAttempt): object {
  return {
    state: attempt.state,
    nonce: attempt.nonce,
    code_verifier: attempt.codeVerifier,
    return_path: attempt.returnPath ?? null,
    started_at: attempt.startedAt,
  };
}

function attemptFromJson(json: JsonObject): LoginAttempt | undefined {
  const { state, nonce, code_verifier, return_path, started_at } = json;
  const path = return_path ?? undefined;
  if (
    typeof state !== "string" ||
    typeof nonce !== "string" ||
    typeof code_verifier !== "string" ||
    !(path === undefined || typeof path === "string") ||
    !Number.isInteger(started_at)
  ) {
    return undefined;
  }
  return {
    state,
    nonce,
    codeVerifier: code_verifier,
    returnPath: path,
    startedAt: started_at as number,
  };
}
