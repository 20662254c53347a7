import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

import { decode } from "./decode";

/** What a single call may set for itself. */
export interface CallOptions {
  /**
   * Cancels the request when aborted. The promise then rejects with the signal's reason or, if that is no error, with a
   * `ScalekitCancelledException` whose `cause` it is.
   */
  signal?: AbortSignal;
  /** Deadline of the whole call in milliseconds, retries and waits included, in place of the client's. */
  timeoutMs?: number;
}

/** The road that every operation takes: serialized request in, serialized response out. */
export interface Road {
  call(operation: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}

/** Makes a function that runs `load` once, at its first call: messages are loaded by the first call that needs them. */
export function lazily<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined;
  return () => (loaded ??= { value: load() }).value;
}

const runtime = lazily(() => require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf"));

/** Base of the generated clients. */
export abstract class ServiceClient {
  readonly #road: Road;

  constructor(road: Road) {
    this.#road = road;
  }

  /** Calls `operation`, such as `OrganizationService.GetOrganization`. */
  protected async unary<Request extends DescMessage, Response extends DescMessage>(
    operation: string,
    request: Request,
    init: MessageInitShape<Request>,
    response: Response,
    options?: CallOptions,
  ): Promise<MessageShape<Response>> {
    const protobuf = runtime();
    const { create, toBinary } = protobuf;
    const bytes = await this.#road.call(operation, toBinary(request, create(request, init)), options);
    return decode(protobuf, response, bytes);
  }
}
