// Cookies of a request and of a response (RFC 6265).

import { ScalekitArgumentException } from "../errors.mjs";
import * as validate from "../validate.mjs";

/** When a cookie is sent with requests from other sites. */
export type SameSite = "Lax" | "Strict" | "None";

/** The name and the attributes of cookies. All cookies are `HttpOnly`. */
export interface CookieOptions {
  /** The name of the cookie, or the start of the names. */
  name?: string;
  /** Sends the cookie over HTTPS only. Default: `true`. */
  secure?: boolean;
  /**
   * `Lax`, `Strict` or `None`. A login callback does not receive `Strict` cookies. Default: `Lax`.
   */
  sameSite?: SameSite;
  /** The domain that receives the cookie with its subdomains. Default: the host only. */
  domain?: string;
  /** Default: `/`. */
  path?: string;
}

/** A cookie of a response. `toString` returns the value of a `Set-Cookie` header. */
export interface SetCookie {
  readonly name: string;
  /** The value; empty if the cookie is deleted. */
  readonly value: string;
  /** The lifetime in seconds; 0 deletes the cookie. If missing, it ends with the browser. */
  readonly maxAge: number | undefined;
  readonly secure: boolean;
  readonly sameSite: SameSite;
  readonly domain: string | undefined;
  readonly path: string;
  toString(): string;
}

/** Parses a `Cookie` header. The first of several cookies with the same name is used. */
export function parseCookies(header: string | null | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (header ?? "").split(";")) {
    const separator = part.indexOf("=");
    const name = part.slice(0, separator).trim();
    if (separator !== -1 && !cookies.has(name)) {
      cookies.set(
        name,
        part
          .slice(separator + 1)
          .trim()
          .replace(/^"+|"+$/g, ""),
      );
    }
  }
  return cookies;
}

/** Checked attributes of cookies. */
export class Attributes {
  readonly name: string;
  readonly secure: boolean;
  readonly sameSite: SameSite;
  readonly domain: string | undefined;
  readonly path: string;

  /**
   * Checks that browsers accept a cookie of this name with these attributes (RFC 6265, section 4.1,
   * and RFC 6265bis, section 4.1.3).
   */
  constructor(defaultName: string, given: CookieOptions | undefined) {
    const options = validate.options("options", given);
    this.name = validate.optionalText("name", options.name) ?? defaultName;
    this.secure = validate.optionalFlag("secure", options.secure) ?? true;
    this.sameSite = options.sameSite ?? "Lax";
    this.domain = validate.optionalText("domain", options.domain);
    this.path = validate.optionalText("path", options.path) ?? "/";
    const problem = this.#problem();
    if (problem !== undefined) {
      throw new ScalekitArgumentException(problem);
    }
  }

  #problem(): string | undefined {
    const { name, secure, sameSite, domain, path } = this;
    const separates = (text: string) => /[;\p{Control}]/u.test(text);
    const isHost = name.startsWith("__Host-");
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      return "name must contain only letters, digits and !#$%&'*+-.^_`|~";
    }
    if (domain !== undefined && separates(domain)) {
      return 'domain contains ";" or a control character';
    }
    if (separates(path) || !path.startsWith("/")) {
      return 'path must start with "/" and not contain ";"';
    }
    if (!["Lax", "Strict", "None"].includes(sameSite)) {
      return "sameSite must be Lax, Strict or None";
    }
    if (sameSite === "None" && !secure) {
      return "secure must be set because sameSite is None";
    }
    if ((isHost || name.startsWith("__Secure-")) && !secure) {
      return "secure must be set because of the name of the cookie";
    }
    if (isHost && (domain !== undefined || path !== "/")) {
      return 'name must not start with "__Host-" if a domain or a path is set';
    }
    return undefined;
  }

  /** Returns a cookie with these attributes. */
  cookie(name: string, value: string, maxAge?: number): SetCookie {
    const { secure, sameSite, domain, path } = this;
    const cookie = { name, maxAge, secure, sameSite, domain, path };
    // Not enumerable, so that a logged cookie does not show its value.
    const hidden = (content: unknown) => ({ value: content, enumerable: false });
    return Object.defineProperties(cookie, {
      value: hidden(value),
      toString: hidden(() => serialized(name, value, maxAge, this)),
    }) as SetCookie;
  }

  /**
   * Returns a deletion. Browsers match name, domain and path, and reject a `__Host-` name without
   * `Secure`, so the attributes are repeated.
   */
  deletion(name: string): SetCookie {
    return this.cookie(name, "", 0);
  }
}

function serialized(
  name: string,
  value: string,
  maxAge: number | undefined,
  { secure, sameSite, domain, path }: Attributes,
): string {
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    "HttpOnly",
    ...(secure ? ["Secure"] : []),
    `SameSite=${sameSite}`,
  ].join("; ");
}
