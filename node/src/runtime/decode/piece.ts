import { setImmediate } from "node:timers";

/** Bytes of a response that are decoded before yielding to the event loop, in less than 1 ms. */
export const PIECE = 8 * 1024;

/**
 * Bytes of a string that are decoded before yielding. Strings decode faster than messages. V8's
 * garbage collector does not move objects of this size.
 */
export const TEXT_PIECE = 32 * 1024;

// A reference to the real function. Fake timers in tests replace the function: Jest replaces the
// global, and `node:test` also replaces it in `node:timers`. Decoding would then never continue.
const realSetImmediate = setImmediate;

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void realSetImmediate(resolve));
}
