import { defaultMaxListeners, getMaxListeners, setMaxListeners } from "node:events";
import { types } from "node:util";

import type { Cancellation } from "./call";
import * as checks from "./checks";
import { ScalekitCancelledException } from "./errors";
import { fromNative } from "./errors/from-native";
import { native, type Answer, type Failure, type NativeMailbox } from "./native";

type Settle = (failure: Failure | null | undefined, answer: Answer) => void;

/** Who waits for what is under way. */
const waiting = new Map<number, Settle>();
let last = 0;

/** Open while somebody waits, which keeps the process alive. */
let mailbox: NativeMailbox | undefined;

function deliver(id: number, failure: Failure | null | undefined, answer: Answer): void {
  take(id)?.(failure, answer);
}

function take(id: number): Settle | undefined {
  const settle = waiting.get(id);
  if (waiting.delete(id) && waiting.size === 0 && mailbox !== undefined) {
    native().closeMailbox(mailbox);
    mailbox = undefined;
  }
  return settle;
}

/**
 * Begins work in the background and waits for its answer. An abort drops the work with its request, and rejects with
 * the signal's reason.
 */
export async function work(
  begin: (mailbox: NativeMailbox, id: number) => Failure | null,
  options?: Cancellation | null,
): Promise<Answer> {
  const signal = checks.optionalSignal("signal", checks.options("options", options).signal);
  if (signal?.aborted) {
    throw reason(signal);
  }
  // A number that is taken belongs to a call that has been waiting for billions of others.
  do {
    last = (last + 1) >>> 0;
  } while (waiting.has(last));
  const id = last;
  let abort: (() => void) | undefined;
  try {
    const failureOrAnswer = await new Promise<{ failure: Failure | null | undefined; answer: Answer }>(
      (resolve, reject) => {
        const box = (mailbox ??= native().openMailbox(deliver));
        waiting.set(id, (failure, answer) => resolve({ failure, answer }));
        let refused: Failure | null;
        try {
          refused = begin(box, id);
        } catch (error) {
          take(id);
          throw error;
        }
        if (refused) {
          take(id)?.(refused, undefined);
        } else if (signal) {
          abort = () => {
            native().cancel(box, id);
            take(id);
            reject(reason(signal));
          };
          permitMany(signal);
          signal.addEventListener("abort", abort, { once: true });
        }
      },
    );
    if (failureOrAnswer.failure) {
      // Made here, so that its stack shows who called.
      throw fromNative(failureOrAnswer.failure);
    }
    return failureOrAnswer.answer;
  } finally {
    if (abort) {
      signal?.removeEventListener("abort", abort);
    }
  }
}

/** One signal for many calls is how it is meant, but Node would warn of the eleventh. */
function permitMany(signal: AbortSignal): void {
  try {
    if (getMaxListeners(signal) === defaultMaxListeners) {
      setMaxListeners(0, signal);
    }
  } catch {
    // It is no signal of this runtime, so nobody counts.
  }
}

/** What an aborted call rejects with: the signal's reason or, if that is no error, an exception with it as its cause. */
function reason({ reason }: AbortSignal): unknown {
  return isError(reason) ? reason : new ScalekitCancelledException("the call was aborted", { cause: reason });
}

/** Also of another context, as Jest has them. */
function isError(value: unknown): boolean {
  return (
    value instanceof Error ||
    types.isNativeError(value) ||
    Object.prototype.toString.call(value) === "[object DOMException]"
  );
}
