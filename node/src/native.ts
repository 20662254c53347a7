import { lazily } from "./call";
import { load } from "./loader";

/** The addon's client; JavaScript cannot look into it. */
export type NativeClient = { readonly __client: never };
/** The addon's way back into this environment. */
export type NativeMailbox = { readonly __mailbox: never };

/** Why something failed, as the addon says it. */
export interface Failure {
  name: string;
  message: string;
  operation?: string;
  requestId?: string;
  retryable: boolean;
  httpStatus?: number;
  grpcStatus?: number;
  errorCode?: string;
  details?: string;
  causes: string[];
}

/** What a token is asked to have. */
export interface Checks {
  issuer?: string;
  audience?: string[];
  requiredScopes?: string[];
}

/** The options of a client, checked for their types. */
export interface NativeOptions {
  envUrl: string;
  clientId: string;
  clientSecret: string;
  nodeVersion: string;
  timeoutMs?: number;
  toolTimeoutMs?: number;
  connectTimeoutMs?: number;
  keepaliveTimeMs?: number;
  keepaliveTimeoutMs?: number;
  maxRetries?: number;
  caCertificates?: string;
  proxy?: string;
  tokenLeewayMs?: number;
  tokenCacheSize?: number;
  webhookToleranceMs?: number;
  issuer?: string;
  audience?: string[];
  userAgentSuffix?: string;
  allowInsecureHttp?: boolean;
}

/** What the addon answers in the background. */
export type Answer = Uint8Array | string | null | undefined;
/** Work in the background that could not begin, or nothing. */
type Begun = Failure | null;
type Deliver = (id: number, failure: Failure | null | undefined, answer: Answer) => void;

/** The addon. It never throws and makes no promise: what fails is returned as a failure. */
export interface Native {
  about(): { version: string; apiVersion: string; operations: string[]; exceptions: string[] };
  openMailbox(deliver: Deliver): NativeMailbox;
  closeMailbox(mailbox: NativeMailbox): void;
  cancel(mailbox: NativeMailbox, id: number): void;
  makeClient(options: NativeOptions): NativeClient | Failure;
  envUrl(client: NativeClient): string;
  userAgent(client: NativeClient): string;
  close(client: NativeClient): Failure | null;
  call(
    client: NativeClient,
    mailbox: NativeMailbox,
    id: number,
    operation: string,
    request: Uint8Array,
    timeoutMs?: number,
  ): Begun;
  authenticateWithCode(
    client: NativeClient,
    mailbox: NativeMailbox,
    id: number,
    code: string,
    redirectUri: string,
    codeVerifier?: string,
  ): Begun;
  refreshAccessToken(client: NativeClient, mailbox: NativeMailbox, id: number, refreshToken: string): Begun;
  clientToken(
    client: NativeClient,
    mailbox: NativeMailbox,
    id: number,
    clientId: string,
    clientSecret: string,
    scopes: string[],
  ): Begun;
  ownClientToken(client: NativeClient, mailbox: NativeMailbox, id: number): Begun;
  validate(client: NativeClient, mailbox: NativeMailbox, id: number, token: string, now: number, checks?: Checks): Begun;
  refreshKeys(client: NativeClient, mailbox: NativeMailbox, id: number): Begun;
  validateCached(client: NativeClient, token: string, now: number, checks?: Checks): string | Failure | null;
  isValidCached(client: NativeClient, token: string, now: number, checks?: Checks): boolean | Failure | null;
  authorizationUrl(client: NativeClient, redirectUri: string, options: Record<string, unknown>): string | Failure;
  logoutUrl(client: NativeClient, options: Record<string, unknown>): string | Failure;
  generatePkce(length: number): [verifier: string, challenge: string] | Failure;
  webhookVerifier(client: NativeClient): WebhookVerifier;
  verifyPayload(
    client: NativeClient,
    interceptor: boolean,
    secret: string,
    headers: string[],
    now: number,
    text: string | undefined,
    bytes: Uint8Array | undefined,
  ): Failure | null;
  /** Only in debug builds, for tests. */
  panicNow?(): Failure | null;
  /** Only in debug builds, for tests. */
  panicLater?(mailbox: NativeMailbox, id: number): Begun;
}

/**
 * Secret, id, timestamp and signature with a NUL between them, the time in milliseconds, then the body as a string, or nothing
 * and the body as bytes.
 * Returns `true`, or why not, or `false` where one of the four has a NUL of its own.
 */
export type WebhookVerifier = (parts: string, now: number, text?: string, bytes?: Uint8Array) => boolean | Failure;

/** The addon, loaded at first use. */
export const native = lazily(() => load() as Native);

/** Tells a failure from any other object that the addon returns. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "causes" in value;
}
