import type { CallOptions, Road } from "./call";
import * as checks from "./checks";
import { work } from "./mailbox";
import { native, type NativeClient } from "./native";

/** The road through the addon. */
export class NativeRoad implements Road {
  readonly #client: NativeClient;

  constructor(client: NativeClient) {
    this.#client = client;
  }

  async call(operation: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    const { timeoutMs, signal } = checks.options("options", options);
    const timeout = checks.optionalMilliseconds("timeoutMs", timeoutMs);
    const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    const begin = (mailbox: Parameters<Parameters<typeof work>[0]>[0], id: number) =>
      native().call(this.#client, mailbox, id, operation, bytes, timeout);
    return (await work(begin, { signal })) as Uint8Array;
  }
}
