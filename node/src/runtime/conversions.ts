// Conversions of arguments to field values, for the generated methods. Error messages never contain
// a value: it may be a secret.

import { types } from "node:util";

import type { JsonObject } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { ScalekitArgumentException, ScalekitServerException } from "../errors";
import * as validate from "./validate";

type Unset = null | undefined;

function invalid(message: string, cause?: unknown): never {
  throw new ScalekitArgumentException(message, cause === undefined ? {} : { cause });
}

function isUnset(value: unknown): value is Unset {
  return value === undefined || value === null;
}

/** Returns a required argument. A blank string counts as missing. */
export function required<T>(name: string, value: T): NonNullable<T> {
  if (isUnset(value) || (typeof value === "string" && value.trim() === "")) {
    invalid(`${name} is required`);
  }
  return value as NonNullable<T>;
}

/** Returns a required string that is not blank. */
export function text(name: string, value: string): string {
  const argument: unknown = required(name, value);
  return typeof argument === "string" ? argument : validate.wrongType(name, "a string", argument);
}

/** Removes the white space around a string. Returns other values unchanged. */
export function trimmed<T extends string | Unset>(value: T): T {
  return typeof value === "string" ? (value.trim() as T) : value;
}

/** Returns an optional string. An empty string counts as missing. */
export function nonEmpty(value: string | Unset): string | undefined {
  return isUnset(value) || value === "" ? undefined : value;
}

/** Throws unless all arguments of at least one set are present. */
export function requireOneOf(sets: Record<string, unknown[]>): void {
  const isPresent = (value: unknown) =>
    !isUnset(value) && !(typeof value === "string" && value.trim() === "");
  if (!Object.values(sets).some((values) => values.every(isPresent))) {
    invalid(`${Object.keys(sets).join(", or ")} must be given`);
  }
}

/** Returns a oneof with one member set, or `undefined` if the value is missing. */
export function oneofMember<const Case extends string, Value>(
  name: Case,
  value: Value | Unset,
): { case: Case; value: Value } | undefined {
  return isUnset(value) ? undefined : { case: name, value };
}

/** Returns a message, or `undefined` if none of its fields are set. */
export function ifAnySet<Fields extends object>(fields: Fields): Fields | undefined {
  return Object.values(fields).every(isUnset) ? undefined : fields;
}

/** Returns a copy of `message` with the set fields of `fields`. */
export function merged<Fields extends object>(
  message: Fields | undefined,
  fields: Partial<Fields>,
): Fields | undefined {
  const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => !isUnset(value)));
  if (Object.keys(set).length === 0) {
    return message;
  }
  const {
    $typeName: _,
    $unknown: __,
    ...rest
  } = (message ?? {}) as { $typeName?: unknown; $unknown?: unknown };
  return { ...rest, ...set } as Fields;
}

/** Returns an enum value. Accepts its number or its name. */
export function enumeration<Values extends Record<string, string | number>>(
  name: string,
  values: Values,
  value: Values[keyof Values] | string | number | Unset,
): Values[keyof Values] | undefined {
  if (isUnset(value) || value === "") {
    return undefined;
  }
  if (typeof value === "number" && Number.isInteger(value)) {
    return value as Values[keyof Values];
  }
  const number =
    typeof value === "string" && Object.hasOwn(values, value) ? values[value] : undefined;
  if (typeof number !== "number") {
    const names = Object.keys(values).filter((key) => typeof values[key] === "number");
    invalid(`${name} must be one of ${names.join(", ")}`);
  }
  return number as Values[keyof Values];
}

/** Returns a list of enum values. Accepts numbers and names. */
export function enums<Values extends Record<string, string | number>>(
  name: string,
  values: Values,
  list: readonly (Values[keyof Values] | string | number)[] | Unset,
): Values[keyof Values][] | undefined {
  return items(name, list)?.map((value) => required(name, enumeration(name, values, value)));
}

/** Converts a time. Numbers are rejected because they could be seconds or milliseconds. */
export function timestamp(
  name: string,
  value: Timestamp | Date | string | Unset,
): { seconds: bigint; nanos: number } | undefined {
  if (isUnset(value) || value === "") {
    return undefined;
  }
  const expected = "a Date, a Timestamp or an ISO 8601 string";
  if (typeof value === "object" && "seconds" in value) {
    return secondsAndNanos(name, expected, value);
  }
  const date = types.isDate(value) || typeof value === "string" ? new Date(value) : undefined;
  const milliseconds = date?.getTime() ?? Number.NaN;
  if (Number.isNaN(milliseconds)) {
    invalid(`${name} must be ${expected}`);
  }
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanos: (milliseconds - seconds * 1000) * 1_000_000 };
}

/** Converts a duration. A number is in seconds. */
export function duration(
  name: string,
  value: Duration | number | Unset,
): { seconds: bigint; nanos: number } | undefined {
  if (isUnset(value)) {
    return undefined;
  }
  const expected = "a Duration or a number of seconds";
  if (typeof value === "object" && "seconds" in value) {
    return secondsAndNanos(name, expected, value);
  }
  if (typeof value !== "number" || !Number.isFinite(value)) {
    invalid(`${name} must be ${expected}`);
  }
  const seconds = Math.trunc(value);
  return { seconds: BigInt(seconds), nanos: Math.round((value - seconds) * 1e9) };
}

/** Validates the fields of a `Timestamp` or `Duration`, or of an object with the same fields. */
function secondsAndNanos(
  name: string,
  expected: string,
  value: { seconds: unknown; nanos?: unknown },
): { seconds: bigint; nanos: number } {
  const { seconds, nanos = 0 } = value;
  const isWhole = typeof seconds === "bigint" || Number.isSafeInteger(seconds);
  if (!isWhole || !Number.isInteger(nanos)) {
    invalid(`${name} must be ${expected}`);
  }
  return { seconds: BigInt(seconds as bigint | number), nanos: nanos as number };
}

/** Converts a 64-bit integer. */
export function int64(name: string, value: bigint | number | Unset): bigint | undefined {
  if (isUnset(value)) {
    return undefined;
  }
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return BigInt(value);
  }
  return invalid(`${name} must be a bigint or a whole number`);
}

/** Converts a list of field names to a field mask. */
export function mask(
  name: string,
  paths: readonly string[] | Unset,
): { paths: string[] } | undefined {
  const names = items(name, paths);
  return names === undefined ? undefined : { paths: names };
}

/** Converts a value that `JSON.stringify` writes as an object. */
export function struct(
  name: string,
  value: Record<string, unknown> | Unset,
): JsonObject | undefined {
  if (isUnset(value)) {
    return undefined;
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    invalid(`${name} cannot be written as JSON`, error);
  }
  if (!text?.startsWith("{")) {
    invalid(`${name} must be an object`);
  }
  return JSON.parse(text) as JsonObject;
}

/** Converts each string to a message with one field. */
export function each<const Field extends string>(
  name: string,
  field: Field,
  texts: readonly string[] | Unset,
): { [Name in Field]: string }[] | undefined {
  return items(name, texts)?.map((text) => ({ [field]: text }) as { [Name in Field]: string });
}

/** Converts each entry of an object to a message with `key` and `value`. */
export function pairs<Value>(
  name: string,
  object: Record<string, Value> | Unset,
): { key: string; value: Value }[] | undefined {
  if (isUnset(object)) {
    return undefined;
  }
  if (typeof object !== "object") {
    invalid(`${name} must be an object`);
  }
  return Object.entries(object).map(([key, value]) => ({ key, value }));
}

/** Returns a field of a response. Throws if the field is missing. */
export function responseField<T>(operation: string, name: string, value: T): NonNullable<T> {
  if (isUnset(value)) {
    throw new ScalekitServerException(`the response has no ${name}`, { operation });
  }
  return value as NonNullable<T>;
}

/** Returns a copy of an array. */
function items<Item>(name: string, list: readonly Item[] | Unset): Item[] | undefined {
  if (isUnset(list)) {
    return undefined;
  }
  if (!Array.isArray(list)) {
    invalid(`${name} must be an array`);
  }
  return [...list];
}
