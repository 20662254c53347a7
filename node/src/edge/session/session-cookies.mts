// The session cookie, split over several cookies if it is large.

import { ScalekitArgumentException } from "../errors.mjs";
import { Attributes, parseCookies, type CookieOptions, type SetCookie } from "./cookie.mjs";
import type { KeyRing, OpenFailure } from "./key-ring.mjs";
import { sessionFromJson, sessionToJson, type Session } from "./session.mjs";

/** The name of the session cookie in the official packages. */
const DEFAULT_NAME = "sk_session";
/**
 * The maximum length of name and value of a cookie, in characters. Browsers accept 4,096 with the
 * attributes.
 */
const MAX_COOKIE = 3800;
/** The maximum number of cookies of a session. Most servers limit the header to 16 KiB. */
const MAX_CHUNKS = 4;

/** A session from the cookies of a request. */
export interface ReadSession {
  /** The session. It may have expired; see {@link RefreshPolicy}. */
  readonly session: Session;
  /** `true` if the cookie should be written again, because it has version 1 or an old secret. */
  readonly outdated: boolean;
  readonly reason?: undefined;
}

/** A request without a valid session. */
export interface InvalidSession {
  readonly session?: undefined;
  readonly outdated?: undefined;
  /** `missing` if the request has no session cookie. Delete the cookie for any other reason. */
  readonly reason: "missing" | OpenFailure;
}

/**
 * Reads and writes the session cookie.
 *
 * A session that does not fit into one cookie is split over `sk_session.0`, `sk_session.1` and so
 * on, at most 4. Cookies of the official packages (version 1) are read, and written in version 2.
 */
export class SessionCookies {
  readonly #keys: KeyRing;
  readonly #attributes: Attributes;

  /** @throws {ScalekitArgumentException} Browsers do not accept the name or the attributes. */
  constructor(keys: KeyRing, options?: CookieOptions) {
    this.#keys = keys;
    this.#attributes = new Attributes(DEFAULT_NAME, options);
  }

  /**
   * Returns the session of a request, or the reason why there is none.
   *
   * @param cookieHeader The `Cookie` header of the request.
   */
  async read(cookieHeader: string | null | undefined): Promise<ReadSession | InvalidSession> {
    const cookies = parseCookies(cookieHeader);
    const whole = cookies.get(this.#attributes.name);
    const first = whole ? await this.#open(whole) : undefined;
    if (first?.session) {
      return first;
    }
    const chunks: string[] = [];
    for (let index = 0; index < MAX_CHUNKS; index += 1) {
      const chunk = cookies.get(this.#chunk(index));
      if (chunk === undefined) {
        break;
      }
      chunks.push(chunk);
    }
    const joined = chunks.join("");
    return joined === "" ? (first ?? { reason: "missing" }) : this.#open(joined);
  }

  /**
   * Returns the cookies that store `session`, and deletions of the cookies of the request that
   * stored the previous session and are no longer needed.
   *
   * @param cookieHeader The `Cookie` header of the request.
   * @throws {ScalekitArgumentException} The session does not fit into four cookies.
   */
  async write(session: Session, cookieHeader: string | null | undefined): Promise<SetCookie[]> {
    const { name } = this.#attributes;
    const value = await this.#keys.seal(name, sessionToJson(session));
    const written: SetCookie[] = [];
    if (name.length + value.length <= MAX_COOKIE) {
      written.push(this.#attributes.cookie(name, value));
    } else {
      const length = MAX_COOKIE - this.#chunk(0).length;
      if (value.length > MAX_CHUNKS * length) {
        throw new ScalekitArgumentException(
          `session needs ${value.length} characters, but cookies store at most ` +
            `${MAX_CHUNKS * length}; use fewer custom claims`,
        );
      }
      for (let at = 0; at < value.length; at += length) {
        const chunk = value.slice(at, at + length);
        written.push(this.#attributes.cookie(this.#chunk(written.length), chunk));
      }
    }
    const names = written.map((cookie) => cookie.name);
    const stale = this.clear(cookieHeader).filter((old) => !names.includes(old.name));
    return [...written, ...stale];
  }

  /**
   * Returns deletions of all session cookies of the request.
   *
   * @param cookieHeader The `Cookie` header of the request.
   */
  clear(cookieHeader: string | null | undefined): SetCookie[] {
    return [...parseCookies(cookieHeader).keys()]
      .filter((name) => this.#owns(name))
      .map((name) => this.#attributes.deletion(name));
  }

  async #open(value: string): Promise<ReadSession | InvalidSession> {
    const opened = await this.#keys.open(this.#attributes.name, value, true);
    if (typeof opened === "string") {
      return { reason: opened };
    }
    const session = sessionFromJson(opened.value);
    return session ? { session, outdated: opened.outdated } : { reason: "content" };
  }

  /** Returns `true` for the name of the cookie and of its chunks. */
  #owns(name: string): boolean {
    const own = this.#attributes.name;
    return name === own || (name.startsWith(`${own}.`) && /^\d$/.test(name.slice(own.length + 1)));
  }

  #chunk(index: number): string {
    return `${this.#attributes.name}.${index}`;
  }
}
