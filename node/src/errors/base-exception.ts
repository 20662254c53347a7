import type { ProxyResponse } from "../actions/response";
import type * as errdetails from "../messages/scalekit/v1/errdetails/errdetails_pb";
import type { ErrorInfo } from "../messages/scalekit/v1/errdetails/errdetails_pb";
import type { ExecuteToolResponse } from "../messages/scalekit/v1/tools/tools_pb";

/** Fields of an exception besides its message. */
export interface ExceptionFields {
  /** The operation that failed, such as `OrganizationService.GetOrganization`. */
  operation?: string;
  /** The request id that the service assigned. */
  requestId?: string;
  /** Whether the same call may succeed later. */
  retryable?: boolean;
  /** The error that caused this one. */
  cause?: unknown;
}

/** Fields of the exception of a failed call. */
export interface ServerExceptionFields extends ExceptionFields {
  /** The HTTP status. Without a response, the status that corresponds to the gRPC code. */
  httpStatus?: number;
  /** The numeric gRPC code. */
  grpcStatus?: number;
  /** The service's error code. */
  errorCode?: string | null;
  /** Error details of the response, as JSON values. */
  details?: unknown;
}

/** Base class of all exceptions of this package. */
export class ScalekitException extends Error {
  override name = "ScalekitException";
  /** The operation that failed, such as `OrganizationService.GetOrganization`. */
  readonly operation: string | undefined;
  /** The request id that the service assigned. Include it in support requests. */
  readonly requestId: string | undefined;
  /** Whether the same call may succeed later. Safe calls have already been retried. */
  readonly retryable: boolean;

  /** @param error The message, or an error that provides the message and becomes the cause. */
  constructor(error?: unknown, fields: ExceptionFields = {}) {
    super(
      messageOf(error),
      "cause" in fields ? { cause: fields.cause } : error instanceof Error ? { cause: error } : {},
    );
    this.operation = fields.operation;
    this.requestId = fields.requestId;
    this.retryable = fields.retryable ?? false;
    // Fields without a value are not shown when the exception is logged.
    for (const name of ["operation", "requestId"] as const) {
      Object.defineProperty(this, name, { enumerable: this[name] !== undefined });
    }
  }

  /**
   * Returns the enumerable fields and the message, which is not enumerable, for `JSON.stringify`.
   */
  toJSON(): object {
    return Object.assign({ name: this.name, message: this.message }, this);
  }
}

/** An invalid argument, option or configuration. No request was sent. */
export class ScalekitArgumentException extends ScalekitException {
  override name = "ScalekitArgumentException";
}

/** A post-modifier of `client.actions` returned an invalid value. The tool has already acted. */
export class ScalekitModifierException extends ScalekitException {
  override name = "ScalekitModifierException";
  /** The response of the tool. */
  declare readonly toolResponse: ExecuteToolResponse | undefined;

  constructor(
    error?: unknown,
    fields: ExceptionFields & { toolResponse?: ExecuteToolResponse } = {},
  ) {
    super(error, fields);
    // Not enumerable, so that logged exceptions do not contain the output.
    Object.defineProperty(this, "toolResponse", { value: fields.toolResponse });
  }
}

/** The signature of a webhook or interceptor payload is invalid. */
export class WebhookVerificationError extends ScalekitException {
  override name = "WebhookVerificationError";
}

/** A token is malformed, forged or expired, or does not meet the requirements of the validation. */
export class ScalekitValidateTokenFailureException extends ScalekitException {
  override name = "ScalekitValidateTokenFailureException";
}

/** The service rejected a call or could not be reached. */
export class ScalekitServerException extends ScalekitException {
  override name = "ScalekitServerException";
  /** The HTTP status. Without a response, the status that corresponds to the gRPC code. */
  readonly httpStatus: number;
  /** The numeric gRPC code, such as 5 for `NOT_FOUND`. */
  readonly grpcStatus: number;
  /** The service's error code, such as `RESOURCE_NOT_FOUND`. */
  readonly errorCode: string | null;
  /**
   * Error details of the response:
   *
   * - an array of `ErrorInfo` messages, for an error of the API
   * - `{ error: … }`, for an error of the token endpoint
   * - `{ body: … }` with the start of the body, if the body is not an error of the service
   * - `null`, without a response
   */
  readonly errDetails: any;
  /**
   * The response of a third-party service, if `request` of `client.actions` failed because of its
   * status. Not enumerable, so that logged exceptions do not contain it.
   */
  declare readonly response?: ProxyResponse;

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    this.httpStatus = fields.httpStatus ?? 500;
    this.grpcStatus = fields.grpcStatus ?? 2;
    this.errorCode = fields.errorCode ?? null;
    const details = fields.details ?? null;
    this.errDetails = Array.isArray(details) ? unpack(details) : details;
    Object.defineProperty(this, "errDetails", { enumerable: details !== null });
  }

  /** The `ErrorInfo` messages of the response. Empty if it has none. */
  get unpackedDetails(): ErrorInfo[] {
    return Array.isArray(this.errDetails) ? this.errDetails : [];
  }

  /** Returns the operation, status, codes, message and request id in one line. */
  override toString(): string {
    const { connectCode, grpcStatusName } = require("./status") as typeof import("./status");
    const operation = this.operation === undefined ? "" : `${this.operation}: `;
    const code = this.errorCode === null ? "" : ` [${this.errorCode}]`;
    const requestId = this.requestId === undefined ? "" : ` (request id: ${this.requestId})`;
    const status = `${this.httpStatus} ${grpcStatusName(this.grpcStatus)}`;
    const prefix = `[${connectCode(this.grpcStatus)}] `;
    const message = this.message.startsWith(prefix)
      ? this.message.slice(prefix.length)
      : this.message;
    return `${this.name}: ${operation}${status}${code}: ${message}${requestId}`;
  }
}

/** Returns the message for a value that was passed as the error. */
function messageOf(error: unknown): string {
  if (error instanceof Error) {
    return error.message;
  }
  if (typeof error === "string") {
    return error;
  }
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" && message !== "" ? message : "Unknown error";
}

/**
 * Converts JSON details to `ErrorInfo` messages. Skips other types and invalid details, which must
 * not hide the original error.
 */
function unpack(details: any[]): ErrorInfo[] {
  if (details.length === 0) {
    return [];
  }
  const { fromJson } = require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf");
  const { ErrorInfoSchema } =
    require("../messages/scalekit/v1/errdetails/errdetails_pb") as typeof errdetails;
  return details.flatMap((detail) => {
    const { "@type": type, ...info } = detail ?? {};
    if (typeof type !== "string" || !type.endsWith(".ErrorInfo")) {
      return [];
    }
    try {
      return [fromJson(ErrorInfoSchema, info, { ignoreUnknownFields: true })];
    } catch {
      return [];
    }
  });
}
