// Requests to the environment: limits, retries and error responses.

import type { Deadline } from "./deadline.mjs";
import { ScalekitServiceUnavailableException, type ServerExceptionFields } from "./errors.mjs";
import { Failure } from "./failure.mjs";
import { member, parseObject } from "./json.mjs";
import { uncached } from "./platform.mjs";

/** The maximum size of a response in bytes. */
const MAX_RESPONSE = 2 ** 20;
/** The maximum length of the text of an error response in a message. */
const MAX_MESSAGE = 4096;
/** Shorter secrets are not redacted: they would match ordinary words. */
const SHORTEST_SECRET = 8;
/** The wait before the first retry. It doubles with each retry. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

/** A request. */
export interface Outgoing {
  url: string;
  userAgent: string;
  /** The form of a POST request. A request without a form is a GET request. */
  form?: URLSearchParams;
  /** Values that must not appear in an error. */
  secrets: readonly string[];
  maxRetries: number;
}

/** A response with a success status. */
export interface Incoming {
  headers: Headers;
  body: Uint8Array;
}

/** Sends a request. Repeats it if that is safe. */
export async function send(outgoing: Outgoing, deadline: Deadline): Promise<Incoming> {
  for (let attempt = 0; ; attempt += 1) {
    const result = await sendOnce(outgoing, deadline);
    if (!(result instanceof FailedAttempt)) {
      return result;
    }
    const wait = attempt < outgoing.maxRetries ? result.wait(outgoing, attempt) : undefined;
    if (wait === undefined || wait >= deadline.remaining) {
      throw result.failure;
    }
    await deadline.wait(wait);
  }
}

class FailedAttempt {
  readonly failure: Failure;
  readonly #status: number | undefined;
  readonly #retryAfter: number | undefined;

  constructor(failure: Failure, response?: Response) {
    this.failure = failure;
    this.#status = response?.status;
    this.#retryAfter = retryAfter(response?.headers.get("retry-after"));
  }

  /** Returns the milliseconds until the next attempt, or `undefined` if it would not be safe. */
  wait({ form }: Outgoing, attempt: number): number | undefined {
    const ceiling = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
    const jitter = Math.random() * ceiling;
    if (this.#status === 429) {
      // Without `Retry-After`, another request would only exceed the quota further.
      return this.#retryAfter === undefined ? undefined : Math.max(this.#retryAfter, jitter);
    }
    // A code or a refresh token can be used once, and the service may have received it.
    const isTransient = this.#status === undefined || [502, 503, 504].includes(this.#status);
    return isTransient && !form ? Math.max(this.#retryAfter ?? 0, jitter) : undefined;
  }
}

async function sendOnce(outgoing: Outgoing, deadline: Deadline): Promise<Incoming | FailedAttempt> {
  const { url, userAgent, form, secrets } = outgoing;
  let response: Response;
  let body: Uint8Array | undefined;
  try {
    response = await deadline.limit(
      fetch(url, {
        ...uncached(),
        method: form ? "POST" : "GET",
        headers: {
          accept: "application/json",
          "user-agent": userAgent,
          ...(form && { "content-type": "application/x-www-form-urlencoded" }),
        },
        ...(form && { body: form.toString() }),
        redirect: "manual",
        signal: deadline.signal,
      }),
    );
    body = await deadline.limit(readBody(response));
  } catch (cause) {
    if (deadline.signal.aborted) {
      throw deadline.signal.reason;
    }
    const message = `the environment cannot be reached: ${describe(cause)}`;
    const fields = { httpStatus: 503, grpcStatus: 14, retryable: !form, cause };
    return new FailedAttempt(new Failure(ScalekitServiceUnavailableException, message, fields));
  }
  if (!body) {
    throw Failure.badResponse(`the response is larger than ${MAX_RESPONSE} bytes`);
  }
  return response.ok
    ? { headers: response.headers, body }
    : new FailedAttempt(errorResponse(response, body, form !== undefined, secrets), response);
}

/** Returns `undefined` if the body is too large. */
async function readBody(response: Response): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || !value) {
      break;
    }
    length += value.length;
    if (length > MAX_RESPONSE) {
      await reader?.cancel();
      return undefined;
    }
    pieces.push(value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

/** Reads an error of the token endpoint (RFC 6749, section 5.2) or of the service. */
function errorResponse(
  { status, headers, type }: Response,
  body: Uint8Array,
  once: boolean,
  secrets: readonly string[],
): Failure {
  const isTransient = status === 429 || (status >= 502 && status <= 504 && !once);
  const redact = (value: string) => redacted(value, secrets).slice(0, MAX_MESSAGE);
  const requestId = redact(headers.get("x-request-id")?.trim() ?? "") || undefined;
  const fields: ServerExceptionFields = { requestId, retryable: isTransient };
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    // Some runtimes hide the status of a redirect.
    const prefix = status === 0 ? "" : `HTTP ${status}: `;
    const message = `${prefix}redirects are not followed (check envUrl)`;
    return Failure.status(status, message, fields);
  }
  const json = parseObject(body)?.value;
  const text = (name: string) => {
    const value = json && member(json, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const code = text("error");
  if (code !== undefined) {
    const description = text("error_description");
    const message = redact(description === undefined ? code : `${code}: ${description}`);
    const details = redactedValue(json, secrets);
    return Failure.status(status, message, { ...fields, errorCode: redact(code), details });
  }
  const message = text("message");
  const unknown = `HTTP ${status} with a body that is not an error of the service (check envUrl)`;
  return Failure.status(status, message === undefined ? unknown : redact(message), fields);
}

/** Removes secrets from a text, plain and form-encoded: a response may repeat the request. */
function redacted(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, new URLSearchParams([["", secret]]).toString().slice(1)])
    .reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
}

function redactedValue(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    return redacted(value, secrets);
  }
  if (Array.isArray(value)) {
    return value.map((item) => redactedValue(item, secrets));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        redacted(name, secrets),
        redactedValue(item, secrets),
      ]),
    );
  }
  return value;
}

/** Parses `Retry-After` (RFC 9110, section 10.2.3). Returns milliseconds. */
function retryAfter(header: string | null | undefined): number | undefined {
  const text = header?.trim() ?? "";
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

/** Returns the messages of an error and its causes. */
function describe(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: unknown };
  const own = typeof message === "string" ? message : String(error);
  return cause === undefined ? own : `${own}: ${describe(cause)}`;
}
