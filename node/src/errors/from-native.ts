import { isFailure, type Failure, type NativeClient } from "../native";
import * as base from "./base-exception";
import { connectCode } from "./status";
import * as specific from "./specific-exceptions";

type ExceptionClass = new (
  message: string,
  fields: base.ServerExceptionFields,
) => base.ScalekitException;

const CLASSES = Object.entries({ ...base, ...specific }) as [string, ExceptionClass][];

/** Every exception class, by its name. */
export const EXCEPTIONS: ReadonlyMap<string, ExceptionClass> = new Map(
  CLASSES.filter(
    ([, value]) =>
      value === base.ScalekitException || value.prototype instanceof base.ScalekitException,
  ),
);

/** The exception that a failure stands for. */
export function fromNative(failure: Failure): base.ScalekitException {
  const Exception = EXCEPTIONS.get(failure.name) ?? base.ScalekitException;
  const { operation, requestId, retryable, httpStatus, grpcStatus, errorCode, details } = failure;
  return new Exception(spelled(failure), {
    operation,
    requestId,
    retryable,
    httpStatus,
    grpcStatus,
    errorCode,
    details: details === undefined ? null : JSON.parse(details),
    ...(failure.causes.length > 0 && { cause: causes(failure.causes) }),
  });
}

/** Errors in each other, as the core has them. */
function causes([message, ...behind]: string[]): Error {
  const error =
    behind.length > 0 ? new Error(message, { cause: causes(behind) }) : new Error(message);
  // Its stack would be that of this line.
  error.stack = `Error: ${message}`;
  return error;
}

/** A value, or the exception that a failure stands for. */
export function checked<T extends string | boolean | NativeClient | readonly string[]>(
  value: T | Failure,
): T {
  if (isFailure(value)) {
    throw fromNative(value);
  }
  return value;
}

/** Operations of the API are named `Service.Method`; the requests for tokens and keys are not. */
const API_OPERATION = /^\w+\./;

/**
 * The message as programs for Node expect it. Failed operations of the API begin with their code in
 * brackets. Options and arguments, which the core writes in snake case, are in camel case. An invalid
 * webhook secret is explained.
 */
function spelled({ name, message, operation, grpcStatus, causes }: Failure): string {
  const text = message.replace("(check env_url)", "(check envUrl)");
  if (name === "ScalekitArgumentException") {
    const camelCase = (name: string) =>
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return text
      .replace(/^[a-z]+(?:_[a-z]+)+/, camelCase)
      .replace(/or allow http explicitly$/, "or set allowInsecureHttp");
  }
  if (name === "WebhookVerificationError" && causes.length > 0) {
    return [text, ...causes].join(": ");
  }
  if (grpcStatus !== undefined && operation !== undefined && API_OPERATION.test(operation)) {
    return `[${connectCode(grpcStatus)}] ${text}`.trimEnd();
  }
  return text;
}
