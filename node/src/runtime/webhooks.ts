import { types } from "node:util";

import { ScalekitArgumentException, ScalekitException } from "../errors";
import { fromNative } from "../errors/from-native";
import { native, type NativeClient, type WebhookVerifier } from "./native";
import type { WebhookEvent, WebhookHeaders, WebhookPayload } from "../types/scalekit";
import * as validate from "./validate";

/**
 * Verifies the signature of a webhook or interceptor request. The core defines the names of the
 * headers and their precedence.
 */
export function verify(
  client: NativeClient,
  verifier: () => WebhookVerifier,
  interceptor: boolean,
  secret: string,
  headers: WebhookHeaders,
  payload: WebhookPayload,
): true {
  if (typeof secret !== "string") {
    validate.wrongType("secret", "a string", secret);
  }
  const text = typeof payload === "string" ? payload : undefined;
  const body = text === undefined ? bytes(payload) : undefined;
  // Read on each call, so that tests can set the clock.
  const now = Date.now();
  const parts = interceptor ? undefined : webhookParts(secret, headers);
  if (parts !== undefined) {
    const result =
      text === undefined ? verifier()(parts, now, text, body) : verifier()(parts, now, text);
    if (result === true) {
      return true;
    }
    if (result) {
      throw fromNative(result);
    }
  }
  const failure = native().verifyPayload(
    client,
    interceptor,
    secret,
    namesAndValues(headers),
    now,
    text,
    body,
  );
  if (failure) {
    throw fromNative(failure);
  }
  return true;
}

/**
 * Returns the first argument of a {@link WebhookVerifier}, for the fast path. Returns `undefined`
 * if the headers are not properties with lowercase names, as in Node's `IncomingHttpHeaders`.
 */
function webhookParts(secret: string, headers: WebhookHeaders): string | undefined {
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

/** Returns the names and values of all headers, alternating in one array. */
function namesAndValues(headers: unknown): string[] {
  if (typeof headers !== "object" || headers === null) {
    validate.wrongType("headers", "an object, Headers, a Map or pairs", headers);
  }
  const entries: Iterable<unknown> =
    Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers);
  const pairs: string[] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      validate.wrongType("headers", "an object, Headers, a Map or pairs", headers);
    }
    const [name, value] = entry as unknown[];
    // If a header was sent several times, the first value is used.
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof name === "string" && (typeof first === "string" || typeof first === "number")) {
      pairs.push(name, String(first));
    }
  }
  return pairs;
}

/**
 * Returns a view of a binary body. Shared memory is copied, because another thread could change it
 * during the verification.
 */
function bytes(payload: unknown): Buffer {
  if (!types.isArrayBufferView(payload) && !types.isArrayBuffer(payload)) {
    validate.wrongType("payload", "a string, a Buffer, a Uint8Array or an ArrayBuffer", payload);
  }
  try {
    if (types.isArrayBuffer(payload)) {
      return Buffer.from(payload);
    }
    const { buffer, byteOffset, byteLength } = payload;
    // `Buffer.from` throws if the buffer has been transferred. A transferred view is always empty.
    const view =
      Buffer.isBuffer(payload) && byteLength > 0
        ? payload
        : Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    return types.isSharedArrayBuffer(buffer) ? Buffer.from(view) : view;
  } catch (cause) {
    throw new ScalekitArgumentException(
      "payload has been transferred to another thread; verify it before the transfer",
      { cause },
    );
  }
}

/** Returns a body that no other thread can change between its verification and its parsing. */
export function snapshot(payload: WebhookPayload): string | Buffer {
  return typeof payload === "string" ? payload : bytes(payload);
}

/** Parses the JSON of an event. */
export function parseEvent(body: string | Buffer): WebhookEvent {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let event: unknown;
  try {
    event = JSON.parse(typeof body === "string" ? body : decoder.decode(body));
  } catch {
    // Not the error of the parser: its message contains a part of the body.
  }
  const { type } = (event ?? {}) as { type?: unknown };
  if (typeof type !== "string") {
    throw new ScalekitException("the payload has a valid signature but is not an event", {
      operation: "parse_webhook_event",
    });
  }
  return event as WebhookEvent;
}
