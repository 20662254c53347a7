// Key sets (JWKS, RFC 7517).

import { decodeBase64Url, encodeBase64Url } from "./base64.mjs";
import { Failure } from "./failure.mjs";
import { isObject, parseObject } from "./json.mjs";
import type { Compact } from "./token.mjs";

/** The maximum number of keys in a set. Environments have far fewer. */
const MAX_KEYS = 1000;

const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

interface Key {
  id: string;
  verifier: CryptoKey;
}

/** A set of RSA verification keys. */
export class KeySet {
  readonly #keys: readonly Key[];

  private constructor(keys: readonly Key[]) {
    this.#keys = keys;
  }

  /**
   * Parses a JWKS document. Keys other than RSA signature keys of 2048 to 8192 bits with a `kid`
   * are skipped.
   */
  static async parse(json: Uint8Array): Promise<KeySet> {
    const list = parseObject(json)?.value["keys"];
    if (!Array.isArray(list)) {
      throw Failure.badResponse("the key endpoint returned no JWKS document");
    }
    const usable = list.flatMap((jwk) => readKey(jwk) ?? []).slice(0, MAX_KEYS);
    const keys = await Promise.all(usable.map(importKey));
    return new this(keys.filter((key) => key !== undefined));
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  /**
   * Verifies a signature with the keys that have the token's key id. A set may contain a key id
   * twice while a key is replaced.
   */
  async verify({ keyId, signature, signed }: Compact): Promise<"valid" | "invalid" | "unknown"> {
    const named = this.#keys.filter((key) => key.id === keyId);
    for (const { verifier } of named) {
      if (await crypto.subtle.verify(RS256.name, verifier, signature, signed)) {
        return "valid";
      }
    }
    return named.length > 0 ? "invalid" : "unknown";
  }
}

interface RsaKey {
  id: string;
  modulus: Uint8Array;
  exponent: Uint8Array;
}

function readKey(jwk: unknown): RsaKey | undefined {
  if (!isObject(jwk)) {
    return undefined;
  }
  const { kty, kid, use, alg } = jwk;
  const isForSignatures = (use ?? "sig") === "sig" && (alg ?? "RS256") === "RS256";
  if (kty !== "RSA" || typeof kid !== "string" || !isForSignatures) {
    return undefined;
  }
  const [modulus, exponent] = [number(jwk["n"]), number(jwk["e"])];
  if (!modulus || !exponent) {
    return undefined;
  }
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  const last = exponent.at(-1) ?? 0;
  const isOdd = last % 2 === 1;
  const isOne = exponent.length === 1 && last === 1;
  const isUsable = bits >= 2048 && bits <= 8192 && isOdd && !isOne && exponent.length <= 8;
  return isUsable ? { id: kid, modulus, exponent } : undefined;
}

/** Returns the bytes of a number without leading zeros. Accepts padding, which some servers add. */
function number(text: unknown): Uint8Array | undefined {
  const bytes = typeof text === "string" ? decodeBase64Url(text.replace(/={1,2}$/, "")) : undefined;
  const start = bytes?.findIndex((byte) => byte !== 0) ?? -1;
  return start === -1 ? undefined : bytes?.subarray(start);
}

/** Returns `undefined` for a key that the platform does not accept. */
async function importKey({ id, modulus, exponent }: RsaKey): Promise<Key | undefined> {
  const jwk = { kty: "RSA", n: encodeBase64Url(modulus), e: encodeBase64Url(exponent) };
  try {
    return { id, verifier: await crypto.subtle.importKey("jwk", jwk, RS256, false, ["verify"]) };
  } catch {
    return undefined;
  }
}
