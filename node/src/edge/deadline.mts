import { ScalekitCancelledException, ScalekitGatewayTimeoutException } from "./errors.mjs";
import { Failure } from "./failure.mjs";
import { monotonic } from "./platform.mjs";

/** The time limit of a call, and the signal of its caller. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #end: () => void;
  readonly #endsAt: number;

  /** @param caller Cancels the call when it is aborted. */
  private constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    const message = `timeout: no response within ${timeoutMs} ms`;
    const fields = { httpStatus: 504, grpcStatus: 4 };
    const timeout = new Failure(ScalekitGatewayTimeoutException, message, fields);
    this.#endsAt = monotonic() + timeoutMs;
    // Longer delays would overflow and fire at once.
    const delay = Math.min(timeoutMs, 2 ** 31 - 1);
    const timer = setTimeout(() => this.#controller.abort(timeout), delay);
    const cancel = () => this.#controller.abort(cancelled(caller?.reason));
    if (caller?.aborted) {
      cancel();
    }
    caller?.addEventListener("abort", cancel, { once: true });
    this.#end = () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", cancel);
    };
  }

  /** Runs `work` with a deadline. */
  static async run<T>(
    timeoutMs: number,
    caller: AbortSignal | undefined,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = new this(timeoutMs, caller);
    try {
      return await deadline.limit(work(deadline));
    } finally {
      deadline.#end();
    }
  }

  /** Aborted when the time has passed or the caller has cancelled the call. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The milliseconds until the time has passed. */
  get remaining(): number {
    return this.#endsAt - monotonic();
  }

  /** Rejects when the deadline has passed, even if `work` cannot be cancelled. */
  limit<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      // The reason is more useful than the error of the aborted work.
      const fail = (error: unknown) => reject(signal.aborted ? signal.reason : error);
      signal.addEventListener("abort", abort, { once: true });
      work.then(resolve, fail).finally(() => signal.removeEventListener("abort", abort));
      if (signal.aborted) {
        abort();
      }
    });
  }

  /** Waits. Rejects when the deadline has passed. */
  async wait(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await this.limit(new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds))));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Returns the reason of an aborted signal, or an exception if the reason is not an error. */
function cancelled(reason: unknown): unknown {
  const kind = Object.prototype.toString.call(reason);
  return reason instanceof Error || kind === "[object Error]" || kind === "[object DOMException]"
    ? reason
    : new ScalekitCancelledException("the call was aborted", { cause: reason });
}
