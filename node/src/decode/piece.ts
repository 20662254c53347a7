/** Bytes of an answer that are decoded in one turn of the event loop: a fraction of a millisecond. */
export const PIECE = 8 * 1024;

/** The same of a text, which is decoded faster. V8's collector does not move what is as large as this. */
export const TEXT_PIECE = 32 * 1024;
