import { readFileSync } from "node:fs";

import * as checks from "./checks";
import { type Credential, isMissing, standIn } from "./credentials";
import { ScalekitArgumentException } from "./errors";
import type { NativeOptions } from "./native";
import type { ScalekitOptions } from "./types/scalekit";

const NAMES: ReadonlySet<string> = new Set<keyof ScalekitOptions>([
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

/** Checks the constructor's arguments for their types. */
export function settings(
  envUrl: unknown,
  clientId: unknown,
  clientSecret: unknown,
  given: ScalekitOptions | undefined,
): NativeOptions {
  const options = checks.options("options", given);
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name)) {
      throw new ScalekitArgumentException(`there is no option ${name}; there are ${[...NAMES].join(", ")}`);
    }
  }
  return {
    envUrl: credential("envUrl", envUrl),
    clientId: credential("clientId", clientId),
    clientSecret: credential("clientSecret", clientSecret),
    nodeVersion: process.versions.node,
    timeoutMs: checks.optionalMilliseconds("timeoutMs", options.timeoutMs),
    toolTimeoutMs: checks.optionalMilliseconds("toolTimeoutMs", options.toolTimeoutMs),
    connectTimeoutMs: checks.optionalMilliseconds("connectTimeoutMs", options.connectTimeoutMs),
    keepaliveTimeMs: checks.optionalMilliseconds("keepaliveTimeMs", options.keepaliveTimeMs, { zero: true }),
    keepaliveTimeoutMs: checks.optionalMilliseconds("keepaliveTimeoutMs", options.keepaliveTimeoutMs),
    maxRetries: checks.optionalCount("maxRetries", options.maxRetries, 100),
    caCertificates: certificates(options.caCertificates),
    proxy: checks.optionalText("proxy", options.proxy),
    tokenLeewayMs: checks.optionalMilliseconds("tokenLeewayMs", options.tokenLeewayMs, { zero: true }),
    tokenCacheSize: checks.optionalCount("tokenCacheSize", options.tokenCacheSize, 2 ** 20),
    webhookToleranceMs: checks.optionalMilliseconds("webhookToleranceMs", options.webhookToleranceMs),
    issuer: checks.optionalText("issuer", options.issuer),
    audience: checks.optionalTexts("audience", options.audience),
    userAgentSuffix: checks.optionalText("userAgentSuffix", options.userAgentSuffix),
    allowInsecureHttp: checks.optionalFlag("allowInsecureHttp", options.allowInsecureHttp),
  };
}

function credential(name: Credential, value: unknown): string {
  return isMissing(value) ? standIn(name) : checks.text(name, value);
}

/** The settings that a process has in its environment. */
export function fromEnvironment(): [envUrl: string, clientId: string, clientSecret: string] {
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

function certificates(value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  }
  const text = checks.text("caCertificates", value);
  if (text.includes("-----BEGIN")) {
    return text;
  }
  try {
    return readFileSync(text, "latin1");
  } catch (cause) {
    throw new ScalekitArgumentException(`caCertificates cannot be read: ${(cause as Error).message}`, { cause });
  }
}
