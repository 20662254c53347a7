import { isFailure, type Failure, type NativeClient, type NativeWebAuth } from "../runtime/native";
import * as base from "./base-exception";
import { connectCode } from "./status";
import * as specific from "./specific-exceptions";

type ExceptionClass = new (
  message: string,
  fields: base.ServerExceptionFields,
) => base.ScalekitException;

const CLASSES = Object.entries({ ...base, ...specific }) as [string, ExceptionClass][];

/** The exception classes of the core by name. */
export const EXCEPTIONS: ReadonlyMap<string, ExceptionClass> = new Map(
  CLASSES.filter(
    ([name, value]) =>
      // Only thrown in this package.
      name !== "ScalekitModifierException" &&
      (value === base.ScalekitException || value.prototype instanceof base.ScalekitException),
  ),
);

/** Converts a failure of the addon to an exception. */
export function fromNative(failure: Failure): base.ScalekitException {
  const Exception = EXCEPTIONS.get(failure.name) ?? base.ScalekitException;
  const { operation, requestId, retryable, httpStatus, grpcStatus, errorCode, details } = failure;
  return new Exception(messageOf(failure), {
    operation,
    requestId,
    retryable,
    httpStatus,
    grpcStatus,
    errorCode,
    details: details === undefined ? null : JSON.parse(details),
    ...(failure.causes.length > 0 && { cause: nestedCauses(failure.causes) }),
  });
}

/** Converts messages, outermost first, to errors that are nested by `cause`. */
function nestedCauses([message, ...inner]: string[]): Error {
  const error =
    inner.length > 0 ? new Error(message, { cause: nestedCauses(inner) }) : new Error(message);
  // The error occurred in the core, so a JavaScript stack would be misleading.
  error.stack = `Error: ${message}`;
  return error;
}

/** Returns a value of the addon. Throws if it is a failure. */
export function checked<
  T extends string | boolean | NativeClient | NativeWebAuth | readonly string[],
>(value: T | Failure): T {
  if (isFailure(value)) {
    throw fromNative(value);
  }
  return value;
}

/**
 * Converts the core's message to the format of Node programs:
 *
 * - Messages of failed API operations start with the code in brackets.
 * - Messages about an invalid webhook secret include the reason.
 */
function messageOf({ name, message, operation, grpcStatus, causes }: Failure): string {
  if (name === "WebhookVerificationError" && causes.length > 0) {
    return [message, ...causes].join(": ");
  }
  // Operations of the API are called `Service.Method`; requests for tokens and keys have no dot.
  if (grpcStatus !== undefined && operation?.includes(".")) {
    return `[${connectCode(grpcStatus)}] ${message}`.trimEnd();
  }
  return message;
}
