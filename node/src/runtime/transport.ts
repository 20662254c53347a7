import { fromNative } from "../errors/from-native";
import type { CallOptions, ForwardedRequest, ForwardedResponse, Transport } from "./call";
import { published, startLog, type NativeRecording } from "./diagnostics";
import { runInBackground } from "./mailbox";
import { native, type NativeClient, type NativeMailbox, type NativeResponse } from "./native";
import * as validate from "./validate";

/** The transport that sends calls through the native client. */
export class NativeTransport implements Transport {
  readonly #client: NativeClient;

  constructor(client: NativeClient) {
    this.#client = client;
    startLog();
  }

  async call(operation: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    const { timeoutMs, signal } = validate.options("options", options);
    const timeout = validate.optionalValue(timeoutMs);
    const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    const run = (recording?: NativeRecording) => {
      const start = (mailbox: NativeMailbox, id: number) =>
        native().call(this.#client, mailbox, id, operation, bytes, timeout, recording);
      return runInBackground(start, signal);
    };
    return (await published(operation, signal, run)) as Uint8Array;
  }

  async forward(
    request: ForwardedRequest,
    stream: boolean,
    options?: CallOptions,
  ): Promise<ForwardedResponse> {
    const { timeoutMs, signal } = validate.options("options", options);
    const timeout = validate.optionalValue(timeoutMs);
    const start = (mailbox: NativeMailbox, id: number) =>
      native().proxy(this.#client, mailbox, id, request, stream, timeout);
    const response = (await runInBackground(start, signal)) as NativeResponse;
    const { status, headers, failure } = response;
    const { bodyOf } = require("./body") as typeof import("./body");
    return {
      status,
      headers,
      failure: failure && fromNative(failure),
      body: await bodyOf(response, signal),
    };
  }
}
