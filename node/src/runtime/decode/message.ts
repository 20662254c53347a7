import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  mergeFromBinary,
  ScalarType,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

import { addToJSON, isWide } from "../stringify";
import { OpenJson } from "./json";
import { check, type Open, OpenText, type Reader, setOwn, tagOf } from "./reader";

/** A partly read message. */
class OpenMessage implements Open {
  readonly end: number;
  readonly #schema: DescMessage;
  readonly #message: Message;

  constructor(schema: DescMessage, message: Message, end: number) {
    this.#schema = schema;
    this.#message = message;
    this.end = end;
  }

  /** Reads one field. Unknown fields and rare types are read by the protobuf runtime. */
  next(reader: Reader): void {
    const start = reader.pos;
    const tag = reader.uint32();
    const fieldReader = fieldReaders(this.#schema).get(tag);
    if (!fieldReader) {
      reader.pos = start;
      reader.skip(reader.tag()[1]);
      mergeFromBinary(this.#schema, this.#message, reader.source.subarray(start, reader.pos));
      return;
    }
    const { field, read } = fieldReader;
    const end = (tag & 7) === WireType.LengthDelimited ? reader.end() : reader.pos;
    let key = "";
    if (field.fieldKind === "map") {
      key = reader.key(reader.enter(1));
      check(reader.enter(2) === end);
    }
    const value = read(reader, end);
    if (value instanceof OpenText) {
      value.put = (text) => this.#put(field, key, text);
    } else {
      this.#put(field, key, value);
    }
  }

  #put(field: DescField, key: string, value: unknown): void {
    const message = this.#message as unknown as Record<string, unknown>;
    if (field.fieldKind === "map") {
      setOwn(message[field.localName] as Record<string, unknown>, key, value);
    } else if (field.fieldKind === "list") {
      (message[field.localName] as unknown[]).push(value);
    } else if (field.oneof) {
      message[field.oneof.localName] = { case: field.localName, value };
    } else {
      message[field.localName] = value;
    }
  }
}

/** Reads a value that ends at `end`. */
type Read = (reader: Reader, end: number) => unknown;

interface FieldReader {
  field: DescField;
  read: Read;
}

const cache = new WeakMap<DescMessage, Map<number, FieldReader>>();

/** Returns the readers of a message's fields by tag. Fields of rare types have none. */
function fieldReaders(schema: DescMessage): Map<number, FieldReader> {
  let readers = cache.get(schema);
  if (!readers) {
    readers = new Map();
    for (const field of schema.fields) {
      const [wireType, read] = readerOf(field) ?? [];
      if (
        read &&
        wireType !== undefined &&
        (field.fieldKind !== "map" || field.mapKey === ScalarType.STRING)
      ) {
        readers.set(tagOf(field.number, wireType), { field, read });
      }
    }
    cache.set(schema, readers);
  }
  return readers;
}

/** Returns the wire type and the reader of a field, or `undefined` if its type is rare. */
function readerOf(field: DescField): [WireType, Read] | undefined {
  const { message, parent } = field;
  if (message) {
    // In messages of the runtime, wrapper fields contain the value itself, and a Struct is a JSON
    // object.
    if (isWrapperDesc(message)) {
      return undefined;
    }
    const isJson =
      message.typeName === "google.protobuf.Struct" && parent.typeName !== "google.protobuf.Value";
    return [WireType.LengthDelimited, isJson ? openJson : messageReader(message)];
  }
  if (field.scalar === ScalarType.STRING) {
    return [WireType.LengthDelimited, (reader, end) => reader.text(end)];
  }
  if (field.fieldKind === "enum" && field.enum.open) {
    return [WireType.Varint, (reader) => reader.int32()];
  }
  return field.fieldKind === "scalar" && !field.longAsString
    ? SCALARS.get(field.scalar)
    : undefined;
}

const SCALARS = new Map<ScalarType, [WireType, Read]>([
  [ScalarType.BOOL, [WireType.Varint, (reader) => reader.bool()]],
  [ScalarType.INT32, [WireType.Varint, (reader) => reader.int32()]],
  [ScalarType.UINT32, [WireType.Varint, (reader) => reader.uint32()]],
  [ScalarType.INT64, [WireType.Varint, (reader) => reader.int64()]],
  [ScalarType.UINT64, [WireType.Varint, (reader) => reader.uint64()]],
  [ScalarType.DOUBLE, [WireType.Bit64, (reader) => reader.double()]],
]);

/** Returns a function that creates an empty message and opens it. The decoder fills it later. */
export function messageReader<Desc extends DescMessage>(
  schema: Desc,
): (reader: Reader, end: number) => MessageShape<Desc> {
  const wide = isWide(schema);
  return (reader, end) => {
    const message = create(schema);
    if (wide) {
      addToJSON(message);
    }
    reader.open.push(new OpenMessage(schema, message, end));
    return message;
  };
}

function openJson(reader: Reader, end: number): object {
  const json = {};
  reader.open.push(new OpenJson(json, end));
  return json;
}
