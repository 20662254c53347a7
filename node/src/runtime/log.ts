import { calls, type CallMessage, type ObservedCall } from "./diagnostics";

// All copies of this module share the symbol, so that each line is written once.
const LOG = Symbol.for("scalekit-client.log");

/** Writes the attempts and the calls to the standard error stream. */
export function writeLog(): void {
  const shared = globalThis as { [LOG]?: boolean };
  if (!shared[LOG]) {
    shared[LOG] = true;
    calls.asyncEnd.subscribe((message) => {
      for (const call of (message as CallMessage).calls ?? []) {
        process.stderr.write(lines(call));
      }
    });
  }
}

function lines(call: ObservedCall): string {
  const time = new Date().toISOString();
  const { operation, attempts, durationMs, error, cancelled } = call;
  const texts = attempts.map((attempt) => {
    const status = attempt.status ?? "no response";
    const duration = attempt.durationMs.toFixed(1);
    const parts = [`${operation} attempt ${attempt.number}: ${status} in ${duration} ms`];
    if (attempt.requestId !== undefined) {
      parts.push(`request ${attempt.requestId}`);
    }
    if (attempt.waitMs !== undefined) {
      parts.push(`retry in ${(attempt.waitMs / 1000).toFixed(2)} s`);
    }
    if (attempt.error !== undefined) {
      parts.push(attempt.error);
    }
    return parts.join(", ");
  });
  const failed = "error" in call ? `failed with ${errorName(error)}` : "succeeded";
  const result = cancelled ? "cancelled" : failed;
  texts.push(`${operation} ${result} in ${durationMs.toFixed(1)} ms, attempts: ${attempts.length}`);
  return texts.map((text) => `${time} scalekit DEBUG ${text}\n`).join("");
}

/** Returns the class name of an exception. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
