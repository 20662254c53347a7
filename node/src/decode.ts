import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type * as Protobuf from "@bufbuild/protobuf";

/** What is decoded in one go: a fraction of a millisecond. */
export const PIECE = 8 * 1024;

/**
 * Decodes a message. A large one is decoded in pieces, with turns of the event loop in between, so that a listing of a
 * megabyte does not keep everything else waiting: two halves of a message, one merged into the other, are the whole.
 */
export async function decode<Desc extends DescMessage>(
  { create, fromBinary, mergeFromBinary }: Pick<typeof Protobuf, "create" | "fromBinary" | "mergeFromBinary">,
  schema: Desc,
  bytes: Uint8Array,
  turn: () => Promise<unknown> = nextTurn,
): Promise<MessageShape<Desc>> {
  if (bytes.length <= PIECE) {
    return fromBinary(schema, bytes);
  }
  const message = create(schema);
  let start = 0;
  while (start < bytes.length) {
    const end = fields(bytes, start, PIECE);
    mergeFromBinary(schema, message, bytes.subarray(start, end));
    start = end;
    await turn();
  }
  return message;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The end of the fields that begin at `start` and fill about `size` bytes; one field is never parted. */
function fields(bytes: Uint8Array, start: number, size: number): number {
  let at = start;
  do {
    const [tag, content] = varint(bytes, at);
    switch (tag & 7) {
      case 0:
        at = varint(bytes, content)[1];
        break;
      case 1:
        at = content + 8;
        break;
      case 2: {
        const [length, from] = varint(bytes, content);
        at = from + length;
        break;
      }
      case 5:
        at = content + 4;
        break;
      default:
        // Nothing that the addon writes; the decoder says what is wrong with it.
        return bytes.length;
    }
  } while (at < bytes.length && at - start < size);
  return Math.min(at, bytes.length);
}

/** A number of at most 32 bits, which tags and lengths are, and where it ends. */
function varint(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      return [value >>> 0, at];
    }
  }
}
