import { tracingChannel } from "node:diagnostics_channel";

import type { Output } from "./native";

/** An attempt of a call. */
export interface ObservedAttempt {
  /** 1 for the first attempt. */
  number: number;
  /** Milliseconds from the start of the attempt to its end. */
  durationMs: number;
  /** The HTTP status. Missing without a response. */
  status?: number;
  /** The service's id of the request. */
  requestId?: string;
  /** The error message, if the attempt failed. */
  error?: string;
  /** Milliseconds before the next attempt. Missing if this was the last one. */
  waitMs?: number;
}

/** A finished call. */
export interface ObservedCall {
  /** The operation, such as `OrganizationService.GetOrganization`. */
  operation: string;
  /** The HTTP method. Missing if the call failed before its first request. */
  method?: string;
  /** The host of the environment URL. Missing if the call failed before its first request. */
  host?: string;
  /** The port of the environment URL. Missing if the call failed before its first request. */
  port?: number;
  /** The attempts that ended. */
  attempts: ObservedAttempt[];
  /** Milliseconds for all attempts and waits. */
  durationMs: number;
  /** The exception, if the call failed or was cancelled. */
  error?: unknown;
  /** `true` if the signal of the call was aborted. */
  cancelled: boolean;
}

/** The message of the channel `scalekit:call`. All events of a call have the same object. */
export interface CallMessage {
  /** The operation, such as `OrganizationService.GetOrganization`. */
  operation: string;
  /** Headers for the requests. Subscribers of `start` add headers such as `traceparent`. */
  headers: Record<string, string>;
  /**
   * Set for `asyncStart`, `asyncEnd` and `error`: the call. The lookup of an external id is another
   * call before it.
   */
  calls?: ObservedCall[];
  /** Set for `asyncStart`, `asyncEnd` and `error` if the call failed or was cancelled. */
  error?: unknown;
}

/** The channel of calls. */
export const calls = tracingChannel<unknown, CallMessage>("scalekit:call");

const channels = [calls.asyncEnd, calls.start, calls.error, calls.end, calls.asyncStart];

/** A function that makes a call. */
export type Run = (recording?: NativeRecording) => Promise<Output>;

/** An opaque handle of a recording. */
export type NativeRecording = { readonly __recording: never };

/** Makes a call and publishes its events, if the channel has subscribers. */
export function published(
  operation: string,
  signal: AbortSignal | undefined,
  run: Run,
): Promise<Output> {
  for (const channel of channels) {
    if (channel.hasSubscribers) {
      const { observe } = require("./observation") as typeof import("./observation");
      return observe(operation, signal, run);
    }
  }
  return run();
}

/** Writes the calls to the standard error stream if `SCALEKIT_LOG` is `debug`. */
export function startLog(): void {
  if (process.env["SCALEKIT_LOG"]?.toLowerCase() === "debug") {
    const { writeLog } = require("./log") as typeof import("./log");
    writeLog();
  }
}
