import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";

import { check, type Open, OpenText, type Reader, setOwn, tagOf } from "./reader";

// Tags of the fields of a `google.protobuf.Value`.
const NULL = tagOf(1, WireType.Varint);
const NUMBER = tagOf(2, WireType.Bit64);
const STRING = tagOf(3, WireType.LengthDelimited);
const BOOL = tagOf(4, WireType.Varint);
const STRUCT = tagOf(5, WireType.LengthDelimited);
const LIST = tagOf(6, WireType.LengthDelimited);

/** A partly read `google.protobuf.Struct` or `ListValue`, as a JSON object or array. */
export class OpenJson implements Open {
  readonly end: number;
  readonly #json: JsonObject | JsonValue[];

  constructor(json: JsonObject | JsonValue[], end: number) {
    this.#json = json;
    this.end = end;
  }

  /** Reads one entry of the object or one item of the array. */
  next(reader: Reader): void {
    const end = reader.enter(1);
    let key = "";
    if (!Array.isArray(this.#json)) {
      key = reader.key(reader.enter(1));
      check(reader.enter(2) === end);
    }
    const value = readValue(reader, end);
    if (value instanceof OpenText) {
      value.put = (text) => this.#put(key, text);
    } else {
      this.#put(key, value);
    }
  }

  #put(key: string, value: JsonValue): void {
    if (Array.isArray(this.#json)) {
      this.#json.push(value);
    } else {
      setOwn(this.#json, key, value);
    }
  }
}

function readValue(reader: Reader, end: number): JsonValue | OpenText {
  const tag = reader.uint32();
  switch (tag) {
    case STRING:
      check(reader.end() === end);
      return reader.text(end);
    case STRUCT:
    case LIST: {
      const json = tag === STRUCT ? {} : [];
      check(reader.end() === end);
      reader.open.push(new OpenJson(json, end));
      return json;
    }
    default: {
      const value = readScalar(reader, tag);
      check(reader.pos === end);
      return value;
    }
  }
}

function readScalar(reader: Reader, tag: number): JsonValue {
  switch (tag) {
    case NUMBER:
      return reader.double();
    case BOOL:
      return reader.bool();
    default:
      check(tag === NULL);
      reader.int32();
      return null;
  }
}
