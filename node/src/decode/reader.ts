import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

import { TEXT_PIECE } from "./piece";

/** What is read part by part up to its end. A part that has parts itself is opened, and read before the next. */
export interface Open {
  readonly end: number;
  next(reader: Reader): void;
}

/** How many names are remembered. */
const KEYS = 128;

/** Reads UTF-8 and lengths that the core has made sure of. */
export class Reader extends BinaryReader {
  /** What has been begun; the innermost is the last. */
  readonly open: Open[] = [];
  readonly #text: Buffer;
  readonly #keys: { start: number; length: number; text: string }[] = [];

  constructor(readonly source: Uint8Array) {
    super(source);
    this.#text = Buffer.from(source.buffer, source.byteOffset, source.length);
  }

  /** Reads a length, and returns the end of what has it. */
  end(): number {
    const end = this.uint32() + this.pos;
    check(end <= this.len);
    return end;
  }

  /** Reads the tag and the length of a field, and returns its end. */
  enter(number: number): number {
    check(this.uint32() === tagOf(number, WireType.LengthDelimited));
    return this.end();
  }

  /** Reads text; long text is opened. */
  text(end: number): string | OpenText {
    if (end - this.pos <= TEXT_PIECE) {
      return this.whole(end);
    }
    const text = new OpenText(end);
    this.open.push(text);
    return text;
  }

  /** Reads the name of a member: of many objects that are alike each name is made once. */
  key(end: number): string {
    const { pos: start, source } = this;
    const length = end - start;
    const slot = (length * 31 + (source[start] ?? 0) * 7 + (source[end - 1] ?? 0)) % KEYS;
    const known = this.#keys[slot];
    if (known?.length === length) {
      let same = 0;
      while (same < length && source[known.start + same] === source[start + same]) {
        same++;
      }
      if (same === length) {
        this.pos = end;
        return known.text;
      }
    }
    const text = this.whole(end);
    this.#keys[slot] = { start, length, text };
    return text;
  }

  whole(end: number): string {
    const text = this.#text.toString("utf8", this.pos, end);
    this.pos = end;
    return text;
  }

  /** The last place up to `end` at which a character begins, which has at most four bytes. */
  character(end: number): number {
    for (let start = end; start > end - 4; start--) {
      if (((this.#text[start] ?? 0) & 0xc0) !== 0x80) {
        return start;
      }
    }
    return end;
  }
}

/**
 * Long text, which is given away when it has been read. Its pieces are joined into parts of a size that V8's collector leaves
 * where they are.
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
    const end = reader.pos + TEXT_PIECE < this.end ? reader.character(reader.pos + TEXT_PIECE) : this.end;
    this.#pieces.push(reader.whole(end));
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

export function tagOf(number: number, wireType: WireType): number {
  return (number << 3) | wireType;
}

export function check(expected: boolean): asserts expected {
  if (!expected) {
    throw new Error("an answer that the core does not write");
  }
}

/** Assigns, also to `__proto__`, for which an assignment does something else. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}
