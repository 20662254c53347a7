// @ts-check
/** Random messages and JSON values. The same seed generates the same values. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { create, ScalarType } = require("@bufbuild/protobuf");

const TEXTS = [
  "",
  "a",
  "org_17002334227791970",
  "Zażółć gęślą jaźń",
  "日本語",
  "😀é a",
  '\u0000\n"\\',
  "\ufeffmark",
  "__proto__",
];

/** @param {number} seed @returns {(below: number) => number} */
export function random(seed) {
  // A linear congruential generator with the constants of Numerical Recipes.
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

/** @param {(below: number) => number} next @returns {string} */
function text(next) {
  const short = TEXTS[next(TEXTS.length)];
  // One in 40 strings is long. Its numbers make all pieces different.
  return next(40) ? short : Array.from({ length: next(9000) }, (_, n) => `${n}${short}`).join("");
}

/** @param {(below: number) => number} next @param {number} depth @returns {any} */
export function json(next, depth) {
  switch (next(depth > 0 ? 7 : 5)) {
    case 0:
      return null;
    case 1:
      return [0, -0, 1, -1.5, 2 ** 53, 1e308, 5e-324][next(7)];
    case 2:
      return next(2) === 1;
    case 3:
    case 4:
      return text(next);
    case 5:
      return Array.from({ length: next(8) }, () => json(next, depth - 1));
    default:
      return object(next, depth);
  }
}

/** @param {(below: number) => number} next @param {number} depth */
export function object(next, depth) {
  return Object.fromEntries(
    Array.from({ length: next(8) }, () => [TEXTS[next(TEXTS.length)], json(next, depth - 1)]),
  );
}

/**
 * @param {any} schema @param {(below: number) => number} next @param {number} [depth]
 * @returns {any}
 */
export function message(schema, next, depth = 5) {
  /** @type {any} */
  const result = create(schema);
  const set = (/** @type {any} */ field, /** @type {any} */ value) => {
    if (field.oneof) {
      result[field.oneof.localName] = { case: field.localName, value };
    } else {
      result[field.localName] = value;
    }
  };
  for (const field of schema.fields) {
    if (next(4) === 0) {
      continue;
    }
    const count = next(4);
    if (field.fieldKind === "map") {
      result[field.localName] = Object.fromEntries(
        Array.from({ length: count }, (_, n) => [key(field, next, n), single(field, next, depth)]),
      );
    } else if (field.fieldKind === "list") {
      result[field.localName] = Array.from({ length: count }, () => single(field, next, depth));
    } else {
      set(field, single(field, next, depth));
    }
  }
  return result;
}

/** @param {any} field @param {(below: number) => number} next @param {number} n */
function key(field, next, n) {
  return field.mapKey === ScalarType.STRING ? TEXTS[next(TEXTS.length)] : String(n);
}

/**
 * @param {any} field @param {(below: number) => number} next @param {number} depth
 * @returns {any}
 */
function single(field, next, depth) {
  if (field.enum) {
    return next(5);
  }
  if (!field.message) {
    return scalar(field.scalar, next);
  }
  if (
    field.message.typeName === "google.protobuf.Struct" &&
    field.parent.typeName !== "google.protobuf.Value"
  ) {
    return object(next, depth);
  }
  const value = depth > 0 ? message(field.message, next, depth - 1) : create(field.message);
  const wrapped =
    field.fieldKind === "message" &&
    !field.oneof &&
    /^google\.protobuf\.\w+Value$/.test(value.$typeName);
  return wrapped && "value" in value ? value.value : value;
}

/** @param {any} type @param {(below: number) => number} next */
function scalar(type, next) {
  switch (type) {
    case ScalarType.STRING:
      return text(next);
    case ScalarType.BYTES:
      return Uint8Array.from({ length: next(20_000) }, (_, n) => n);
    case ScalarType.BOOL:
      return next(2) === 1;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return next(1000) / 8;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return BigInt(next(2 ** 31)) * BigInt(next(2 ** 31)) * (next(2) ? 1n : -1n);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return BigInt(next(2 ** 31)) * BigInt(next(2 ** 31));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return next(2 ** 32);
    default:
      return next(2 ** 32) - 2 ** 31;
  }
}
