import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

import { TEXT_PIECE } from "./piece";

/**
 * A value that is read part by part. A part that is itself read part by part is pushed to
 * {@link Reader.open} and read first.
 */
export interface Open {
  readonly end: number;
  next(reader: Reader): void;
}

/** Number of slots of the cache of object keys. */
const KEY_SLOTS = 128;

/** Reads messages that the core serialized. Their UTF-8 is valid. */
export class Reader extends BinaryReader {
  /** The stack of open values. The innermost is the last. */
  readonly open: Open[] = [];
  readonly #text: Buffer;
  readonly #keys: { start: number; length: number; text: string }[] = [];

  constructor(readonly source: Uint8Array) {
    super(source);
    this.#text = Buffer.from(source.buffer, source.byteOffset, source.length);
  }

  /** Reads a length and returns the position where the value ends. */
  end(): number {
    const end = this.uint32() + this.pos;
    check(end <= this.len);
    return end;
  }

  /** Reads the tag and the length of a field. Returns the position where the field ends. */
  enter(number: number): number {
    check(this.uint32() === tagOf(number, WireType.LengthDelimited));
    return this.end();
  }

  /** Reads a string that ends at `end`. A long string is opened and read in pieces. */
  text(end: number): string | OpenText {
    if (end - this.pos <= TEXT_PIECE) {
      return this.utf8(end);
    }
    const text = new OpenText(end);
    this.open.push(text);
    return text;
  }

  /**
   * Reads an object key. Keys are cached, because arrays often contain objects with the same keys.
   */
  key(end: number): string {
    const { pos: start, source } = this;
    const length = end - start;
    const slot = (length * 31 + (source[start] ?? 0) * 7 + (source[end - 1] ?? 0)) % KEY_SLOTS;
    const cached = this.#keys[slot];
    if (cached?.length === length) {
      let equal = 0;
      while (equal < length && source[cached.start + equal] === source[start + equal]) {
        equal++;
      }
      if (equal === length) {
        this.pos = end;
        return cached.text;
      }
    }
    const text = this.utf8(end);
    this.#keys[slot] = { start, length, text };
    return text;
  }

  /** Reads a string that ends at `end`, in one piece. */
  utf8(end: number): string {
    const text = this.#text.toString("utf8", this.pos, end);
    this.pos = end;
    return text;
  }

  /** Returns the last position up to `end` where a UTF-8 character (1 to 4 bytes) starts. */
  characterStart(end: number): number {
    for (let start = end; start > end - 4; start--) {
      if (((this.#text[start] ?? 0) & 0xc0) !== 0x80) {
        return start;
      }
    }
    return end;
  }
}

/**
 * A long string that is read in pieces and passed to `put` at its end. Pieces are joined into parts
 * that are too large for V8's garbage collector to move.
 */
export class OpenText implements Open {
  readonly end: number;
  put: (text: string) => void = () => {};
  #parts = "";
  #pieces: string[] = [];

  constructor(end: number) {
    this.end = end;
  }

  next(reader: Reader): void {
    const end =
      reader.pos + TEXT_PIECE < this.end
        ? reader.characterStart(reader.pos + TEXT_PIECE)
        : this.end;
    this.#pieces.push(reader.utf8(end));
    if (end === this.end || this.#pieces.length === 8) {
      this.#parts += this.#pieces.join("");
      this.#pieces = [];
    }
    if (end === this.end) {
      this.put(this.#parts);
      this.#parts = "";
    }
  }
}

/** Returns the tag of a field: its number and wire type. */
export function tagOf(number: number, wireType: WireType): number {
  return (number << 3) | wireType;
}

/** Throws if a condition that holds for all messages of the core does not hold. */
export function check(expected: boolean): asserts expected {
  if (!expected) {
    throw new Error("the serialized response is malformed");
  }
}

/** Sets an own property. A plain assignment to `__proto__` would change the prototype instead. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    object[key] = value;
  }
}
