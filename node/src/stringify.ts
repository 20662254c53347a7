import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

// `JSON.stringify` throws at a bigint, so messages that have fields of 64 bits, such as timestamps,
// get a `toJSON`. It is an own property that is not enumerable: messages remain plain objects for
// comparisons, spreads, `structuredClone` and the serializers of frameworks.

const WIDE: ReadonlySet<ScalarType | undefined> = new Set([
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
]);

type Fields = Record<string, unknown>;
type Visit = (message: Fields) => void;

const visits = new WeakMap<DescMessage, Visit>();

/** Makes a message and the messages within it acceptable to `JSON.stringify`, and returns it. */
export function stringifiable<T extends Message>(schema: DescMessage, message: T): T {
  visitOf(schema)(message as unknown as Fields);
  return message;
}

/** Whether a message itself has fields of 64 bits. */
export function isWide(schema: DescMessage): boolean {
  return schema.fields.some(isWideField);
}

/** Makes a message itself acceptable to `JSON.stringify`. */
export function addToJSON(message: object): void {
  Object.defineProperty(message, "toJSON", TO_JSON);
}

const TO_JSON: PropertyDescriptor = {
  value(this: Fields): Fields {
    return narrow(this);
  },
  writable: true,
  configurable: true,
};

/** A copy with strings in place of bigints. Messages within it are left to their own `toJSON`. */
function narrow(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, text(value)]));
}

function text(value: unknown): unknown {
  if (typeof value === "bigint") {
    return String(value);
  }
  if (Array.isArray(value)) {
    return value.map(text);
  }
  // A map, or a oneof with its case.
  const isPlain =
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && !("$typeName" in value) ? narrow(value as Fields) : value;
}

function isWideField(field: DescField): boolean {
  return WIDE.has(isUnwrapped(field) ? field.message?.fields[0]?.scalar : field.scalar);
}

/** The runtime represents a wrapper in such a field by its value. */
function isUnwrapped({ fieldKind, oneof, message }: DescField): boolean {
  return fieldKind === "message" && !oneof && isWrapperDesc(message);
}

/** Whether a message or a message within it can have fields of 64 bits. */
function reachesWide(schema: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (seen.has(schema)) {
    return false;
  }
  seen.add(schema);
  return schema.fields.some(
    (field) => isWideField(field) || (field.message && reachesWide(field.message, seen)),
  );
}

/** The function that adds `toJSON` to a message and to the messages within it. */
function visitOf(schema: DescMessage): Visit {
  let visit = visits.get(schema);
  if (!visit) {
    visit = compile(schema);
    visits.set(schema, visit);
  }
  return visit;
}

function compile(schema: DescMessage): Visit {
  const wide = isWide(schema);
  const parts = schema.fields.flatMap((field) =>
    field.message && !isUnwrapped(field) && reachesWide(field.message)
      ? [compileField(field, field.message)]
      : [],
  );
  return (message) => {
    if (wide) {
      addToJSON(message);
    }
    for (const part of parts) {
      part(message);
    }
  };
}

function compileField(field: DescField, schema: DescMessage): Visit {
  const name = field.localName;
  // Compiled at its first use: a message type may contain itself.
  let compiled: Visit | undefined;
  const visit = (value: unknown) => (compiled ??= visitOf(schema))(value as Fields);
  if (field.fieldKind === "list") {
    return (message) => (message[name] as unknown[]).forEach(visit);
  }
  if (field.fieldKind === "map") {
    return (message) => Object.values(message[name] as Fields).forEach(visit);
  }
  if (field.oneof) {
    const group = field.oneof.localName;
    return (message) => {
      const chosen = message[group] as { case?: string; value?: unknown };
      if (chosen.case === name) {
        visit(chosen.value);
      }
    };
  }
  return (message) => {
    if (message[name] !== undefined) {
      visit(message[name]);
    }
  };
}
