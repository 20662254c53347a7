import type { Readable } from "node:stream";

import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

import { PIECE } from "./decode/piece";
import { ScalekitArgumentException, type ScalekitException } from "../errors";

/** Options of a single call. */
export interface CallOptions {
  /**
   * Cancels the request when aborted. The promise then rejects with the signal's reason. A reason
   * that is not an error becomes the `cause` of a `ScalekitCancelledException`.
   */
  signal?: AbortSignal;
  /**
   * Timeout of the whole call in milliseconds, retries and waits included. Default: the client's
   * timeout.
   */
  timeoutMs?: number;
}

/** Options of a call that always has the client's timeout. */
export type Cancellation = Pick<CallOptions, "signal">;

/** Names and values. */
export type Pairs = [name: string, value: string][];

/** A request to a third-party service. */
export type ForwardedRequest = [
  connectionName: string,
  identifier: string,
  method: string,
  path: string,
  query: Pairs,
  headers: Pairs,
  body: [kind: "json" | "form" | "raw", bytes: Buffer] | undefined,
];

/** The response of a third-party service. */
export interface ForwardedResponse {
  status: number;
  /** The headers with lower-case names. */
  headers: Pairs;
  /** Set if the status is not 2xx. */
  failure: ScalekitException | undefined;
  /** The body. A stream if one was requested and the status is 2xx. */
  body: Buffer | Readable;
}

/** Sends requests. */
export interface Transport {
  /** Sends a serialized request and returns the serialized response. */
  call(operation: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  /** Sends a request to a third-party service. */
  forward(
    request: ForwardedRequest,
    stream: boolean,
    options?: CallOptions,
  ): Promise<ForwardedResponse>;
}

/** Returns a function that calls `load` on its first call and caches the result. */
export function lazily<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined;
  return () => (loaded ??= { value: load() }).value;
}

/**
 * Defines a property that is not enumerable, so it is not listed, copied or written as JSON. Unlike
 * a private field, it also works for methods that are called through a `Proxy` of the object.
 */
export function hide<Key extends symbol, Value>(
  object: { readonly [key in Key]: Value },
  key: Key,
  value: Value,
): void {
  Object.defineProperty(object, key, { value, writable: true, configurable: true });
}

const runtime = lazily(() => require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf"));
const validation = lazily(
  () => require("./validate-message") as typeof import("./validate-message"),
);
const json = lazily(() => require("./stringify") as typeof import("./stringify"));
const decoder = lazily(() => require("./decode") as typeof import("./decode"));

/** Validates and serializes a request. */
function encode<Request extends DescMessage>(
  operation: string,
  request: Request,
  init: MessageInitShape<Request>,
): Uint8Array {
  const { create, toBinary } = runtime();
  validation().validateMessage(request, init as Record<string, unknown>);
  try {
    return toBinary(request, create(request, init));
  } catch (error) {
    // The runtime's message may contain the value, which may be a secret. Only the field is used.
    const field = /\bscalekit\.v1\.[\w.]+/.exec(error instanceof Error ? error.message : "")?.[0];
    const name = field ?? "an argument";
    throw new ScalekitArgumentException(`${name} contains a value that cannot be encoded`, {
      operation,
    });
  }
}

// All copies of this module share the symbol: after `jest.resetModules()`, an existing client loads
// its services from a new copy.
export const TRANSPORT = Symbol.for("scalekit-client.transport");

/** Base class of the generated service clients. */
export abstract class ServiceClient {
  /** @internal */
  declare readonly [TRANSPORT]: Transport;

  constructor(transport: Transport) {
    hide(this, TRANSPORT, transport);
  }

  /** Calls `operation`, such as `OrganizationService.GetOrganization`. */
  protected async unary<Request extends DescMessage, Response extends DescMessage>(
    operation: string,
    request: Request,
    init: MessageInitShape<Request>,
    response: Response,
    options?: CallOptions,
  ): Promise<MessageShape<Response>> {
    const bytes = await this[TRANSPORT].call(operation, encode(operation, request, init), options);
    return bytes.length <= PIECE
      ? json().stringifiable(response, runtime().fromBinary(response, bytes))
      : decoder().decodeInPieces(response, bytes);
  }

  /** Yields the items of all pages. Each page is fetched when the loop reaches it. */
  protected async *pages<Request extends DescMessage, Response extends DescMessage, Item>(
    operation: string,
    request: Request,
    init: MessageInitShape<Request>,
    response: Response,
    items: (page: MessageShape<Response>) => Item[],
    options?: CallOptions,
  ): AsyncGenerator<Item, void, undefined> {
    const seen = new Set<string>();
    let token: string | undefined;
    while (true) {
      const page = await this.unary(
        operation,
        request,
        { ...init, pageToken: token },
        response,
        options,
      );
      yield* items(page);
      const { nextPageToken: next } = page as { nextPageToken?: string };
      // A repeated token would cause an endless loop.
      if (!next || seen.has(next)) {
        return;
      }
      seen.add(next);
      token = next;
    }
  }
}
