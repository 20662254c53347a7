import { checked } from "../errors/from-native";
import {
  calls as channel,
  type CallMessage,
  type NativeRecording,
  type ObservedCall,
  type Run,
} from "./diagnostics";
import { native, type Output } from "./native";

/** A call as the addon records it. Durations are in seconds. */
interface RecordedCall {
  operation: string;
  method: string;
  host: string;
  port: number;
  attempts: {
    number: number;
    duration: number;
    status: number | null;
    request_id: string | null;
    error: string | null;
    wait: number | null;
  }[];
  duration: number | null;
}

/**
 * Makes a call and publishes the events of `TracingChannel.tracePromise`.
 *
 * That method is not used: its message contains the response, and the stack of its exceptions does
 * not contain the caller.
 */
export async function observe(
  operation: string,
  signal: AbortSignal | undefined,
  run: Run,
): Promise<Output> {
  const message: CallMessage = { operation, headers: {} };
  const { start, end, asyncStart, asyncEnd, error } = channel;
  const started = performance.now();
  let recording: NativeRecording | undefined;
  const finish = (failure?: { error: unknown }) => {
    const durationMs = performance.now() - started;
    message.calls = observedCalls(operation, recording, durationMs, failure, signal);
    if (failure) {
      message.error = failure.error;
      error.publish(message);
    }
    asyncStart.publish(message);
    asyncEnd.publish(message);
  };
  try {
    const promise = start.runStores(message, () => {
      recording = native().recordCall(headersOf(message));
      return run(recording);
    });
    end.publish(message);
    const output = await promise;
    finish();
    return output;
  } catch (error) {
    finish({ error });
    throw error;
  }
}

/** Returns the headers that subscribers added. Values that are not strings are ignored. */
function headersOf({ headers }: CallMessage): [string, string][] {
  return Object.entries(headers).filter(([, value]) => typeof value === "string");
}

function observedCalls(
  operation: string,
  recording: NativeRecording | undefined,
  durationMs: number,
  failure: { error: unknown } | undefined,
  signal: AbortSignal | undefined,
): ObservedCall[] {
  const json = recording ? checked(native().recordedCalls(recording)) : "[]";
  const recorded = JSON.parse(json) as RecordedCall[];
  const failed = failure && { error: failure.error };
  const cancelled = failure !== undefined && signal?.aborted === true;
  const sent = recorded.at(-1)?.operation === operation;
  const calls = recorded.map((call, index): ObservedCall => {
    const last = !sent || index === recorded.length - 1;
    return {
      operation: call.operation,
      method: call.method,
      host: call.host,
      port: call.port,
      attempts: call.attempts.map(({ number, duration, status, request_id, error, wait }) => ({
        number,
        durationMs: duration * 1000,
        ...(status !== null && { status }),
        ...(request_id !== null && { requestId: request_id }),
        ...(error !== null && { error }),
        ...(wait !== null && { waitMs: wait * 1000 }),
      })),
      // A cancelled request ends in the background.
      durationMs: call.duration === null ? durationMs : call.duration * 1000,
      ...(last && failed),
      cancelled: last && cancelled,
    };
  });
  // Without a request, an argument was invalid or the lookup of an external id failed.
  return sent ? calls : [...calls, { operation, attempts: [], durationMs, ...failed, cancelled }];
}
