import { type Credential, isMissing, placeholder } from "./credentials";
import { checked } from "../errors/from-native";
import { native, type AnyValue } from "./native";
import type { ScalekitOptions } from "../types/scalekit";
import * as validate from "./validate";

/**
 * Returns the names and values of the constructor's arguments and options. The core validates them.
 * Values that are `undefined` or `null` are left out.
 */
export function nativeOptions(
  envUrl: unknown,
  clientId: unknown,
  clientSecret: unknown,
  clientOptions: ScalekitOptions | undefined,
): [name: string, value: AnyValue][] {
  const credentials = Object.entries({ envUrl, clientId, clientSecret }).map(
    ([name, value]) =>
      [name, isMissing(value) ? placeholder(name as Credential) : value] as [string, unknown],
  );
  const options = Object.entries(validate.options("options", clientOptions));
  return [...credentials, ...options]
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, validate.anyValue(value)]);
}

/** Returns the constructor's arguments from environment variables. */
export function credentialsFromEnvironment(): [string, string, string] {
  // Not read in the core: worker threads have their own copy of the environment.
  return checked(native().credentials(process.env));
}
