import { parseEnvUrl } from "./env-url.mjs";
import { ScalekitArgumentException } from "./errors.mjs";
import * as validate from "./validate.mjs";

/** Defaults of the options. They are the same as in `scalekit-client`. */
const DEFAULTS = {
  timeoutMs: 20_000,
  maxRetries: 3,
  tokenLeewayMs: 5_000,
  webhookToleranceMs: 300_000,
};
const MOST_RETRIES = 100;

/** The version of the package. */
const VERSION = "0.1.0";

/** Options of an edge client. Times are in milliseconds. */
export interface EdgeClientOptions {
  /** Timeout of a call, retries and waits included. Default: 20000. */
  timeoutMs?: number;
  /**
   * Maximum number of retries of a fetch of the signing keys, 0 to 100. Codes and refresh tokens
   * can be used once, so they are sent again only after 429 with `Retry-After`. Default: 3.
   */
  maxRetries?: number;
  /** Accepted clock difference when a token's times are checked. Default: 5000. */
  tokenLeewayMs?: number;
  /** Maximum difference between a webhook's timestamp and the current time. Default: 300000. */
  webhookToleranceMs?: number;
  /** Required issuer of tokens. A validation can override it. Default: not checked. */
  issuer?: string;
  /** Accepted audiences of tokens. A validation can override them. Default: not checked. */
  audience?: string[] | string;
  /** Text to append to the `user-agent` header, such as `acme-portal/2.1`. */
  userAgentSuffix?: string;
  /** Allows `http` to hosts other than loopback. Tokens and secrets are then sent unencrypted. */
  allowInsecureHttp?: boolean;
  /**
   * Receives the promise of a background refresh of the signing keys. Pass `waitUntil` of the
   * runtime, for example of `cloudflare:workers` or `@vercel/functions`: without it, the runtime
   * may end the refresh with the response, and a later validation waits for the keys.
   */
  waitUntil?: (promise: Promise<unknown>) => void;
}

/** The effective settings of a client. */
export interface Settings {
  /** Without a trailing slash. */
  envUrl: string;
  clientId: string;
  clientSecret: string;
  timeoutMs: number;
  maxRetries: number;
  tokenLeewayMs: number;
  webhookToleranceMs: number;
  issuer: string | undefined;
  audience: readonly string[] | undefined;
  userAgent: string;
  waitUntil: ((promise: Promise<unknown>) => void) | undefined;
}

/** The type makes sure that no option is missing here. */
const NAMES: Readonly<Record<keyof EdgeClientOptions, true>> = {
  timeoutMs: true,
  maxRetries: true,
  tokenLeewayMs: true,
  webhookToleranceMs: true,
  issuer: true,
  audience: true,
  userAgentSuffix: true,
  allowInsecureHttp: true,
  waitUntil: true,
};

/** Checks the arguments of the constructor. A missing argument becomes an empty string. */
export function readSettings(
  envUrl: unknown,
  clientId: unknown,
  clientSecret: unknown,
  given: EdgeClientOptions | undefined,
): Settings {
  const options = validate.options("options", given);
  const names = Object.keys(NAMES);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ScalekitArgumentException(
      `unknown option ${unknown}; the options are ${names.join(", ")}`,
    );
  }
  const credential = (name: string, value: unknown) =>
    value === undefined || value === null || value === "" ? "" : validate.text(name, value);
  const allowHttp = validate.optionalFlag("allowInsecureHttp", options.allowInsecureHttp) ?? false;
  const url = credential("envUrl", envUrl);
  const time = (name: "tokenLeewayMs" | "webhookToleranceMs") =>
    validate.optionalTime(name, options[name], { positive: false }) ?? DEFAULTS[name];
  const { waitUntil } = options;
  if (waitUntil !== undefined && waitUntil !== null && typeof waitUntil !== "function") {
    validate.wrongType("waitUntil", "a function", waitUntil);
  }
  return {
    envUrl: url === "" ? "" : parseEnvUrl(url, allowHttp),
    clientId: credential("clientId", clientId),
    clientSecret: credential("clientSecret", clientSecret),
    timeoutMs:
      validate.optionalTime("timeoutMs", options.timeoutMs, { positive: true }) ??
      DEFAULTS.timeoutMs,
    maxRetries: retries(options.maxRetries),
    tokenLeewayMs: time("tokenLeewayMs"),
    webhookToleranceMs: time("webhookToleranceMs"),
    issuer: validate.optionalText("issuer", options.issuer),
    audience: validate.optionalTexts("audience", options.audience),
    userAgent: userAgent(options.userAgentSuffix),
    waitUntil: waitUntil ?? undefined,
  };
}

function retries(value: unknown): number {
  if (value === undefined || value === null) {
    return DEFAULTS.maxRetries;
  }
  const isValid = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_RETRIES;
  if (!isValid) {
    const given = typeof value === "number" ? value : validate.typeName(value);
    throw new ScalekitArgumentException(
      `maxRetries must be a whole number from 0 to ${MOST_RETRIES}, not ${given}`,
    );
  }
  return Number(value);
}

function userAgent(given: unknown): string {
  const suffix = validate.optionalText("userAgentSuffix", given)?.trim() ?? "";
  if (!/^[\t -~\x80-\xff]*$/.test(suffix)) {
    throw new ScalekitArgumentException(
      "userAgentSuffix has characters that are not allowed in an HTTP header",
    );
  }
  return `scalekit-client/${VERSION} (edge) ${suffix}`.trimEnd();
}
