import { ScalekitArgumentException } from "../errors";
import type { AnyValue } from "./native";

// Type checks of arguments. Error messages never contain a string value: it may be a secret.

function typeName(value: unknown): string {
  if (value === null) {
    return "null";
  }
  if (typeof value === "object") {
    return (value.constructor as { name?: string } | undefined)?.name ?? "object";
  }
  return typeof value;
}

/** Returns a required string. Throws if it is empty. */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new ScalekitArgumentException(`${name} must be a string, not ${typeName(value)}`);
  }
  if (value === "") {
    throw new ScalekitArgumentException(`${name} must not be empty`);
  }
  return value;
}

/**
 * Returns an optional string. Falsy values count as missing, because callers write
 * `condition && value`.
 */
export function optionalText(name: string, value: unknown): string | undefined {
  if (!value) {
    return undefined;
  }
  return text(name, value);
}

/** Returns a string or an array of strings as an array. An empty string counts as missing. */
export function optionalTexts(name: string, value: unknown): string[] | undefined {
  if (value === undefined || value === null || value === "") {
    return undefined;
  }
  if (typeof value === "string") {
    return [value];
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new ScalekitArgumentException(
      `${name} must be a string or an array of strings, not ${typeName(value)}`,
    );
  }
  return value;
}

/** Returns a value with the name of its type, for the core to validate. */
export function anyValue(value: unknown): AnyValue {
  return [value, typeName(value)];
}

/** Like {@link anyValue}, but `undefined` for a missing value. */
export function optionalValue(value: unknown): AnyValue | undefined {
  return value === undefined || value === null ? undefined : anyValue(value);
}

/**
 * Returns an optional `AbortSignal`. Checks its methods instead of its class, so that signals of
 * polyfills and of other contexts are accepted.
 */
export function optionalSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  const hasListeners =
    typeof addEventListener === "function" && typeof removeEventListener === "function";
  if (typeof aborted !== "boolean" || !hasListeners) {
    wrongType(name, "an AbortSignal", value);
  }
  return value as AbortSignal;
}

/** Returns an options object, or `{}` if it is missing. */
export function options<T extends object>(name: string, value: T | null | undefined): Partial<T> {
  if (value !== undefined && value !== null && typeof value !== "object") {
    throw new ScalekitArgumentException(`${name} must be an object, not ${typeName(value)}`);
  }
  return value ?? {};
}

/** Throws an exception with the expected and the actual type of an argument. */
export function wrongType(name: string, expected: string, value: unknown): never {
  throw new ScalekitArgumentException(`${name} must be ${expected}, not ${typeName(value)}`);
}
