import { encodeBase64Url } from "./base64.mjs";
import { ScalekitArgumentException } from "./errors.mjs";
import type { Pkce } from "../types/scalekit.js";

/** The limits of a verifier, in characters (RFC 7636, section 4.1). */
const MIN_LENGTH = 43;
const MAX_LENGTH = 128;

/** Returns 32 random bytes as 43 characters. */
export function randomText(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** Generates a verifier and its challenge. */
export async function generatePkce(length: number = MIN_LENGTH): Promise<Pkce> {
  if (!Number.isInteger(length) || length < MIN_LENGTH || length > MAX_LENGTH) {
    throw new ScalekitArgumentException(
      `codeVerifier must have ${MIN_LENGTH} to ${MAX_LENGTH} characters, not ${length}`,
    );
  }
  const random = encodeBase64Url(crypto.getRandomValues(new Uint8Array(96)));
  return pkceOf(random.slice(0, length));
}

/** Returns a verifier with its challenge. */
export async function pkceOf(codeVerifier: string): Promise<Pkce> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(codeVerifier));
  const codeChallenge = encodeBase64Url(new Uint8Array(digest));
  return { codeVerifier, codeChallenge, codeChallengeMethod: "S256" };
}
