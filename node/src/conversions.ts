// What the generated methods make of their arguments. A value is never shown in an error: it may be a secret.

import { types } from "node:util";

import type { JsonObject } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import * as checks from "./checks";
import { ScalekitArgumentException, ScalekitServerException } from "./errors";

type Unset = null | undefined;

function refuse(message: string, cause?: unknown): never {
  throw new ScalekitArgumentException(message, cause === undefined ? {} : { cause });
}

function unset(value: unknown): value is Unset {
  return value === undefined || value === null;
}

/** An argument that must be there; a text must say something. */
export function required<T>(name: string, value: T): NonNullable<T> {
  if (unset(value) || (typeof value === "string" && value.trim() === "")) {
    refuse(`${name} is required`);
  }
  return value as NonNullable<T>;
}

/** A text that must be there and say something. */
export function text(name: string, value: string): string {
  const given: unknown = required(name, value);
  return typeof given === "string" ? given : checks.refuse(name, "a string", given);
}

/** A text without the white space around it. */
export function trimmed<T extends string | Unset>(value: T): T {
  return typeof value === "string" ? (value.trim() as T) : value;
}

/** A text that may be left out; an empty one counts as left out. */
export function filled(value: string | Unset): string | undefined {
  return unset(value) || value === "" ? undefined : value;
}

/** The check that one of several sets of arguments was given whole. */
export function oneOf(sets: Record<string, unknown[]>): void {
  const given = (value: unknown) => !unset(value) && !(typeof value === "string" && value.trim() === "");
  if (!Object.values(sets).some((values) => values.every(given))) {
    refuse(`${Object.keys(sets).join(", or ")} must be given`);
  }
}

/** A member of a oneof. */
export function choice<const Case extends string, Value>(
  name: Case,
  value: Value | Unset,
): { case: Case; value: Value } | undefined {
  return unset(value) ? undefined : { case: name, value };
}

/** A message, if anything in it is set. */
export function present<Fields extends object>(fields: Fields): Fields | undefined {
  return Object.values(fields).every(unset) ? undefined : fields;
}

/** A message with some of its fields given apart. */
export function merged<Whole extends object>(whole: Whole | undefined, fields: Partial<Whole>): Whole | undefined {
  const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => !unset(value)));
  if (Object.keys(set).length === 0) {
    return whole;
  }
  const { $typeName: _, $unknown: __, ...rest } = (whole ?? {}) as { $typeName?: unknown; $unknown?: unknown };
  return { ...rest, ...set } as Whole;
}

/** A value of an enum, by number or by name. */
export function enumeration<Values extends Record<string, string | number>>(
  name: string,
  values: Values,
  value: Values[keyof Values] | string | number | Unset,
): Values[keyof Values] | undefined {
  if (unset(value) || value === "") {
    return undefined;
  }
  if (typeof value === "number" && Number.isInteger(value)) {
    return value as Values[keyof Values];
  }
  const number = typeof value === "string" && Object.hasOwn(values, value) ? values[value] : undefined;
  if (typeof number !== "number") {
    const known = Object.keys(values).filter((key) => typeof values[key] === "number");
    refuse(`${name} must be one of ${known.join(", ")}`);
  }
  return number as Values[keyof Values];
}

/** A list of values of an enum. */
export function enums<Values extends Record<string, string | number>>(
  name: string,
  values: Values,
  list: readonly (Values[keyof Values] | string | number)[] | Unset,
): Values[keyof Values][] | undefined {
  return items(name, list)?.map((value) => required(name, enumeration(name, values, value)));
}

/** A point in time. A number is none: whether it counts seconds or milliseconds cannot be told. */
export function timestamp(
  name: string,
  value: Timestamp | Date | string | Unset,
): { seconds: bigint; nanos: number } | undefined {
  if (unset(value) || value === "") {
    return undefined;
  }
  const wanted = "a Date, a Timestamp or a text in ISO 8601";
  if (typeof value === "object" && "seconds" in value) {
    return whole(name, wanted, value);
  }
  const date = types.isDate(value) || typeof value === "string" ? new Date(value) : undefined;
  const milliseconds = date?.getTime() ?? Number.NaN;
  if (Number.isNaN(milliseconds)) {
    refuse(`${name} must be ${wanted}`);
  }
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanos: (milliseconds - seconds * 1000) * 1_000_000 };
}

/** A length of time; a number counts seconds. */
export function duration(
  name: string,
  value: Duration | number | Unset,
): { seconds: bigint; nanos: number } | undefined {
  if (unset(value)) {
    return undefined;
  }
  const wanted = "a Duration or a number of seconds";
  if (typeof value === "object" && "seconds" in value) {
    return whole(name, wanted, value);
  }
  if (typeof value !== "number" || !Number.isFinite(value)) {
    refuse(`${name} must be ${wanted}`);
  }
  const seconds = Math.trunc(value);
  return { seconds: BigInt(seconds), nanos: Math.round((value - seconds) * 1e9) };
}

/** Seconds and nanoseconds of a message, which may be an object that only looks like one. */
function whole(name: string, wanted: string, value: { seconds: unknown; nanos?: unknown }): { seconds: bigint; nanos: number } {
  const { seconds, nanos = 0 } = value;
  const counts = typeof seconds === "bigint" || Number.isSafeInteger(seconds);
  if (!counts || !Number.isInteger(nanos)) {
    refuse(`${name} must be ${wanted}`);
  }
  return { seconds: BigInt(seconds as bigint | number), nanos: nanos as number };
}

/** A 64-bit number. */
export function wide(name: string, value: bigint | number | Unset): bigint | undefined {
  if (unset(value)) {
    return undefined;
  }
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return BigInt(value);
  }
  return refuse(`${name} must be a bigint or a whole number`);
}

/** The names of fields. */
export function mask(name: string, paths: readonly string[] | Unset): { paths: string[] } | undefined {
  const given = items(name, paths);
  return given === undefined ? undefined : { paths: given };
}

/** A JSON object: whatever JSON writes as one. */
export function struct(name: string, value: Record<string, unknown> | Unset): JsonObject | undefined {
  if (unset(value)) {
    return undefined;
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    refuse(`${name} cannot be written as JSON`, error);
  }
  if (!text?.startsWith("{")) {
    refuse(`${name} must be an object`);
  }
  return JSON.parse(text) as JsonObject;
}

/** Texts that each become a message with one field. */
export function each<const Field extends string>(
  name: string,
  field: Field,
  texts: readonly string[] | Unset,
): { [Name in Field]: string }[] | undefined {
  return items(name, texts)?.map((text) => ({ [field]: text }) as { [Name in Field]: string });
}

/** An object whose entries each become a message with key and value. */
export function pairs<Value>(
  name: string,
  object: Record<string, Value> | Unset,
): { key: string; value: Value }[] | undefined {
  if (unset(object)) {
    return undefined;
  }
  if (typeof object !== "object") {
    refuse(`${name} must be an object`);
  }
  return Object.entries(object).map(([key, value]) => ({ key, value }));
}

/** What an answer must have. */
export function answered<T>(operation: string, name: string, value: T): NonNullable<T> {
  if (unset(value)) {
    throw new ScalekitServerException(`the answer has no ${name}`, { operation });
  }
  return value as NonNullable<T>;
}

function items<Item>(name: string, list: readonly Item[] | Unset): Item[] | undefined {
  if (unset(list)) {
    return undefined;
  }
  if (!Array.isArray(list)) {
    refuse(`${name} must be an array`);
  }
  return [...list];
}
