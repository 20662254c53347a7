import { lazily, type ForwardedRequest, type Pairs } from "./call";
import type { NativeRecording } from "./diagnostics";

/** An opaque handle of a native client. */
export type NativeClient = { readonly __client: never };
/** An opaque handle of a mailbox, through which the addon delivers results of background tasks. */
export type NativeMailbox = { readonly __mailbox: never };
/** An opaque handle of a response whose body is read on demand. */
export type NativeBody = { readonly __body: never };

/** An opaque handle of login and sessions of an application. */
export type NativeWebAuth = { readonly __webAuth: never };
/** An opaque handle of a request to login and sessions. */
export type NativeFlow = { readonly __flow: never };

/** A failure, as the addon returns it. */
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

/** Requirements of a token validation. */
export type TokenRequirements = [
  issuers: string[] | undefined,
  audiences: string[] | undefined,
  scopes: string[],
];

/** A value that the core validates, and the name of its type for error messages. */
export type AnyValue = [value: unknown, typeName: string];

/** The response of a third-party service. */
export interface NativeResponse {
  status: number;
  /** The headers with lower-case names. */
  headers: Pairs;
  /** Set if the status is not 2xx. */
  failure?: Failure;
  /** The body, unless it is read on demand. */
  body?: Uint8Array;
  stream: NativeBody;
}

/** The output of a background task. */
export type Output = Uint8Array | string | NativeResponse | null | undefined;
/** A failure if a background task could not be started, otherwise `null`. */
type StartResult = Failure | null;
type Deliver = (id: number, failure: Failure | null | undefined, output: Output) => void;

/** Optional texts by their names. */
type Texts = Record<string, string | undefined>;

/** A grant of OAuth 2.0. */
type Grant = "authorization_code" | "refresh_token" | "client_credentials";

/** The functions of the addon. They return failures instead of throwing. */
export interface Native {
  about(): {
    version: string;
    apiVersion: string;
    operations: string[];
    exceptions: string[];
    variables: [envUrl: string, clientId: string, clientSecret: string];
  };
  openMailbox(deliver: Deliver): NativeMailbox;
  closeMailbox(mailbox: NativeMailbox): void;
  cancel(mailbox: NativeMailbox, id: number): void;
  makeClient(
    options: [name: string, value: AnyValue][],
    nodeVersion: string,
  ): NativeClient | Failure;
  credentials(environment: object): [string, string, string] | Failure;
  envUrl(client: NativeClient): string;
  close(client: NativeClient): Failure | null;
  call(
    client: NativeClient,
    mailbox: NativeMailbox,
    id: number,
    operation: string,
    request: Uint8Array,
    timeoutMs?: AnyValue,
    recording?: NativeRecording,
  ): StartResult;
  /** Starts to record the attempts of a call. The headers are added to the requests. */
  recordCall(headers: Pairs): NativeRecording;
  /** Returns the recorded calls as JSON. */
  recordedCalls(recording: NativeRecording): string | Failure;
  requestToken(
    client: NativeClient,
    mailbox: NativeMailbox,
    id: number,
    grant: Grant,
    args: readonly (string | undefined)[],
  ): StartResult;
  ownClientToken(client: NativeClient, mailbox: NativeMailbox, id: number): StartResult;
  validate(
    client: NativeClient,
    mailbox: NativeMailbox,
    id: number,
    token: string,
    now: number,
    requirements?: TokenRequirements,
  ): StartResult;
  refreshKeys(client: NativeClient, mailbox: NativeMailbox, id: number): StartResult;
  /** Returns the claims as JSON or, without `claims`, whether the token is valid. */
  validateCached<Claims extends boolean>(
    client: NativeClient,
    token: string,
    now: number,
    requirements: TokenRequirements | undefined,
    claims: Claims,
  ): (Claims extends true ? string : boolean) | Failure | null;
  proxy(
    client: NativeClient,
    mailbox: NativeMailbox,
    id: number,
    request: ForwardedRequest,
    stream: boolean,
    timeoutMs?: AnyValue,
  ): StartResult;
  readBody(body: NativeBody, mailbox: NativeMailbox, id: number, all: boolean): StartResult;
  closeBody(body: NativeBody): void;
  authorizationUrl(
    client: NativeClient,
    redirectUri: string,
    scopes: string[],
    options: Texts,
  ): string | Failure;
  logoutUrl(client: NativeClient, options: Texts): string | Failure;
  generatePkce(length?: AnyValue): [verifier: string, challenge: string] | Failure;
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
  // Login and sessions. Options, requests and results are JSON.
  createWebAuth(client: NativeClient, options: string): NativeWebAuth | Failure;
  /** Handles a request without waiting. `null` if it needs the network or the store. */
  tryWebAuth(client: NativeClient, auth: NativeWebAuth, request: string): string | Failure | null;
  startWebAuth(client: NativeClient, auth: NativeWebAuth, request: string): NativeFlow | Failure;
  /** Continues a request. `answer` is the result of the store. */
  advanceWebAuth(
    flow: NativeFlow,
    mailbox: NativeMailbox,
    id: number,
    answer?: string,
  ): StartResult;
  webAuthTool(tool: string): string | Failure;
  /** For tests. Only in debug builds. */
  panicNow?(): Failure | null;
  /** For tests. Only in debug builds. */
  panicLater?(mailbox: NativeMailbox, id: number): StartResult;
}

/**
 * Verifies the signature of a webhook. Returns `true`, or a failure if the signature is invalid.
 * Returns `false` if `parts` does not have exactly four parts.
 *
 * @param parts secret, id, timestamp and signature, separated by NUL characters
 * @param now the current time in milliseconds since 1970
 * @param text the body, if it is a string
 * @param bytes the body, if it is binary
 */
export type WebhookVerifier = (
  parts: string,
  now: number,
  text?: string,
  bytes?: Uint8Array,
) => boolean | Failure;

/** Returns the addon, which is loaded on first use. */
export const native = lazily(
  () => (require("./loader") as typeof import("./loader")).load() as Native,
);

/** Returns `true` if a value that the addon returned is a failure. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "causes" in value;
}
