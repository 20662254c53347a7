// Tokens: RS256 (RFC 7515, 7519). No I/O; the time is a parameter.

import { decodeBase64Url } from "./base64.mjs";
import { Failure } from "./failure.mjs";
import {
  isPortable,
  isWellFormed,
  member,
  parseObject,
  repeats,
  type JsonObject,
} from "./json.mjs";

/** Longer tokens are rejected before they are read. */
const MAX_TOKEN = 64 * 1024;

/** The claims that are checked. */
const CHECKED = ["exp", "nbf", "iat", "iss", "aud", "scopes", "scope"];
const TIMES = ["exp", "nbf", "iat"];

/** A decoded token that is not verified. */
export interface Compact {
  keyId: string;
  /** The signed part: header and payload. */
  signed: Uint8Array<ArrayBuffer>;
  payload: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

/** The checks of a token's claims. */
export interface Checks {
  issuer: string | undefined;
  audience: readonly string[] | undefined;
  requiredScopes: readonly string[];
  leewayMs: number;
}

/** Decodes a token and checks its header. Does not parse the payload. */
export function parseToken(token: string): Compact {
  if (isLongerThan(token, MAX_TOKEN)) {
    throw Failure.token("the token is larger than 64 KiB");
  }
  const [header, payload, signature, ...rest] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw malformed("it does not have three parts");
  }
  const decoded = {
    payload: decodePart(payload, "its payload is not base64url"),
    signature: decodePart(signature, "its signature is not base64url"),
  };
  const keyId = readKeyId(decodePart(header, "its header is not base64url"));
  const signed = new TextEncoder().encode(token.slice(0, token.lastIndexOf(".")));
  return { keyId, signed, ...decoded };
}

/**
 * Checks the algorithm and returns the key id. Only `alg`, `kid` and `crit` are used, so keys in a
 * token (`jwk`, `jku`, `x5c`, `x5u`) have no effect.
 */
function readKeyId(json: Uint8Array): string {
  const header = parseObject(json);
  const algorithm = header && member(header.value, "alg");
  const keyId = header && (member(header.value, "kid") ?? undefined);
  if (
    !header ||
    repeats(header, ["alg", "kid", "crit"]) ||
    !Object.keys(header.value).every(isWellFormed) ||
    typeof algorithm !== "string" ||
    !isWellFormed(algorithm) ||
    !(keyId === undefined || (typeof keyId === "string" && isWellFormed(keyId)))
  ) {
    throw malformed("its header is not the JSON of a JWT header");
  }
  if (algorithm !== "RS256") {
    throw Failure.token("the token is not signed with RS256");
  }
  if (Object.hasOwn(header.value, "crit")) {
    throw Failure.token("the token requires an extension (crit) that is not supported");
  }
  if (keyId === undefined) {
    throw Failure.token("the token has no key id (kid)");
  }
  return keyId;
}

/**
 * Parses and checks the claims of a token with a valid signature.
 *
 * @param now Milliseconds since 1970.
 */
export function checkClaims(payload: Uint8Array, checks: Checks, now: number): JsonObject {
  const parsed = parseObject(payload);
  if (!parsed || !isPortable(parsed, TIMES) || repeats(parsed, CHECKED)) {
    throw malformed("its payload is not a JSON object");
  }
  const claims = parsed.value;
  const [seconds, leeway] = [now / 1000, checks.leewayMs / 1000];
  const expiry = time(claims, "exp");
  if (expiry === undefined) {
    throw invalidClaim("exp");
  }
  if (expiry <= seconds - leeway) {
    throw Failure.token("the token has expired");
  }
  if ((time(claims, "nbf") ?? 0) > seconds + leeway) {
    throw Failure.token("the token is not valid yet (nbf)");
  }
  if ((time(claims, "iat") ?? 0) > seconds + leeway) {
    throw Failure.token("the token was issued in the future (iat)");
  }
  if (checks.issuer !== undefined && member(claims, "iss") !== checks.issuer) {
    throw Failure.token("the token comes from another issuer");
  }
  const { audience, requiredScopes } = checks;
  if (audience && !texts(claims, "aud").some((found) => audience.includes(found))) {
    throw Failure.token("the token is meant for another audience");
  }
  const granted = grantedScopes(claims);
  const missing = requiredScopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    throw Failure.token(`the token lacks the scopes ${missing.join(", ")}`);
  }
  return claims;
}

/** Returns a NumericDate: a JSON number, with or without a fraction. */
function time(claims: JsonObject, name: string): number | undefined {
  if (!Object.hasOwn(claims, name)) {
    return undefined;
  }
  const value = claims[name];
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw invalidClaim(name);
  }
  return value;
}

/** Returns a claim that is an array of strings or one string; empty for any other value. */
function texts(claims: JsonObject, name: string): string[] {
  const value = member(claims, name);
  const list = Array.isArray(value) ? value : [value];
  return list.every((item) => typeof item === "string") ? list : [];
}

/** Returns the entries of `scopes` and the words of `scope`. */
function grantedScopes(claims: JsonObject): string[] {
  const words = (text: unknown) =>
    typeof text === "string" ? text.split(/[ \t\n\f\r]+/).filter((word) => word !== "") : [];
  const scopes = member(claims, "scopes");
  const listed = typeof scopes === "string" ? words(scopes) : texts(claims, "scopes");
  return [...listed, ...words(member(claims, "scope"))];
}

function decodePart(part: string, problem: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64Url(part);
  if (!bytes) {
    throw malformed(problem);
  }
  return bytes;
}

/** Returns `true` if the UTF-8 text has more than `limit` bytes. */
function isLongerThan(text: string, limit: number): boolean {
  // A UTF-16 unit has at most three bytes in UTF-8, and at least one.
  return (
    text.length > limit ||
    (text.length * 3 > limit && new TextEncoder().encode(text).length > limit)
  );
}

function malformed(problem: string): Failure {
  return Failure.token(`the token is malformed: ${problem}`);
}

function invalidClaim(name: string): Failure {
  return Failure.token(`the claim ${name} is missing or has the wrong type`);
}
