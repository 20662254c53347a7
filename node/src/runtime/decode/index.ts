import type { DescMessage, MessageShape } from "@bufbuild/protobuf";

import { messageReader } from "./message";
import { nextTurn, PIECE } from "./piece";
import { check, Reader } from "./reader";

/**
 * Decodes a large message that the core serialized. Yields to the event loop after each piece, so
 * that a response of a megabyte does not block the program.
 *
 * It uses a stack of open values instead of recursion, because it must be able to pause anywhere.
 * It allocates little, because pauses of the garbage collector would also block the program.
 */
export async function decodeInPieces<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  yieldToEventLoop: () => Promise<unknown> = nextTurn,
): Promise<MessageShape<Desc>> {
  const reader = new Reader(bytes);
  const message = messageReader(schema)(reader, bytes.length);
  let lastPause = 0;
  for (let inner = reader.open.at(-1); inner; inner = reader.open.at(-1)) {
    if (reader.pos - lastPause >= PIECE) {
      lastPause = reader.pos;
      await yieldToEventLoop();
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
