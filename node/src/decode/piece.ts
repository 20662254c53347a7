import { setImmediate } from "node:timers";

/** Bytes of an answer that are decoded in one turn of the event loop: a fraction of a millisecond. */
export const PIECE = 8 * 1024;

/** The same of a text, which is decoded faster. V8's collector does not move what is as large as this. */
export const TEXT_PIECE = 32 * 1024;

// Kept from before a test may put fake timers in its place: `jest.useFakeTimers` those of the global object, `node:test` also
// those of `node:timers`. An answer would never arrive.
const later = setImmediate;

/** Lets the event loop turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void later(resolve));
}
