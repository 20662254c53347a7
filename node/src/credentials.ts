import type { CallOptions, Road } from "./call";
import { ScalekitArgumentException } from "./errors";
import type { NativeClient } from "./native";

/** An argument of the constructor that may be missing until a method needs it. */
export type Credential = "envUrl" | "clientId" | "clientSecret";

const CREDENTIALS: Readonly<Record<Credential, { variable: string; standIn: string }>> = {
  envUrl: { variable: "SCALEKIT_ENVIRONMENT_URL", standIn: "https://missing.invalid" },
  clientId: { variable: "SCALEKIT_CLIENT_ID", standIn: "missing" },
  clientSecret: { variable: "SCALEKIT_CLIENT_SECRET", standIn: "missing" },
};

// The native client as properties of a client, by what the methods that use them need. A property
// whose needs are not met is a getter that throws, so complete clients pay nothing for the check.
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

/** Whether an argument is missing. Programs that are only built have empty environments. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The names of the arguments that are missing. */
export function missingOf(given: Readonly<Record<Credential, unknown>>): Credential[] {
  return (Object.keys(given) as Credential[]).filter((name) => isMissing(given[name]));
}

/** The value with which a native client is created in place of a missing one. It is never sent. */
export function standIn(name: Credential): string {
  return CREDENTIALS[name].standIn;
}

/** Defines the properties of a client that hold its native client. */
export function defineNative(
  client: object,
  value: NativeClient,
  missing: readonly Credential[],
): void {
  for (const [key, needs] of NEEDS) {
    const lacking = needs.filter((name) => missing.includes(name));
    const property = lacking.length === 0 ? { value } : { get: () => refuse(lacking) };
    Object.defineProperty(client, key, { ...property, configurable: true });
  }
}

/** The transport of a client that lacks credentials: every call rejects. */
export class IncompleteRoad implements Road {
  readonly #missing: readonly Credential[];

  constructor(missing: readonly Credential[]) {
    this.#missing = missing;
  }

  async call(operation: string, _request: Uint8Array, _options?: CallOptions): Promise<Uint8Array> {
    return refuse(this.#missing, operation);
  }
}

function refuse(missing: readonly Credential[], operation?: string): never {
  const lines = missing.map(
    (name) =>
      `${name} is missing: pass it to the constructor of ScalekitClient, ` +
      `usually from the environment variable ${CREDENTIALS[name].variable}`,
  );
  throw new ScalekitArgumentException(lines.join("; "), { operation });
}
