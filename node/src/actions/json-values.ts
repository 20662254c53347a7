import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

import { ScalekitArgumentException } from "../errors";
import * as validate from "../runtime/validate";

/**
 * Returns a copy of an object that contains only JSON values. Errors contain no values, which may
 * be secrets.
 *
 * `undefined` is left out as in `JSON.stringify`. Objects with a `toJSON` method, such as dates, are
 * converted with it. Values that `JSON.stringify` changes or loses are rejected: `NaN`, `Infinity`,
 * functions, symbols, maps and sets.
 *
 * @param name The argument, for errors.
 */
export function jsonObject(name: string, value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || !isPlain(value)) {
    validate.wrongType(name, "an object", value);
  }
  return copy(name, value, []) as JsonObject;
}

/**
 * Returns a copy of any JSON value, with the rules of {@link jsonObject}.
 *
 * @param name The argument, for errors.
 */
export function jsonValue(name: string, value: unknown): JsonValue {
  return copy(name, value, []);
}

function isPlain(value: object): boolean {
  return !Array.isArray(value) && !ArrayBuffer.isView(value) && !(Symbol.iterator in value);
}

function copy(name: string, value: unknown, parents: readonly object[]): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return value;
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : reject(`${name} must be a finite number`);
  }
  if (typeof value !== "object") {
    return validate.wrongType(name, "a JSON value", value);
  }
  if (parents.includes(value)) {
    reject(`${name} contains itself`);
  }
  const path = [...parents, value];
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return copy(name, (value.toJSON as () => unknown)(), path);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => copy(`${name}[${index}]`, item ?? null, path));
  }
  if (!isPlain(value)) {
    return validate.wrongType(name, "a JSON value", value);
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, copy(`${name}.${key}`, item, path)]),
  );
}

function reject(message: string): never {
  throw new ScalekitArgumentException(message);
}
