// Decompression (RFC 1951). `DecompressionStream` is not available in every edge runtime, and it
// cannot limit the size of its output.

/** Base lengths and distances with the number of their extra bits (RFC 1951, section 3.2.5). */
const [LENGTHS, LENGTH_BITS] = bases(3, 29, (index) => Math.max(0, (index >> 2) - 1));
const [DISTANCES, DISTANCE_BITS] = bases(1, 30, (index) => Math.max(0, (index >> 1) - 1));
// The last length is an exception: 258, without extra bits.
LENGTHS[28] = 258;
LENGTH_BITS[28] = 0;

/** The order of the lengths of the code length codes. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;
const LONGEST_CODE = 15;

function bases(
  first: number,
  count: number,
  bitsOf: (index: number) => number,
): [values: number[], bits: number[]] {
  const bits = Array.from({ length: count }, (_, index) => bitsOf(index));
  let next = first;
  const values = bits.map((extra) => {
    const value = next;
    next += 2 ** extra;
    return value;
  });
  return [values, bits];
}

/** A Huffman code: the number of codes of each length, and the symbols in the order of codes. */
interface Code {
  counts: Uint16Array;
  symbols: Uint16Array;
}

function codeOf(lengths: ArrayLike<number>): Code {
  const counts = new Uint16Array(LONGEST_CODE + 1);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    counts[lengths[symbol]!]! += 1;
  }
  counts[0] = 0;
  const offsets = new Uint16Array(LONGEST_CODE + 2);
  let unused = 1;
  for (let length = 1; length <= LONGEST_CODE; length += 1) {
    unused = unused * 2 - counts[length]!;
    if (unused < 0) {
      throw new InvalidDataError();
    }
    offsets[length + 1] = offsets[length]! + counts[length]!;
  }
  const symbols = new Uint16Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol]!;
    if (length !== 0) {
      symbols[offsets[length]!] = symbol;
      offsets[length]! += 1;
    }
  }
  return { counts, symbols };
}

const repeated = (...runs: [count: number, length: number][]) =>
  runs.flatMap(([count, length]) => new Array<number>(count).fill(length));
const FIXED_LITERALS = codeOf(repeated([144, 8], [112, 9], [24, 7], [8, 8]));
const FIXED_DISTANCES = codeOf(repeated([30, 5]));

class InvalidDataError extends Error {}

/** Decompresses data. Returns `undefined` if it is invalid or has more than `limit` bytes. */
export function inflate(data: Uint8Array, limit: number): Uint8Array | undefined {
  try {
    return new Inflater(data, limit).run();
  } catch (error) {
    if (error instanceof InvalidDataError) {
      return undefined;
    }
    throw error;
  }
}

class Inflater {
  readonly #data: Uint8Array;
  readonly #limit: number;
  #at = 0;
  #bits = 0;
  #bitCount = 0;
  #output = new Uint8Array(4096);
  #length = 0;

  constructor(data: Uint8Array, limit: number) {
    this.#data = data;
    this.#limit = limit;
  }

  run(): Uint8Array {
    for (let isLast = 0; isLast === 0;) {
      isLast = this.#read(1);
      const type = this.#read(2);
      if (type === 0) {
        this.#copyStored();
      } else if (type === 1) {
        this.#decompress(FIXED_LITERALS, FIXED_DISTANCES);
      } else if (type === 2) {
        this.#decompress(...this.#readCodes());
      } else {
        throw new InvalidDataError();
      }
    }
    return this.#output.subarray(0, this.#length);
  }

  #byte(): number {
    const byte = this.#data[this.#at];
    if (byte === undefined) {
      throw new InvalidDataError();
    }
    this.#at += 1;
    return byte;
  }

  #read(count: number): number {
    while (this.#bitCount < count) {
      this.#bits |= this.#byte() << this.#bitCount;
      this.#bitCount += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  #symbol({ counts, symbols }: Code): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= LONGEST_CODE; length += 1) {
      code |= this.#read(1);
      const count = counts[length]!;
      if (code - first < count) {
        return symbols[index + code - first]!;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new InvalidDataError();
  }

  #write(byte: number): void {
    if (this.#length === this.#output.length) {
      if (this.#length >= this.#limit) {
        throw new InvalidDataError();
      }
      const larger = new Uint8Array(Math.min(this.#length * 2, this.#limit));
      larger.set(this.#output);
      this.#output = larger;
    }
    this.#output[this.#length] = byte;
    this.#length += 1;
  }

  #copyStored(): void {
    this.#bits = 0;
    this.#bitCount = 0;
    const [length, complement] = [this.#read(16), this.#read(16)];
    if (length !== (~complement & 0xffff)) {
      throw new InvalidDataError();
    }
    for (let count = 0; count < length; count += 1) {
      this.#write(this.#byte());
    }
  }

  #readCodes(): [literals: Code, distances: Code] {
    const literals = this.#read(5) + 257;
    const distances = this.#read(5) + 1;
    const lengths = new Uint8Array(ORDER.length);
    const count = this.#read(4) + 4;
    for (const position of ORDER.slice(0, count)) {
      lengths[position] = this.#read(3);
    }
    const code = codeOf(lengths);
    const all: number[] = [];
    while (all.length < literals + distances) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        all.push(symbol);
      } else if (symbol === 16) {
        const previous = all.at(-1);
        if (previous === undefined) {
          throw new InvalidDataError();
        }
        all.push(...repeated([3 + this.#read(2), previous]));
      } else {
        all.push(...repeated([symbol === 17 ? 3 + this.#read(3) : 11 + this.#read(7), 0]));
      }
    }
    if (all.length > literals + distances || all[END_OF_BLOCK] === 0) {
      throw new InvalidDataError();
    }
    return [codeOf(all.slice(0, literals)), codeOf(all.slice(literals))];
  }

  #decompress(literals: Code, distances: Code): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol < END_OF_BLOCK) {
        this.#write(symbol);
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        return;
      }
      const index = symbol - END_OF_BLOCK - 1;
      const length = this.#extended(LENGTHS[index], LENGTH_BITS[index]);
      const code = this.#symbol(distances);
      const distance = this.#extended(DISTANCES[code], DISTANCE_BITS[code]);
      if (distance > this.#length) {
        throw new InvalidDataError();
      }
      for (let count = 0; count < length; count += 1) {
        this.#write(this.#output[this.#length - distance]!);
      }
    }
  }

  #extended(base: number | undefined, bits: number | undefined): number {
    if (base === undefined || bits === undefined) {
      throw new InvalidDataError();
    }
    return base + this.#read(bits);
  }
}
