import type { ErrorInfo } from "../pkg/grpc/scalekit/v1/errdetails/errdetails_pb";
import { connectCode, grpcStatusName } from "./status";

/** What any exception may say besides its message. */
export interface ExceptionFields {
  /** The operation that failed, such as `OrganizationService.GetOrganization`. */
  operation?: string;
  /** The id under which the service knows the request. */
  requestId?: string;
  /** Whether the same call may succeed later. */
  retryable?: boolean;
  /** What lies behind. */
  cause?: unknown;
}

/** What the exception of a failed call says. */
export interface ServerExceptionFields extends ExceptionFields {
  /** The HTTP status, or the one that stands for the gRPC code if no answer came. */
  httpStatus?: number;
  /** The number of the gRPC code. */
  grpcStatus?: number;
  /** The service's own name of the failure. */
  errorCode?: string | null;
  /** What else the answer said, as JSON values. */
  details?: unknown;
}

/** The base of every exception of this package. */
export class ScalekitException extends Error {
  override name = "ScalekitException";
  /** The operation that failed, such as `OrganizationService.GetOrganization`. */
  readonly operation: string | undefined;
  /** The id under which the service knows the request: name it when you ask for support. */
  readonly requestId: string | undefined;
  /** Whether the same call may succeed later. What is safe to repeat has been repeated already. */
  readonly retryable: boolean;

  /** @param error what went wrong: its text, or an error, whose message it then is */
  constructor(error?: unknown, fields: ExceptionFields = {}) {
    super(text(error), "cause" in fields ? { cause: fields.cause } : error instanceof Error ? { cause: error } : {});
    this.operation = fields.operation;
    this.requestId = fields.requestId;
    this.retryable = fields.retryable ?? false;
    // What an exception does not have is not shown.
    for (const name of ["operation", "requestId"] as const) {
      Object.defineProperty(this, name, { enumerable: this[name] !== undefined });
    }
  }

  /** What JSON writes: all that is shown, and the message, which the properties of an error do not have. */
  toJSON(): object {
    return Object.assign({ name: this.name, message: this.message }, this);
  }
}

/** An argument, option or configuration of which no request can be made. */
export class ScalekitArgumentException extends ScalekitException {
  override name = "ScalekitArgumentException";
}

/** A webhook or interceptor payload whose signature does not hold. */
export class WebhookVerificationError extends ScalekitException {
  override name = "WebhookVerificationError";
}

/** A token that is malformed, forged, expired, or lacks what was asked of it. */
export class ScalekitValidateTokenFailureException extends ScalekitException {
  override name = "ScalekitValidateTokenFailureException";
}

/** The service refused a call, or could not be reached. */
export class ScalekitServerException extends ScalekitException {
  override name = "ScalekitServerException";
  /** The HTTP status or, if no answer came, the one that stands for the gRPC code. */
  readonly httpStatus: number;
  /** The number of the gRPC code: 5 for `NOT_FOUND`, and so on. */
  readonly grpcStatus: number;
  /** The service's own name of the failure, such as `RESOURCE_NOT_FOUND`. */
  readonly errorCode: string | null;
  /**
   * What else the answer said: the service's details, as messages; `{ error: … }` from the token endpoint;
   * `{ body: … }`, the first bytes of an answer that is not the service's; `null` without an answer.
   */
  readonly errDetails: any;

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    this.httpStatus = fields.httpStatus ?? 500;
    this.grpcStatus = fields.grpcStatus ?? 2;
    this.errorCode = fields.errorCode ?? null;
    const details = fields.details ?? null;
    this.errDetails = Array.isArray(details) ? unpack(details) : details;
    Object.defineProperty(this, "errDetails", { enumerable: details !== null });
  }

  /** The service's details, as messages. */
  get unpackedDetails(): ErrorInfo[] {
    return Array.isArray(this.errDetails) ? this.errDetails : [];
  }

  /** Operation, status, codes, message and request id in one line. */
  override toString(): string {
    const where = this.operation === undefined ? "" : `${this.operation}: `;
    const code = this.errorCode === null ? "" : ` [${this.errorCode}]`;
    const which = this.requestId === undefined ? "" : ` (request id: ${this.requestId})`;
    const status = `${this.httpStatus} ${grpcStatusName(this.grpcStatus)}`;
    const prefix = `[${connectCode(this.grpcStatus)}] `;
    const message = this.message.startsWith(prefix)
      ? this.message.slice(prefix.length)
      : this.message;
    return `${this.name}: ${where}${status}${code}: ${message}${which}`;
  }
}

function text(error: unknown): string {
  if (error instanceof Error) {
    return error.message;
  }
  if (typeof error === "string") {
    return error;
  }
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" && message !== "" ? message : "Unknown error";
}

/** Details that are no `ErrorInfo`, or one that cannot be read, are passed over: they must not hide the failure. */
function unpack(details: any[]): ErrorInfo[] {
  if (details.length === 0) {
    return [];
  }
  const { fromJson } = require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf");
  const { ErrorInfoSchema } =
    require("../pkg/grpc/scalekit/v1/errdetails/errdetails_pb") as typeof import("../pkg/grpc/scalekit/v1/errdetails/errdetails_pb");
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
