import type { CallOptions, Transport } from "./call";
import { runInBackground } from "./mailbox";
import { native, type NativeClient, type NativeMailbox } from "./native";
import * as validate from "./validate";

/** The transport that sends calls through the native client. */
export class NativeTransport implements Transport {
  readonly #client: NativeClient;

  constructor(client: NativeClient) {
    this.#client = client;
  }

  async call(operation: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    const { timeoutMs, signal } = validate.options("options", options);
    const timeout = validate.optionalValue(timeoutMs);
    const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    const start = (mailbox: NativeMailbox, id: number) =>
      native().call(this.#client, mailbox, id, operation, bytes, timeout);
    return (await runInBackground(start, signal)) as Uint8Array;
  }
}
