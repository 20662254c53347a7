import { readFileSync } from "node:fs";

import { type Credential, isMissing, placeholder } from "./credentials";
import { ScalekitArgumentException } from "../errors";
import type { NativeOptions } from "./native";
import type { ScalekitOptions } from "../types/scalekit";
import * as validate from "./validate";

const OPTION_NAMES: ReadonlySet<string> = new Set<keyof ScalekitOptions>([
  "timeoutMs",
  "toolTimeoutMs",
  "connectTimeoutMs",
  "keepaliveTimeMs",
  "keepaliveTimeoutMs",
  "maxRetries",
  "caCertificates",
  "proxy",
  "tokenLeewayMs",
  "tokenCacheSize",
  "webhookToleranceMs",
  "issuer",
  "audience",
  "userAgentSuffix",
  "allowInsecureHttp",
]);

/** Validates the types of the constructor's arguments and converts them to native options. */
export function nativeOptions(
  envUrl: unknown,
  clientId: unknown,
  clientSecret: unknown,
  clientOptions: ScalekitOptions | undefined,
): NativeOptions {
  const options = validate.options("options", clientOptions);
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.has(name)) {
      throw new ScalekitArgumentException(`unknown option ${name}; the options are ${[...OPTION_NAMES].join(", ")}`);
    }
  }
  return {
    envUrl: credential("envUrl", envUrl),
    clientId: credential("clientId", clientId),
    clientSecret: credential("clientSecret", clientSecret),
    nodeVersion: process.versions.node,
    timeoutMs: validate.optionalMilliseconds("timeoutMs", options.timeoutMs),
    toolTimeoutMs: validate.optionalMilliseconds("toolTimeoutMs", options.toolTimeoutMs),
    connectTimeoutMs: validate.optionalMilliseconds("connectTimeoutMs", options.connectTimeoutMs),
    keepaliveTimeMs: validate.optionalMilliseconds("keepaliveTimeMs", options.keepaliveTimeMs, { zero: true }),
    keepaliveTimeoutMs: validate.optionalMilliseconds("keepaliveTimeoutMs", options.keepaliveTimeoutMs),
    maxRetries: validate.optionalCount("maxRetries", options.maxRetries, 100),
    caCertificates: pemCertificates(options.caCertificates),
    proxy: validate.optionalText("proxy", options.proxy),
    tokenLeewayMs: validate.optionalMilliseconds("tokenLeewayMs", options.tokenLeewayMs, { zero: true }),
    tokenCacheSize: validate.optionalCount("tokenCacheSize", options.tokenCacheSize, 2 ** 20),
    webhookToleranceMs: validate.optionalMilliseconds("webhookToleranceMs", options.webhookToleranceMs),
    issuer: validate.optionalText("issuer", options.issuer),
    audience: validate.optionalTexts("audience", options.audience),
    userAgentSuffix: validate.optionalText("userAgentSuffix", options.userAgentSuffix),
    allowInsecureHttp: validate.optionalBoolean("allowInsecureHttp", options.allowInsecureHttp),
  };
}

function credential(name: Credential, value: unknown): string {
  return isMissing(value) ? placeholder(name) : validate.text(name, value);
}

/** Returns the constructor's arguments from environment variables. */
export function credentialsFromEnvironment(): [envUrl: string, clientId: string, clientSecret: string] {
  /** Reads the first variable that is set and not empty. */
  const read = (...names: string[]): string => {
    const found = names.map((name) => process.env[name]).find((value) => value);
    if (!found) {
      throw new ScalekitArgumentException(`${names[0]} is not set in the environment`);
    }
    return found;
  };
  return [
    read("SCALEKIT_ENVIRONMENT_URL", "SCALEKIT_ENV_URL"),
    read("SCALEKIT_CLIENT_ID"),
    read("SCALEKIT_CLIENT_SECRET"),
  ];
}

/** Returns PEM text. Accepts PEM text, PEM bytes or the path of a PEM file. */
function pemCertificates(value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  }
  const text = validate.text("caCertificates", value);
  if (text.includes("-----BEGIN")) {
    return text;
  }
  try {
    return readFileSync(text, "latin1");
  } catch (cause) {
    throw new ScalekitArgumentException(`caCertificates cannot be read: ${(cause as Error).message}`, { cause });
  }
}
