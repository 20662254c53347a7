import { types } from "node:util";

import * as checks from "./checks";
import { ScalekitArgumentException } from "./errors";
import { fromNative } from "./errors/from-native";
import { native, type NativeClient, type WebhookVerifier } from "./native";
import type { WebhookHeaders, WebhookPayload } from "./types/scalekit";

/** Verifies a webhook or the call of an interceptor. Names of headers and their order of precedence are the core's. */
export function verify(
  client: NativeClient,
  verifier: () => WebhookVerifier,
  interceptor: boolean,
  secret: string,
  headers: WebhookHeaders,
  payload: WebhookPayload,
): true {
  if (typeof secret !== "string") {
    checks.refuse("secret", "a string", secret);
  }
  const text = typeof payload === "string" ? payload : undefined;
  const body = text === undefined ? bytes(payload) : undefined;
  // Asked each time: tests set it.
  const now = Date.now();
  const parts = interceptor ? undefined : usual(secret, headers);
  if (parts !== undefined) {
    const verdict = text === undefined ? verifier()(parts, now, text, body) : verifier()(parts, now, text);
    if (verdict === true) {
      return true;
    }
    if (verdict) {
      throw fromNative(verdict);
    }
  }
  const failure = native().verifyPayload(client, interceptor, secret, pairs(headers), now, text, body);
  if (failure) {
    throw fromNative(failure);
  }
  return true;
}

/** What a verifier wants of an object that has the headers under the names which Node gives them: nearly always. */
function usual(secret: string, headers: WebhookHeaders): string | undefined {
  if (typeof headers !== "object" || headers === null) {
    return undefined;
  }
  const {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  } = headers as Record<string, unknown>;
  return typeof id === "string" && typeof timestamp === "string" && typeof signature === "string"
    ? `${secret}\0${id}\0${timestamp}\0${signature}`
    : undefined;
}

/** Names and values in turn, of whatever has headers. */
function pairs(headers: unknown): string[] {
  if (typeof headers !== "object" || headers === null) {
    checks.refuse("headers", "an object, Headers, a Map or pairs", headers);
  }
  const entries: Iterable<unknown> =
    Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers);
  const found: string[] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      checks.refuse("headers", "an object, Headers, a Map or pairs", headers);
    }
    const [name, value] = entry as unknown[];
    // Of a header that came twice, the first counts.
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof name === "string" && (typeof first === "string" || typeof first === "number")) {
      found.push(name, String(first));
    }
  }
  return found;
}

/** The body where it lies, or a copy of what another thread may write to meanwhile. */
function bytes(payload: unknown): Buffer {
  if (!types.isArrayBufferView(payload) && !types.isArrayBuffer(payload)) {
    checks.refuse("payload", "a string, a Buffer, a Uint8Array or an ArrayBuffer", payload);
  }
  try {
    if (types.isArrayBuffer(payload)) {
      return Buffer.from(payload);
    }
    const { buffer, byteOffset, byteLength } = payload;
    // One that is empty may be one that has been transferred, which this finds out.
    const view = Buffer.isBuffer(payload) && byteLength > 0 ? payload : Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    return types.isSharedArrayBuffer(buffer) ? Buffer.from(view) : view;
  } catch (cause) {
    throw new ScalekitArgumentException("payload has been transferred: its memory is not here any more", { cause });
  }
}
