// The exception classes of the package. The addon cannot be loaded here, so neither can the module
// that defines them. `instanceof` accepts instances of the classes of `scalekit-client`, and they
// accept these instances.

/** Property of each exception prototype with the class name. All copies of the package share it. */
const CLASS = Symbol.for("scalekit-client.exception");

/** Fields of an exception besides its message. */
export interface ExceptionFields {
  /** The operation that failed, such as `validate_token`. */
  operation?: string | undefined;
  /** The request id that the service assigned. */
  requestId?: string | undefined;
  /** Whether the same call may succeed later. */
  retryable?: boolean | undefined;
  /** The error that caused this one. */
  cause?: unknown;
}

/** Fields of the exception of a failed call. */
export interface ServerExceptionFields extends ExceptionFields {
  /** The HTTP status. Without a response, the status that corresponds to the failure. */
  httpStatus?: number | undefined;
  /** The numeric gRPC code that corresponds to the status. */
  grpcStatus?: number | undefined;
  /** The service's error code, such as `invalid_grant`. */
  errorCode?: string | null | undefined;
  /** Error details of the response, as JSON values. */
  details?: unknown;
}

/** Base class of all exceptions. */
export class ScalekitException extends Error {
  override name = "ScalekitException";
  /** The operation that failed, such as `validate_token`. */
  readonly operation: string | undefined;
  /** The request id that the service assigned. Include it in support requests. */
  readonly requestId: string | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(message?: string, fields: ExceptionFields = {}) {
    super(message, "cause" in fields ? { cause: fields.cause } : {});
    this.operation = fields.operation;
    this.requestId = fields.requestId;
    this.retryable = fields.retryable ?? false;
  }

  static {
    const ordinary = Function.prototype[Symbol.hasInstance];
    Object.defineProperty(this, Symbol.hasInstance, {
      value(this: { readonly prototype: object }, value: unknown): boolean {
        return ordinary.call(this, value) || hasName(value, ownName(this.prototype));
      },
    });
  }

  /** Returns the fields and the message, which is not enumerable, for `JSON.stringify`. */
  toJSON(): object {
    return Object.assign({ name: this.name, message: this.message }, this);
  }
}

/** An invalid argument, option or configuration. No request was sent. */
export class ScalekitArgumentException extends ScalekitException {
  override name = "ScalekitArgumentException";
}

/** The signature of a webhook or interceptor payload is invalid. */
export class WebhookVerificationError extends ScalekitException {
  override name = "WebhookVerificationError";
}

/** A token is malformed, forged or expired, or does not meet the requirements of the validation. */
export class ScalekitValidateTokenFailureException extends ScalekitException {
  override name = "ScalekitValidateTokenFailureException";
}

/** Why a callback does not belong to a login attempt of the browser. */
export type LoginFailure = "not_started" | "state_mismatch" | "expired";

/** A callback does not belong to a login attempt of the browser. */
export class ScalekitLoginException extends ScalekitException {
  override name = "ScalekitLoginException";
  readonly reason: LoginFailure;

  constructor(message: string, fields: ExceptionFields & { reason: LoginFailure }) {
    super(message, fields);
    this.reason = fields.reason;
  }
}

/** The service rejected a call or could not be reached. */
export class ScalekitServerException extends ScalekitException {
  override name = "ScalekitServerException";
  /** The HTTP status. Without a response, the status that corresponds to the failure. */
  readonly httpStatus: number;
  /** The numeric gRPC code that corresponds to the status, such as 16 for 401. */
  readonly grpcStatus: number;
  /** The service's error code, such as `invalid_grant`. */
  readonly errorCode: string | null;
  /** The JSON of an error response, or `null`. */
  readonly errDetails: any;

  constructor(message?: string, fields: ServerExceptionFields = {}) {
    super(message, fields);
    this.httpStatus = fields.httpStatus ?? 500;
    this.grpcStatus = fields.grpcStatus ?? 2;
    this.errorCode = fields.errorCode ?? null;
    this.errDetails = fields.details ?? null;
  }
}

/** The request is invalid (400). */
export class ScalekitBadRequestException extends ScalekitServerException {
  override name = "ScalekitBadRequestException";
}

/** The credentials are missing, invalid or expired (401). */
export class ScalekitUnauthorizedException extends ScalekitServerException {
  override name = "ScalekitUnauthorizedException";
}

/** The credentials do not permit the operation (403). */
export class ScalekitForbiddenException extends ScalekitServerException {
  override name = "ScalekitForbiddenException";
}

/** The resource does not exist (404). */
export class ScalekitNotFoundException extends ScalekitServerException {
  override name = "ScalekitNotFoundException";
}

/** The resource already exists or was changed concurrently (409). */
export class ScalekitConflictException extends ScalekitServerException {
  override name = "ScalekitConflictException";
}

/** The rate limit was exceeded (429). */
export class ScalekitTooManyRequestsException extends ScalekitServerException {
  override name = "ScalekitTooManyRequestsException";
}

/** The service failed or its response could not be parsed (500). */
export class ScalekitInternalServerException extends ScalekitServerException {
  override name = "ScalekitInternalServerException";
}

/** The service does not implement the operation (501). */
export class ScalekitNotImplementedException extends ScalekitServerException {
  override name = "ScalekitNotImplementedException";
}

/** The service is unavailable or cannot be reached (503). */
export class ScalekitServiceUnavailableException extends ScalekitServerException {
  override name = "ScalekitServiceUnavailableException";
}

/** The call timed out (504). */
export class ScalekitGatewayTimeoutException extends ScalekitServerException {
  override name = "ScalekitGatewayTimeoutException";
}

/** The call was cancelled (499). */
export class ScalekitCancelledException extends ScalekitServerException {
  override name = "ScalekitCancelledException";

  constructor(message?: string, fields: ServerExceptionFields = {}) {
    super(message, { httpStatus: 499, grpcStatus: 1, ...fields });
  }
}

/** The response has a status without a specific exception class. */
export class ScalekitUnknownException extends ScalekitServerException {
  override name = "ScalekitUnknownException";
}

for (const Class of [
  ScalekitException,
  ScalekitArgumentException,
  WebhookVerificationError,
  ScalekitValidateTokenFailureException,
  ScalekitLoginException,
  ScalekitServerException,
  ScalekitBadRequestException,
  ScalekitUnauthorizedException,
  ScalekitForbiddenException,
  ScalekitNotFoundException,
  ScalekitConflictException,
  ScalekitTooManyRequestsException,
  ScalekitInternalServerException,
  ScalekitNotImplementedException,
  ScalekitServiceUnavailableException,
  ScalekitGatewayTimeoutException,
  ScalekitCancelledException,
  ScalekitUnknownException,
]) {
  // Minifiers rename classes, so the name is taken from an instance.
  const { name } = new (Class as new (message: string, fields: object) => Error)("", {});
  Object.defineProperty(Class.prototype, CLASS, { value: name });
}

/** Returns `true` if a prototype of `value` is an exception class with this name. */
function hasName(value: unknown, name: string | undefined): boolean {
  if (name === undefined || typeof value !== "object" || value === null) {
    return false;
  }
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype !== null && ownName(prototype) !== name) {
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return prototype !== null;
}

/** Returns the name of an exception class. Subclasses in other packages have none. */
function ownName(prototype: object): string | undefined {
  return Object.hasOwn(prototype, CLASS) ? (prototype as { [CLASS]: string })[CLASS] : undefined;
}
