import type { CallOptions, ForwardedResponse, Transport } from "./call";
import { ScalekitArgumentException } from "../errors";
import { native, type NativeClient } from "./native";

/** A constructor argument that may be missing. Methods that need it then throw. */
export type Credential = "envUrl" | "clientId" | "clientSecret";

const PLACEHOLDERS: Readonly<Record<Credential, string>> = {
  envUrl: "https://missing.invalid",
  clientId: "missing",
  clientSecret: "missing",
};

// Properties of a client that hold its native client, one for each set of credentials that methods
// need. If credentials are missing, the property is a getter that throws. Complete clients have
// plain properties, so the check has no cost for them.
export const ANY = Symbol("native client");
export const WITH_URL = Symbol("native client with a URL");
export const WITH_ID = Symbol("native client with a URL and an id");
export const COMPLETE = Symbol("native client with a URL, an id and a secret");

const NEEDS: readonly [key: symbol, needs: readonly Credential[]][] = [
  [ANY, []],
  [WITH_URL, ["envUrl"]],
  [WITH_ID, ["envUrl", "clientId"]],
  [COMPLETE, ["envUrl", "clientId", "clientSecret"]],
];

/**
 * Returns `true` if an argument is missing. An empty string counts as missing: build steps such as
 * `next build` run with empty environment variables.
 */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Returns the names of the missing arguments. */
export function missingCredentials(values: Readonly<Record<Credential, unknown>>): Credential[] {
  return (Object.keys(values) as Credential[]).filter((name) => isMissing(values[name]));
}

/** Returns the value that replaces a missing credential in the native client. It is never sent. */
export function placeholder(name: Credential): string {
  return PLACEHOLDERS[name];
}

/** Defines the properties of a client that hold its native client. */
export function defineNative(
  client: object,
  nativeClient: NativeClient,
  missing: readonly Credential[],
): void {
  for (const [key, needs] of NEEDS) {
    const absent = needs.filter((name) => missing.includes(name));
    const property =
      absent.length === 0 ? { value: nativeClient } : { get: () => throwMissing(absent) };
    Object.defineProperty(client, key, { ...property, configurable: true });
  }
}

/** The transport of a client with missing credentials. Every call rejects. */
export class RejectingTransport implements Transport {
  readonly #missing: readonly Credential[];

  constructor(missing: readonly Credential[]) {
    this.#missing = missing;
  }

  async call(operation: string, _request: Uint8Array, _options?: CallOptions): Promise<Uint8Array> {
    return throwMissing(this.#missing, operation);
  }

  async forward(): Promise<ForwardedResponse> {
    return throwMissing(this.#missing, "proxy");
  }
}

/** Throws an exception with the missing arguments and their environment variables. */
function throwMissing(missing: readonly Credential[], operation?: string): never {
  const [envUrl, clientId, clientSecret] = native().about().variables;
  const variables: Record<Credential, string> = { envUrl, clientId, clientSecret };
  const lines = missing.map(
    (name) =>
      `${name} is missing: pass it to the constructor of ScalekitClient, ` +
      `usually from the environment variable ${variables[name]}`,
  );
  throw new ScalekitArgumentException(lines.join("; "), { operation });
}
