import { ScalekitServerException, type ServerExceptionFields } from "./base-exception";

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

/** The call was cancelled (499) or the client is closed. */
export class ScalekitCancelledException extends ScalekitServerException {
  override name = "ScalekitCancelledException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, { httpStatus: 499, grpcStatus: 1, ...fields });
  }
}

/** The response has a status without a specific exception class. */
export class ScalekitUnknownException extends ScalekitServerException {
  override name = "ScalekitUnknownException";
}

/** Fields of an error that the provider behind a tool reported. */
export interface IScalekitToolException {
  readonly isToolError: true;
  /** The provider's error code, or an empty string. */
  readonly toolErrorCode: string;
  /** The provider's error message, or an empty string. */
  readonly toolErrorMessage: string;
  /** The id of the tool execution, or an empty string. */
  readonly executionId: string;
  /**
   * Whether the user must authorize the connected account again (401).
   * `client.actions.getAuthorizationLinkFor(error)` creates the link.
   */
  readonly needsAuthorization: boolean;
}

/** Returns `true` if the provider behind a tool reported the error. */
export function isToolException(e: unknown): e is ScalekitServerException & IScalekitToolException {
  return (
    e instanceof ScalekitServerException && (e as { isToolError?: unknown }).isToolError === true
  );
}

/**
 * Returns the fields that the four tool exceptions share. They cannot inherit them: each class
 * already derives from the exception of its status.
 */
function toolError({ details, httpStatus }: ServerExceptionFields): IScalekitToolException {
  const list: unknown[] = Array.isArray(details) ? details : [];
  const infos = list.map(
    (detail) => (detail as { tool_error_info?: Record<string, unknown> } | null)?.tool_error_info,
  );
  const info = infos.find((info) => typeof info === "object" && info !== null) ?? {};
  const field = (name: string): string => (typeof info[name] === "string" ? info[name] : "");
  return {
    isToolError: true,
    toolErrorCode: field("tool_error_code"),
    toolErrorMessage: field("tool_error_message"),
    executionId: field("execution_id"),
    needsAuthorization: httpStatus === 401,
  };
}

/** The provider behind a tool rejected the request. Not retried: the tool may have had effects. */
export interface ScalekitToolException extends IScalekitToolException {}
export class ScalekitToolException extends ScalekitServerException {
  override name = "ScalekitToolException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields));
  }
}

/** The rate limit of the provider behind a tool was exceeded (429). */
export interface ScalekitToolRateLimitException extends IScalekitToolException {}
export class ScalekitToolRateLimitException extends ScalekitTooManyRequestsException {
  override name = "ScalekitToolRateLimitException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields));
  }
}

/** The provider behind a tool rejected the credentials of the connected account (401). */
export interface ScalekitToolUnauthorizedException extends IScalekitToolException {}
export class ScalekitToolUnauthorizedException extends ScalekitUnauthorizedException {
  override name = "ScalekitToolUnauthorizedException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields));
  }
}

/** The provider behind a tool does not permit the operation for the connected account (403). */
export interface ScalekitToolForbiddenException extends IScalekitToolException {}
export class ScalekitToolForbiddenException extends ScalekitForbiddenException {
  override name = "ScalekitToolForbiddenException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields));
  }
}
