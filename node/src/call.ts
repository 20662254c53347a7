import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

import { PIECE } from "./decode/piece";
import { ScalekitArgumentException } from "./errors";

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

/** What a call may set for itself whose deadline is the client's. */
export type Cancellation = Pick<CallOptions, "signal">;

/** The road that every operation takes: serialized request in, serialized response out. */
export interface Road {
  call(operation: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}

/** Makes a function that runs `load` once, at its first call: messages are loaded by the first call that needs them. */
export function lazily<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined;
  return () => (loaded ??= { value: load() }).value;
}

/**
 * Gives an object a property that does not show when it is listed, copied or written as JSON. Unlike a private field it
 * is there for methods that are called through a `Proxy` of the object.
 */
export function hide<Key extends symbol, Value>(object: { readonly [key in Key]: Value }, key: Key, value: Value): void {
  Object.defineProperty(object, key, { value, writable: true, configurable: true });
}

const runtime = lazily(() => require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf"));
const kinds = lazily(() => require("./kinds") as typeof import("./kinds"));
const json = lazily(() => require("./stringify") as typeof import("./stringify"));
const large = lazily(() => require("./decode") as typeof import("./decode"));

function encode<Request extends DescMessage>(
  operation: string,
  request: Request,
  init: MessageInitShape<Request>,
): Uint8Array {
  const { create, toBinary } = runtime();
  kinds().checkKinds(request, init as Record<string, unknown>);
  try {
    return toBinary(request, create(request, init));
  } catch (error) {
    // The runtime's text may show the value, which may be a secret.
    const field = /\bscalekit\.v1\.[\w.]+/.exec(error instanceof Error ? error.message : "")?.[0];
    throw new ScalekitArgumentException(`${field ?? "an argument"} cannot take the value given`, { operation });
  }
}

// Shared by all copies of this module: after `jest.resetModules()` a client that was created before
// loads its services from a new copy.
const ROAD = Symbol.for("scalekit-client.road");

/** Base of the generated clients. */
export abstract class ServiceClient {
  /** @internal */
  declare readonly [ROAD]: Road;

  constructor(road: Road) {
    hide(this, ROAD, road);
  }

  /** Calls `operation`, such as `OrganizationService.GetOrganization`. */
  protected async unary<Request extends DescMessage, Response extends DescMessage>(
    operation: string,
    request: Request,
    init: MessageInitShape<Request>,
    response: Response,
    options?: CallOptions,
  ): Promise<MessageShape<Response>> {
    const bytes = await this[ROAD].call(operation, encode(operation, request, init), options);
    return bytes.length <= PIECE
      ? json().stringifiable(response, runtime().fromBinary(response, bytes))
      : large().decodeInPieces(response, bytes);
  }

  /** Calls a paged operation until there are no more pages; a page is fetched when the loop gets to it. */
  protected async *pages<Request extends DescMessage, Response extends DescMessage, Item>(
    operation: string,
    request: Request,
    init: MessageInitShape<Request>,
    response: Response,
    items: (answer: MessageShape<Response>) => Item[],
    options?: CallOptions,
  ): AsyncGenerator<Item, void, undefined> {
    const seen = new Set<string>();
    let token: string | undefined;
    while (true) {
      const answer = await this.unary(operation, request, { ...init, pageToken: token }, response, options);
      yield* items(answer);
      const { nextPageToken: next } = answer as { nextPageToken?: string };
      // A token that comes again would loop for ever.
      if (!next || seen.has(next)) {
        return;
      }
      seen.add(next);
      token = next;
    }
  }
}
