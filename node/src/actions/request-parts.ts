import { types } from "node:util";

import { ScalekitArgumentException } from "../errors";
import type { ForwardedRequest, Pairs } from "../runtime/call";
import * as validate from "../runtime/validate";
import { jsonValue } from "./json-values";

/** A value of a query or a form. `undefined` and `null` are not sent. */
export type FieldValue = string | number | bigint | boolean | Date | null | undefined;

/** Fields of a query, a form or the headers. An array is sent as repeated fields. */
export type Fields =
  | Readonly<Record<string, FieldValue | readonly FieldValue[]>>
  | Iterable<readonly [string, FieldValue | readonly FieldValue[]]>;

/** A body of any type. */
export type RawBody = string | ArrayBuffer | ArrayBufferView;

type Body = ForwardedRequest[6];

/** Returns the names and values of fields. */
export function pairs(name: string, fields: unknown): Pairs {
  if (fields === undefined || fields === null) {
    return [];
  }
  if (typeof fields !== "object" || ArrayBuffer.isView(fields)) {
    validate.wrongType(name, "an object", fields);
  }
  const entries = Symbol.iterator in fields ? [...(fields as Iterable<unknown>)] : undefined;
  const sent: Pairs = [];
  for (const entry of entries ?? Object.entries(fields)) {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string") {
      throw new ScalekitArgumentException(`${name} must be an object or pairs of names and values`);
    }
    const [key, value] = entry as [string, unknown];
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (item !== undefined && item !== null) {
        sent.push([key, fieldText(`${name}.${key}`, item)]);
      }
    }
  }
  return sent;
}

function fieldText(name: string, value: unknown): string {
  switch (typeof value) {
    case "string":
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      if (Number.isFinite(value)) {
        return String(value);
      }
      throw new ScalekitArgumentException(`${name} must be a finite number`);
    default:
      return types.isDate(value) && !Number.isNaN(value.getTime())
        ? value.toISOString()
        : validate.wrongType(name, "a string, number, boolean or Date", value);
  }
}

/** Returns the headers. Repeated headers are joined with commas (RFC 9110, section 5.3). */
export function headerPairs(headers: unknown): Pairs {
  const joined = new Map<string, string>();
  for (const [name, value] of pairs("headers", headers)) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return [...joined];
}

/** The possible bodies of a request. At most one is set. */
export interface Bodies {
  body?: unknown;
  formData?: unknown;
  rawBody?: unknown;
}

/** Returns the given body, and throws if there are several. */
export function selected(bodies: Bodies): Bodies {
  const given = Object.entries(bodies).filter(([, value]) => value !== undefined && value !== null);
  if (given.length > 1) {
    throw new ScalekitArgumentException(
      `pass only one of ${given.map(([name]) => name).join(" and ")}`,
    );
  }
  return Object.fromEntries(given);
}

/** Encodes a body. */
export function encoded({ body, formData, rawBody }: Bodies): Body {
  if (rawBody !== undefined) {
    return ["raw", bytesOf(rawBody)];
  }
  if (formData !== undefined) {
    return ["form", Buffer.from(new URLSearchParams(pairs("formData", formData)).toString())];
  }
  if (body === undefined) {
    return undefined;
  }
  if (typeof body === "string" || ArrayBuffer.isView(body) || types.isAnyArrayBuffer(body)) {
    const type = typeof body === "string" ? "a string" : "bytes";
    throw new ScalekitArgumentException(
      `body must be an object or another JSON value, not ${type}; pass text and bytes as rawBody`,
    );
  }
  return ["json", Buffer.from(JSON.stringify(jsonValue("body", body)))];
}

function bytesOf(rawBody: unknown): Buffer {
  if (typeof rawBody === "string") {
    return Buffer.from(rawBody);
  }
  if (ArrayBuffer.isView(rawBody)) {
    return Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  }
  if (types.isAnyArrayBuffer(rawBody)) {
    return Buffer.from(rawBody);
  }
  return validate.wrongType(
    "rawBody",
    "a string, a Buffer, a typed array or an ArrayBuffer",
    rawBody,
  );
}

/** Encodes a `FormData`, and adds its content type to the headers. */
export async function multipart(formData: FormData, headers: Pairs): Promise<Body> {
  const response = new Response(formData);
  const bytes = Buffer.from(await response.arrayBuffer());
  headers.push(["content-type", response.headers.get("content-type") ?? ""]);
  return ["raw", bytes];
}
