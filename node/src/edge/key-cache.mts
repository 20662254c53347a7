// The cache of the environment's signing keys.

import { Deadline } from "./deadline.mjs";
import { Failure } from "./failure.mjs";
import { send } from "./http.mjs";
import { KeySet } from "./key-set.mjs";
import type { Settings } from "./options.mjs";
import { isolatesRequests, monotonic } from "./platform.mjs";

/**
 * Tokens with an unknown key id cause at most one fetch in this time, and so do stale keys while
 * the endpoint fails.
 */
const COOL_DOWN_MS = 30_000;
/** The cool-down while there are no keys. */
const FIRST_COOL_DOWN_MS = 2_000;
/** The timeout of a fetch that a token with an unknown key id waits for. */
const UNKNOWN_KEY_TIMEOUT_MS = 5_000;
/** How long keys are fresh without `Cache-Control`, and the limits of its `max-age`. */
const FRESH_MS = 600_000;
const SHORTEST_FRESH_MS = 60_000;
const LONGEST_FRESH_MS = 3_600_000;
/** Keys that have been stale for longer are used only after an attempt to fetch new ones. */
const STALE_MS = 300_000;

/** The state of the keys at one point in time. */
interface Snapshot {
  /** The last valid key set. */
  readonly keys: KeySet | undefined;
  readonly staleAt: number;
  readonly unusableAt: number;
  /** When an unknown key id last caused a fetch. */
  readonly unknownAt: number | undefined;
  /** The failure of the latest fetch. */
  readonly failure: Failure | undefined;
}

interface Flight {
  readonly startedAt: number;
  readonly result: Promise<void>;
}

/** The current keys and the fetch of the next ones. */
export class KeyCache {
  readonly #settings: Settings;
  #snapshot: Snapshot | undefined;
  #flight: Flight | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Returns keys. Fetches them if there are none, or if they have been stale for long. Starts to
   * refresh stale keys in the background.
   */
  async usable(deadline: Deadline | undefined, signal: AbortSignal | undefined): Promise<KeySet> {
    if (!this.#snapshot?.keys || monotonic() >= this.#snapshot.unusableAt) {
      const failure = this.#snapshot?.failure;
      if (!this.#snapshot?.keys && failure && monotonic() < this.#snapshot!.staleAt) {
        throw failure;
      }
      await this.#await(this.#fetch(false), deadline, signal);
    }
    const { keys, failure, staleAt } = this.#snapshot!;
    if (!keys) {
      throw failure!;
    }
    if (monotonic() >= staleAt) {
      this.#refreshInBackground();
    }
    return keys;
  }

  /**
   * Fetches the keys for a token whose key id is unknown. Returns `false` if a recent fetch makes
   * another one useless.
   */
  async fetchUnknown(
    deadline: Deadline | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { unknownAt, failure } = this.#snapshot ?? {};
    if (unknownAt === undefined || monotonic() >= unknownAt + COOL_DOWN_MS) {
      await this.#await(this.#fetch(true), deadline, signal);
      return true;
    }
    if (failure) {
      // The latest fetch failed, so the key may exist.
      throw failure;
    }
    return false;
  }

  /** Fetches the keys unless fresh keys are cached. */
  async refresh(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#snapshot?.keys || monotonic() >= this.#snapshot.staleAt) {
      await this.#await(this.#fetch(false), undefined, signal);
      if (this.#snapshot?.failure) {
        throw this.#snapshot.failure;
      }
    }
  }

  async #await(
    fetched: Promise<void>,
    deadline: Deadline | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await (deadline
      ? deadline.limit(fetched)
      : Deadline.run(this.#settings.timeoutMs, signal, () => fetched));
  }

  #refreshInBackground(): void {
    if (!this.#isFetching()) {
      const refresh = this.#fetch(false);
      this.#settings.waitUntil?.(refresh);
    }
  }

  /**
   * Returns `true` while a fetch is in progress. The runtime may end a request without settling its
   * promises, so an old fetch is ignored.
   */
  #isFetching(): boolean {
    return (
      this.#flight !== undefined && monotonic() < this.#flight.startedAt + this.#settings.timeoutMs
    );
  }

  /** Fetches the keys, or awaits the fetch in progress. Does not reject. */
  #fetch(unknown: boolean): Promise<void> {
    if (this.#flight && this.#isFetching() && !isolatesRequests()) {
      return this.#flight.result;
    }
    const flight = { startedAt: monotonic(), result: this.#replace(unknown) };
    this.#flight = flight;
    return flight.result.finally(() => {
      if (this.#flight === flight) {
        this.#flight = undefined;
      }
    });
  }

  async #replace(unknown: boolean): Promise<void> {
    let fetched: Fetched | Failure;
    try {
      fetched = await this.#request(unknown);
    } catch (error) {
      if (!(error instanceof Failure)) {
        throw error;
      }
      fetched = error.context("no signing keys");
    }
    this.#snapshot = after(this.#snapshot, fetched, unknown);
  }

  async #request(unknown: boolean): Promise<Fetched> {
    const { envUrl, userAgent, timeoutMs, maxRetries } = this.#settings;
    const timeout = unknown ? Math.min(timeoutMs, UNKNOWN_KEY_TIMEOUT_MS) : timeoutMs;
    const outgoing = { url: `${envUrl}/keys`, userAgent, secrets: [], maxRetries };
    return Deadline.run(timeout, undefined, async (deadline) => {
      const { headers, body } = await send(outgoing, deadline);
      return { keys: await KeySet.parse(body), freshMs: freshness(headers) };
    });
  }
}

interface Fetched {
  readonly keys: KeySet;
  readonly freshMs: number;
}

/** Returns the state after a fetch. */
function after(
  before: Snapshot | undefined,
  fetched: Fetched | Failure,
  unknown: boolean,
): Snapshot {
  const now = monotonic();
  const unknownAt = unknown ? now : before?.unknownAt;
  const known = before?.keys;
  // An environment may withdraw all its keys, but one that never had any is misconfigured.
  const result =
    !(fetched instanceof Failure) && fetched.keys.isEmpty && !known
      ? Failure.badResponse("no signing keys: the JWKS document contains no RSA signature key")
      : fetched;
  if (result instanceof Failure) {
    return {
      keys: known,
      staleAt: now + (known ? COOL_DOWN_MS : FIRST_COOL_DOWN_MS),
      unusableAt: Math.max(before?.unusableAt ?? now, now + COOL_DOWN_MS),
      unknownAt,
      failure: result,
    };
  }
  const staleAt = now + result.freshMs;
  const unusableAt = staleAt + STALE_MS;
  return { keys: result.keys, staleAt, unusableAt, unknownAt, failure: undefined };
}

/** Returns how long the keys are fresh by `Cache-Control` (RFC 9111), within limits. */
function freshness(headers: Headers): number {
  let fresh = FRESH_MS;
  for (const part of (headers.get("cache-control") ?? "").split(",")) {
    const directive = part.trim().toLowerCase();
    if (directive === "no-store" || directive === "no-cache") {
      return SHORTEST_FRESH_MS;
    }
    const [, seconds] = /^max-age="?(\d+)"?$/.exec(directive) ?? [];
    fresh = seconds === undefined ? fresh : Number(seconds) * 1000;
  }
  return Math.min(Math.max(fresh, SHORTEST_FRESH_MS), LONGEST_FRESH_MS);
}
