// Bodies of responses of third-party services.

import { Readable } from "node:stream";

import { abortError, runInBackground } from "./mailbox";
import { native, type NativeBody, type NativeResponse } from "./native";

/** Returns the body. It is a stream if it was not read yet and the status is 2xx. */
export async function bodyOf(
  { body, failure, stream }: NativeResponse,
  signal: AbortSignal | undefined,
): Promise<Buffer | Readable> {
  if (body === undefined && failure === undefined) {
    return bodyStream(stream, signal);
  }
  return buffer(body ?? (await read(stream, true, signal)));
}

async function read(
  body: NativeBody,
  all: boolean,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const output = await runInBackground(
    (mailbox, id) => native().readBody(body, mailbox, id, all),
    signal,
  );
  return output as Uint8Array;
}

function buffer({ buffer: bytes, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(bytes, byteOffset, byteLength);
}

/** Returns a stream that reads a piece of the body when it is needed. */
function bodyStream(body: NativeBody, signal: AbortSignal | undefined): Readable {
  // Ends a read that is in progress when the stream is destroyed.
  const ending = new AbortController();
  const stream = new Readable({
    read() {
      read(body, false, ending.signal).then(
        (piece) => this.push(piece.length > 0 ? buffer(piece) : null),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, callback) {
      signal?.removeEventListener("abort", abort);
      ending.abort();
      native().closeBody(body);
      callback(error);
    },
  });
  const abort = () => void stream.destroy(abortError(signal as AbortSignal) as Error);
  if (signal?.aborted) {
    abort();
  }
  signal?.addEventListener("abort", abort, { once: true });
  return stream;
}
