// Encryption of cookies, in the format that `core/src/session/key_ring.rs` describes.

import { decodeBase64Url, encodeBase64Url } from "../base64.mjs";
import { ScalekitArgumentException } from "../errors.mjs";
import { parseObject, type JsonObject } from "../json.mjs";
import { inflate } from "./inflate.mjs";
import * as validate from "../validate.mjs";

/** The minimum length of a secret, in characters. */
const MIN_SECRET = 32;
/**
 * The maximum length of a decompressed value, in bytes. Larger values are rejected, so that a small
 * cookie cannot fill the memory.
 */
const MAX_LENGTH = 256 * 1024;

const ID = 4;
const SALT = 16;
const NONCE = 12;
const HEADER = 1 + ID + SALT + NONCE;

/** Why a value cannot be decrypted. */
export type OpenFailure = "malformed" | "version" | "unknown_key" | "tampered" | "content";

/** A decrypted value. */
export interface Opened {
  readonly value: JsonObject;
  /** `true` if the value should be encrypted again: with the current version and first secret. */
  readonly outdated: boolean;
}

interface Key {
  readonly id: Uint8Array;
  readonly v1: CryptoKey;
  /** The base of the keys of cookies. */
  readonly v2: CryptoKey;
}

/**
 * Secrets that encrypt cookies. The first secret encrypts. All secrets decrypt.
 *
 * To rotate a secret, put the new one first. Remove the old one after the sessions that it
 * encrypted have ended or were written again.
 */
export class KeyRing {
  readonly #secrets: readonly string[];
  /** The keys of the secrets that were used. */
  readonly #keys: Key[] = [];

  /**
   * @param secrets One secret or several. The first one must have at least 32 characters. Old
   *   secrets may be shorter, so that a short secret can be replaced.
   * @throws {ScalekitArgumentException} A secret is missing or too short.
   */
  constructor(secrets: string | readonly string[]) {
    const list = validate.optionalTexts("secrets", secrets) ?? [];
    const [first, ...old] = list;
    if (first === undefined) {
      throw new ScalekitArgumentException("secrets is missing");
    }
    const length = [...first].length;
    if (length < MIN_SECRET) {
      throw new ScalekitArgumentException(
        `secrets must have at least ${MIN_SECRET} characters, not ${length}; ` +
          "create one with: openssl rand -base64 32",
      );
    }
    if (old.includes("")) {
      throw new ScalekitArgumentException("secrets contains an empty old secret");
    }
    this.#secrets = [...list];
  }

  /** @internal Encrypts the JSON of `value` for the cookie `name`. */
  async seal(name: string, value: object): Promise<string> {
    const key = await this.#key(0);
    const header = new Uint8Array(HEADER);
    header[0] = 2;
    header.set(key.id, 1);
    crypto.getRandomValues(header.subarray(1 + ID));
    const content = await compressed(new TextEncoder().encode(JSON.stringify(value)));
    const { salt, parameters } = cookieParameters(name, header);
    const cookieKey = await deriveCookieKey(key, salt);
    const sealed = await crypto.subtle.encrypt(parameters, cookieKey, content);
    return encodeBase64Url(concatenated(header, new Uint8Array(sealed)));
  }

  /** @internal Decrypts a value of the cookie `name`. */
  async open(name: string, sealed: string, acceptV1: boolean): Promise<Opened | OpenFailure> {
    const bytes = decodeBase64Url(sealed);
    const version = bytes?.[0];
    if (!bytes || version === undefined) {
      return "malformed";
    }
    if (version === 1 && acceptV1) {
      return this.#openV1(bytes);
    }
    return version === 2 ? this.#openV2(name, bytes) : "version";
  }

  /** Version 1 is the format of the official packages: one key per secret, bound to no name. */
  async #openV1(bytes: Uint8Array<ArrayBuffer>): Promise<Opened | OpenFailure> {
    if (bytes.length < 1 + NONCE) {
      return "malformed";
    }
    const parameters = { name: "AES-GCM", iv: bytes.subarray(1, 1 + NONCE) };
    for (let index = 0; index < this.#secrets.length; index += 1) {
      const { v1 } = await this.#key(index);
      const plain = await decrypted(parameters, v1, bytes.subarray(1 + NONCE));
      if (plain) {
        return opened(plain, true);
      }
    }
    return "tampered";
  }

  async #openV2(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Opened | OpenFailure> {
    if (bytes.length < HEADER) {
      return "malformed";
    }
    const header = bytes.subarray(0, HEADER);
    const { salt, parameters } = cookieParameters(name, header);
    let failure: OpenFailure = "unknown_key";
    for (let index = 0; index < this.#secrets.length; index += 1) {
      const key = await this.#key(index);
      if (!key.id.every((byte, position) => byte === header[1 + position])) {
        continue;
      }
      failure = "tampered";
      const cookieKey = await deriveCookieKey(key, salt);
      const content = await decrypted(parameters, cookieKey, bytes.subarray(HEADER));
      if (content) {
        const plain = decompressed(content);
        return plain ? opened(plain, index > 0) : "content";
      }
    }
    return failure;
  }

  async #key(index: number): Promise<Key> {
    // Only the finished keys are stored: some runtimes do not let requests share a promise.
    return (this.#keys[index] ??= await deriveKey(this.#secrets[index] ?? ""));
  }
}

/** HKDF-SHA256 (RFC 5869). */
function hkdf(salt: string, info: Uint8Array<ArrayBuffer>): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt: utf8(salt), info };
}

const AES = { name: "AES-GCM", length: 256 };
const V1 = hkdf("scalekit-session-v1", utf8("scalekit-encrypted-session"));
const V2_SALT = "scalekit-cookie-v2";
const V2_ID = hkdf(V2_SALT, utf8("key id"));

async function deriveKey(secret: string): Promise<Key> {
  const { subtle } = crypto;
  const uses = ["deriveBits", "deriveKey"] as const;
  const v2 = await subtle.importKey("raw", utf8(secret), "HKDF", false, uses);
  const id = new Uint8Array(await subtle.deriveBits(V2_ID, v2, ID * 8));
  const v1 = await subtle.deriveKey(V1, v2, AES, false, ["decrypt"]);
  return { id, v1, v2 };
}

/** Derives the key of one cookie. */
async function deriveCookieKey({ v2 }: Key, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const parameters = hkdf(V2_SALT, concatenated(utf8("key"), salt));
  return crypto.subtle.deriveKey(parameters, v2, AES, false, ["encrypt", "decrypt"]);
}

function cookieParameters(name: string, header: Uint8Array<ArrayBuffer>) {
  const salt = header.subarray(1 + ID, 1 + ID + SALT);
  const iv = header.subarray(1 + ID + SALT);
  return { salt, parameters: { name: "AES-GCM", iv, additionalData: utf8(name) } };
}

async function decrypted(
  parameters: AesGcmParams,
  key: CryptoKey,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed));
  } catch {
    return undefined;
  }
}

function opened(plain: Uint8Array, outdated: boolean): Opened | OpenFailure {
  const value = parseObject(plain)?.value;
  return value ? { value, outdated } : "content";
}

/** Returns a byte that is 1 if the rest is compressed, and the shorter form of `plain`. */
async function compressed(plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const short = await deflated(plain);
  return short && short.length < plain.length
    ? concatenated(Uint8Array.of(1), short)
    : concatenated(Uint8Array.of(0), plain);
}

/** Returns `undefined` if the runtime has no compression. The cookie is then larger. */
async function deflated(plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
  if (typeof CompressionStream === "undefined") {
    return undefined;
  }
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function decompressed(content: Uint8Array): Uint8Array | undefined {
  const rest = content.subarray(1);
  switch (content[0]) {
    case 0:
      return rest;
    case 1:
      return inflate(rest, MAX_LENGTH);
    default:
      return undefined;
  }
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function concatenated(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
