import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

// `JSON.stringify` throws a TypeError for a bigint. Messages with 64-bit fields, such as
// timestamps, therefore get a `toJSON` method. It is an own property that is not enumerable, so
// messages remain plain objects for comparisons, spreads, `structuredClone` and the serializers of
// frameworks.

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

/** Adds `toJSON` to a message and its nested messages. Returns the message. */
export function stringifiable<T extends Message>(schema: DescMessage, message: T): T {
  visitOf(schema)(message as unknown as Fields);
  return message;
}

/** Returns `true` if a message has 64-bit fields itself. Fields of nested messages do not count. */
export function isWide(schema: DescMessage): boolean {
  return schema.fields.some(isWideField);
}

/** Adds `toJSON` to a message, but not to nested messages. */
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

/** Returns a copy with strings instead of bigints. Nested messages have their own `toJSON`. */
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
  // Plain objects without `$typeName` are maps and oneofs.
  const isPlain =
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && !("$typeName" in value) ? narrow(value as Fields) : value;
}

function isWideField(field: DescField): boolean {
  return WIDE.has(isUnwrapped(field) ? field.message?.fields[0]?.scalar : field.scalar);
}

/** Returns `true` if the runtime stores the value of a wrapper message instead of the message. */
function isUnwrapped({ fieldKind, oneof, message }: DescField): boolean {
  return fieldKind === "message" && !oneof && isWrapperDesc(message);
}

/** Returns `true` if a message or a nested message can have 64-bit fields. */
function reachesWide(schema: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (seen.has(schema)) {
    return false;
  }
  seen.add(schema);
  return schema.fields.some(
    (field) => isWideField(field) || (field.message && reachesWide(field.message, seen)),
  );
}

/** Returns the function that adds `toJSON` to a message and its nested messages. */
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
  // Compiled on first use, because a message type may contain itself.
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
