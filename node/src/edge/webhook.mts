// Webhooks and interceptor requests: HMAC-SHA256 as specified by Standard Webhooks.

import { decodeBase64, decodeLenientBase64 } from "./base64.mjs";
import { blinded, equal } from "./compare.mjs";
import { ScalekitException, WebhookVerificationError } from "./errors.mjs";
import { member, parseObject } from "./json.mjs";
import type { WebhookEvent, WebhookHeaders, WebhookPayload } from "../types/scalekit.js";
import * as validate from "./validate.mjs";

const HMAC = { name: "HMAC", hash: "SHA-256" };
/** The length of an HMAC-SHA256. */
const SIGNATURE_LENGTH = 32;
const FIELDS = ["id", "timestamp", "signature"] as const;

type SignatureHeaders = Record<(typeof FIELDS)[number], string>;

/** Verifies a signature. Headers are checked first, then secret, time and signature. */
export async function verify(
  interceptor: boolean,
  secret: string,
  headers: WebhookHeaders,
  payload: WebhookPayload,
  toleranceMs: number,
): Promise<true> {
  if (typeof secret !== "string") {
    validate.wrongType("secret", "a string", secret);
  }
  const body = bytes(payload);
  const found = signatureHeaders(interceptor, namesAndValues(headers));
  if (FIELDS.some((field) => found[field] === "")) {
    throw new WebhookVerificationError("Missing required headers");
  }
  const key = decodeSecret(secret);
  checkTime(found.timestamp, toleranceMs);
  const start = new TextEncoder().encode(`${found.id}.${found.timestamp}.`);
  const signed = new Uint8Array(start.length + body.length);
  signed.set(start);
  signed.set(body, start.length);
  const hmac = await crypto.subtle.importKey("raw", key, HMAC, false, ["sign"]);
  const expected = await blinded(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, signed)));
  for (const entry of found.signature.split(" ")) {
    // One valid signature suffices. Other entries are skipped.
    const signature = entry.startsWith("v1,") ? decodeBase64(entry.slice(3)) : undefined;
    if (signature?.length === SIGNATURE_LENGTH && equal(await blinded(signature), expected)) {
      return true;
    }
  }
  throw new WebhookVerificationError("Invalid signature");
}

/**
 * Returns the key of a secret: the base64 after its first `_`, in the standard or the URL-safe
 * alphabet. White space, wrong padding, and bits beyond the last whole byte are ignored, because
 * every decoder that accepts them returns the same key.
 */
function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  const reject = (problem: string): never => {
    throw new WebhookVerificationError(`Invalid secret: ${problem}`);
  };
  const start = secret.indexOf("_");
  if (start === -1) {
    reject('it must be a prefix, "_" and a key in base64, such as whsec_c2VjcmV0');
  }
  const text = secret.slice(start + 1).replace(/[ \t\n\f\r]+/g, "");
  const digits = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  const [foreign] = /[^A-Za-z0-9+/]/.exec(digits) ?? [];
  if (foreign !== undefined) {
    reject(
      foreign === "="
        ? 'the key after the first "_" contains "=" before its end'
        : 'the key after the first "_" contains a character that is not base64',
    );
  }
  const spare = digits.length % 4 === 1 ? 1 : 0;
  const key = decodeLenientBase64(digits.slice(0, digits.length - spare));
  return key && key.length > 0 ? key : reject('the key after the first "_" is empty');
}

/** Accepts only digits, so that no other text has the same meaning as the signed timestamp. */
function checkTime(timestamp: string, toleranceMs: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookVerificationError("Invalid Signature Headers");
  }
  const [sent, now] = [Number(timestamp) * 1000, Date.now()];
  if (sent + toleranceMs < now) {
    throw new WebhookVerificationError("Message timestamp too old");
  }
  if (sent > now + toleranceMs) {
    throw new WebhookVerificationError("Message timestamp too new");
  }
}

/**
 * Selects the signature headers. Names are compared without case, `_` equals `-`, and the prefix
 * `HTTP_` of CGI variables is ignored. An interceptor header that is missing falls back to the
 * webhook header.
 */
function signatureHeaders(
  interceptor: boolean,
  pairs: Iterable<readonly [string, string]>,
): SignatureHeaders {
  const found = new Map<string, string>();
  for (const [name, value] of pairs) {
    const normalized = name
      .toLowerCase()
      .replaceAll("_", "-")
      .replace(/^http-/, "");
    if (!found.get(normalized)) {
      found.set(normalized, value);
    }
  }
  const header = (field: string) =>
    (interceptor && found.get(`interceptor-${field}`)) || (found.get(`webhook-${field}`) ?? "");
  return { id: header("id"), timestamp: header("timestamp"), signature: header("signature") };
}

/** Returns the names and values of all headers. If a header was sent several times, the first. */
function namesAndValues(headers: unknown): [string, string][] {
  if (typeof headers !== "object" || headers === null) {
    validate.wrongType("headers", "an object, Headers, a Map or pairs", headers);
  }
  const entries: Iterable<unknown> =
    Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers);
  const pairs: [string, string][] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      validate.wrongType("headers", "an object, Headers, a Map or pairs", headers);
    }
    const [name, value] = entry as unknown[];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof name === "string" && (typeof first === "string" || typeof first === "number")) {
      pairs.push([name, String(first)]);
    }
  }
  return pairs;
}

/** Returns the bytes of a body. */
function bytes(payload: unknown): Uint8Array {
  if (typeof payload === "string") {
    return new TextEncoder().encode(payload);
  }
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  }
  // `instanceof` rejects buffers of other contexts.
  if (Object.prototype.toString.call(payload) === "[object ArrayBuffer]") {
    return new Uint8Array(payload as ArrayBuffer);
  }
  return validate.wrongType("payload", "a string, a Uint8Array or an ArrayBuffer", payload);
}

/** Returns a copy of a body, so that it cannot change between its verification and its parsing. */
export function snapshot(payload: WebhookPayload): Uint8Array {
  return bytes(payload).slice();
}

/** Parses the JSON of an event. */
export function parseEvent(body: Uint8Array): WebhookEvent {
  const event = parseObject(body)?.value;
  if (!event || typeof member(event, "type") !== "string") {
    throw new ScalekitException("the payload has a valid signature but is not an event", {
      operation: "parse_webhook_event",
    });
  }
  return event as unknown as WebhookEvent;
}
