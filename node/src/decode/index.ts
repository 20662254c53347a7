import type { DescMessage, MessageShape } from "@bufbuild/protobuf";

import { opener } from "./message";
import { nextTurn, PIECE } from "./piece";
import { check, Reader } from "./reader";

/**
 * Decodes what the core wrote, with a turn of the event loop after each piece, so that an answer of a megabyte does not keep
 * everything else waiting.
 *
 * To be able to rest anywhere, it keeps what it has begun in a list instead of calling itself. It leaves little garbage, since
 * V8's collector does not rest.
 */
export async function decodeInPieces<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  turn: () => Promise<unknown> = nextTurn,
): Promise<MessageShape<Desc>> {
  const reader = new Reader(bytes);
  const message = opener(schema)(reader, bytes.length);
  let rested = 0;
  for (let inner = reader.open.at(-1); inner; inner = reader.open.at(-1)) {
    if (reader.pos - rested >= PIECE) {
      rested = reader.pos;
      await turn();
    }
    if (reader.pos < inner.end) {
      inner.next(reader);
    } else {
      check(reader.pos === inner.end);
      reader.open.pop();
    }
  }
  return message;
}
