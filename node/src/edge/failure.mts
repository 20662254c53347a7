import * as errors from "./errors.mjs";

type ExceptionClass = new (
  message: string,
  fields: errors.ServerExceptionFields,
) => errors.ScalekitException;

/** gRPC codes and exception classes by HTTP status. */
const STATUSES: Readonly<Record<number, [code: number, Exception: ExceptionClass]>> = {
  400: [3, errors.ScalekitBadRequestException],
  401: [16, errors.ScalekitUnauthorizedException],
  403: [7, errors.ScalekitForbiddenException],
  404: [5, errors.ScalekitNotFoundException],
  409: [6, errors.ScalekitConflictException],
  429: [8, errors.ScalekitTooManyRequestsException],
  499: [1, errors.ScalekitCancelledException],
  501: [12, errors.ScalekitNotImplementedException],
  503: [14, errors.ScalekitServiceUnavailableException],
  504: [4, errors.ScalekitGatewayTimeoutException],
};
const INTERNAL = 13;
const UNKNOWN = 2;

/**
 * A failure inside of the client. The method of the client converts it to an exception, which then
 * has the operation. Several calls can share a failure, such as a failed fetch of the keys.
 */
export class Failure {
  readonly Exception: ExceptionClass;
  readonly message: string;
  readonly fields: errors.ServerExceptionFields;

  constructor(
    Exception: ExceptionClass,
    message: string,
    fields: errors.ServerExceptionFields = {},
  ) {
    this.Exception = Exception;
    this.message = message;
    this.fields = fields;
  }

  /** A rejected token. */
  static token(reason: string): Failure {
    return new this(errors.ScalekitValidateTokenFailureException, reason);
  }

  /** An error response. */
  static status(
    status: number,
    message: string,
    fields: errors.ServerExceptionFields = {},
  ): Failure {
    const isUnknown = status >= 400 && status < 500;
    const [code, Exception] = STATUSES[status] ?? [
      status >= 500 ? INTERNAL : UNKNOWN,
      isUnknown ? errors.ScalekitUnknownException : errors.ScalekitInternalServerException,
    ];
    const httpStatus = status < 400 ? 500 : status;
    return new this(Exception, message, { httpStatus, grpcStatus: code, ...fields });
  }

  /** A response with a success status that cannot be used. */
  static badResponse(message: string): Failure {
    const fields = { httpStatus: 500, grpcStatus: UNKNOWN };
    return new this(errors.ScalekitInternalServerException, message, fields);
  }

  /** Returns the failure with a context in front of its message. */
  context(context: string): Failure {
    return new Failure(this.Exception, `${context}: ${this.message}`, this.fields);
  }
}

/** Awaits a part of an operation. Converts a failure to an exception with the operation. */
export async function withOperation<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) {
      throw new error.Exception(error.message, { ...error.fields, operation });
    }
    throw error;
  }
}
