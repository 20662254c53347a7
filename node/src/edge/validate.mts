import { ScalekitArgumentException } from "./errors.mjs";

// Type checks of arguments. Error messages never contain a string value: it may be a secret.

/** Returns the name of a type for an error message. */
export function typeName(value: unknown): string {
  if (value === null) {
    return "null";
  }
  if (typeof value === "object") {
    return (value.constructor as { name?: string } | undefined)?.name ?? "object";
  }
  return typeof value;
}

/** Throws an exception with the expected and the actual type of an argument. */
export function wrongType(name: string, expected: string, value: unknown): never {
  throw new ScalekitArgumentException(`${name} must be ${expected}, not ${typeName(value)}`);
}

/** Returns a required string. Throws if it is empty. */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") {
    wrongType(name, "a string", value);
  }
  if (value === "") {
    throw new ScalekitArgumentException(`${name} must not be empty`);
  }
  return value;
}

/** Returns an optional string. Falsy values count as missing. */
export function optionalText(name: string, value: unknown): string | undefined {
  return value ? text(name, value) : undefined;
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
    wrongType(name, "a string or an array of strings", value);
  }
  return value;
}

/** Returns an options object, or `{}` if it is missing. */
export function options<T extends object>(name: string, value: T | null | undefined): Partial<T> {
  if (value !== undefined && value !== null && typeof value !== "object") {
    wrongType(name, "an object", value);
  }
  return value ?? {};
}

/** Returns an optional number of milliseconds. */
export function optionalTime(
  name: string,
  value: unknown,
  { positive }: { positive: boolean },
): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const expected = positive
    ? "a positive finite number of milliseconds"
    : "a finite number of milliseconds, 0 or more";
  if (typeof value !== "number") {
    wrongType(name, expected, value);
  }
  if (!Number.isFinite(value) || value < 0 || (positive && value === 0)) {
    throw new ScalekitArgumentException(`${name} must be ${expected}, not ${value}`);
  }
  return value;
}

/** Returns an optional boolean. */
export function optionalFlag(name: string, value: unknown): boolean | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "boolean") {
    wrongType(name, "true or false", value);
  }
  return value;
}
