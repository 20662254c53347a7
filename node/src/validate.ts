import { ScalekitArgumentException } from "./errors";

/** Arguments of JavaScript may be anything. A value is never shown, it may be a secret. */

function typeName(value: unknown): string {
  if (value === null) {
    return "null";
  }
  if (typeof value === "object") {
    return (value.constructor as { name?: string } | undefined)?.name ?? "object";
  }
  return typeof value;
}

/** A string that has to be there. */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new ScalekitArgumentException(`${name} must be a string, not ${typeName(value)}`);
  }
  if (value === "") {
    throw new ScalekitArgumentException(`${name} must not be empty`);
  }
  return value;
}

/** A string or nothing. Nothing in, nothing out; so are the other empty values, as `options.x && …` has them. */
export function optionalText(name: string, value: unknown): string | undefined {
  if (!value) {
    return undefined;
  }
  return text(name, value);
}

/** A string, or a list of them, as a list. An empty string is nothing. */
export function optionalTexts(name: string, value: unknown): string[] | undefined {
  if (value === undefined || value === null || value === "") {
    return undefined;
  }
  if (typeof value === "string") {
    return [value];
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new ScalekitArgumentException(`${name} must be a string or an array of strings, not ${typeName(value)}`);
  }
  return value;
}

/** Thirty years; with more, adding it to the time of day ends beyond what a clock can count. */
const LONGEST = 1e12;

/** Milliseconds; zero if that is permitted. */
export function optionalMilliseconds(name: string, value: unknown, { zero = false } = {}): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "number" || !(value > 0 || (zero && value === 0)) || value > LONGEST) {
    const kind = zero ? "a finite number of milliseconds, 0 or more" : "a positive finite number of milliseconds";
    throw new ScalekitArgumentException(`${name} must be ${kind}, not ${shown(value)}`);
  }
  return value;
}

/** A number of things. */
export function optionalCount(name: string, value: unknown, most: number): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) {
    throw new ScalekitArgumentException(`${name} must be a whole number from 0 to ${most}, not ${shown(value)}`);
  }
  return value as number;
}

export function optionalFlag(name: string, value: unknown): boolean | undefined {
  if (value !== undefined && value !== null && typeof value !== "boolean") {
    throw new ScalekitArgumentException(`${name} must be true or false, not ${typeName(value)}`);
  }
  return value ?? undefined;
}

/** What can be listened to as an `AbortSignal`, of whatever make, or nothing. */
export function optionalSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  const listens = typeof addEventListener === "function" && typeof removeEventListener === "function";
  if (typeof aborted !== "boolean" || !listens) {
    refuse(name, "an AbortSignal", value);
  }
  return value as AbortSignal;
}

/** An object with options, or nothing. */
export function options<T extends object>(name: string, value: T | null | undefined): Partial<T> {
  if (value !== undefined && value !== null && typeof value !== "object") {
    throw new ScalekitArgumentException(`${name} must be an object, not ${typeName(value)}`);
  }
  return value ?? {};
}

/** Anything else that an argument cannot be. */
export function refuse(name: string, wanted: string, value: unknown): never {
  throw new ScalekitArgumentException(`${name} must be ${wanted}, not ${typeName(value)}`);
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : typeName(value);
}
