import { defaultMaxListeners, getMaxListeners, setMaxListeners } from "node:events";
import { types } from "node:util";

import { ScalekitCancelledException } from "../errors";
import { fromNative } from "../errors/from-native";
import { native, type Failure, type NativeMailbox, type Output } from "./native";
import * as validate from "./validate";

type Callback = (failure: Failure | null | undefined, output: Output) => void;

/** The callbacks of running tasks, by task id. */
const callbacks = new Map<number, Callback>();
let lastId = 0;

/** Receives the results of tasks. Open while tasks are running. Keeps the process alive. */
let mailbox: NativeMailbox | undefined;

function deliver(id: number, failure: Failure | null | undefined, output: Output): void {
  take(id)?.(failure, output);
}

/** Removes and returns the callback of a task. Closes the mailbox after the last task. */
function take(id: number): Callback | undefined {
  const callback = callbacks.get(id);
  if (callbacks.delete(id) && callbacks.size === 0 && mailbox !== undefined) {
    native().closeMailbox(mailbox);
    mailbox = undefined;
  }
  return callback;
}

/**
 * Starts a background task and waits for its output. If the signal is aborted, the task and its
 * request are cancelled and the promise rejects with the signal's reason.
 */
export async function runInBackground(
  start: (mailbox: NativeMailbox, id: number) => Failure | null,
  cancellation: unknown,
): Promise<Output> {
  const signal = validate.optionalSignal("signal", cancellation);
  if (signal?.aborted) {
    throw abortError(signal);
  }
  // Ids wrap around at 2 ** 32. An id may still be in use by a task that is very old.
  do {
    lastId = (lastId + 1) >>> 0;
  } while (callbacks.has(lastId));
  const id = lastId;
  let abort: (() => void) | undefined;
  try {
    const result = await new Promise<{ failure: Failure | null | undefined; output: Output }>(
      (resolve, reject) => {
        const openMailbox = (mailbox ??= native().openMailbox(deliver));
        callbacks.set(id, (failure, output) => resolve({ failure, output }));
        let startFailure: Failure | null;
        try {
          startFailure = start(openMailbox, id);
        } catch (error) {
          take(id);
          throw error;
        }
        if (startFailure) {
          take(id)?.(startFailure, undefined);
        } else if (signal) {
          abort = () => {
            native().cancel(openMailbox, id);
            take(id);
            reject(abortError(signal));
          };
          allowManyListeners(signal);
          signal.addEventListener("abort", abort, { once: true });
        }
      },
    );
    if (result.failure) {
      // The exception is created here so that its stack contains the caller.
      throw fromNative(result.failure);
    }
    return result.output;
  } finally {
    if (abort) {
      signal?.removeEventListener("abort", abort);
    }
  }
}

/** Prevents Node's warning about more than 10 listeners: one signal may cancel many calls. */
function allowManyListeners(signal: AbortSignal): void {
  try {
    if (getMaxListeners(signal) === defaultMaxListeners) {
      setMaxListeners(0, signal);
    }
  } catch {
    // Signals of polyfills have no limit of listeners.
  }
}

/**
 * Returns the signal's reason. A reason that is not an error becomes the cause of an exception.
 */
export function abortError({ reason }: AbortSignal): unknown {
  return isError(reason)
    ? reason
    : new ScalekitCancelledException("the call was aborted", { cause: reason });
}

/** Returns `true` if a value is an error. Errors of other contexts, such as Jest's, also count. */
function isError(value: unknown): boolean {
  return (
    value instanceof Error ||
    types.isNativeError(value) ||
    Object.prototype.toString.call(value) === "[object DOMException]"
  );
}
