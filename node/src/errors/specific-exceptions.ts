import { ScalekitServerException, type ServerExceptionFields } from "./base-exception";

/** The request is wrong in itself (400). */
export class ScalekitBadRequestException extends ScalekitServerException {
  override name = "ScalekitBadRequestException";
}

/** The credentials are missing, wrong or expired (401). */
export class ScalekitUnauthorizedException extends ScalekitServerException {
  override name = "ScalekitUnauthorizedException";
}

/** The credentials do not allow this (403). */
export class ScalekitForbiddenException extends ScalekitServerException {
  override name = "ScalekitForbiddenException";
}

/** There is no such thing (404). */
export class ScalekitNotFoundException extends ScalekitServerException {
  override name = "ScalekitNotFoundException";
}

/** It exists already, or was changed meanwhile (409). */
export class ScalekitConflictException extends ScalekitServerException {
  override name = "ScalekitConflictException";
}

/** Too many requests in a short time (429). */
export class ScalekitTooManyRequestsException extends ScalekitServerException {
  override name = "ScalekitTooManyRequestsException";
}

/** The service failed, or its answer could not be understood (500). */
export class ScalekitInternalServerException extends ScalekitServerException {
  override name = "ScalekitInternalServerException";
}

/** The service does not offer this operation (501). */
export class ScalekitNotImplementedException extends ScalekitServerException {
  override name = "ScalekitNotImplementedException";
}

/** The service is not available or cannot be reached (503). */
export class ScalekitServiceUnavailableException extends ScalekitServerException {
  override name = "ScalekitServiceUnavailableException";
}

/** The deadline of the call passed (504). */
export class ScalekitGatewayTimeoutException extends ScalekitServerException {
  override name = "ScalekitGatewayTimeoutException";
}

/** The call was cancelled (499), or its client is closed. */
export class ScalekitCancelledException extends ScalekitServerException {
  override name = "ScalekitCancelledException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, { httpStatus: 499, grpcStatus: 1, ...fields });
  }
}

/** The request was refused with a status that has no class of its own. */
export class ScalekitUnknownException extends ScalekitServerException {
  override name = "ScalekitUnknownException";
}

/** What the provider behind a tool said. */
export interface IScalekitToolException {
  readonly isToolError: true;
  /** The provider's code of the failure, or an empty string. */
  readonly toolErrorCode: string;
  /** What the provider said, or an empty string. */
  readonly toolErrorMessage: string;
  /** The id of the tool's execution, or an empty string. */
  readonly executionId: string;
}

/** Whether an error was reported by the provider behind a tool. */
export function isToolException(e: unknown): e is ScalekitServerException & IScalekitToolException {
  return e instanceof ScalekitServerException && (e as { isToolError?: unknown }).isToolError === true;
}

/** JavaScript has one base class each, so the four tool classes share their fields this way and by their interfaces. */
function toolError(details: unknown): IScalekitToolException {
  const list: unknown[] = Array.isArray(details) ? details : [];
  const found = list.map((detail) => (detail as { tool_error_info?: Record<string, unknown> } | null)?.tool_error_info);
  const info = found.find((info) => typeof info === "object" && info !== null) ?? {};
  const field = (name: string): string => (typeof info[name] === "string" ? info[name] : "");
  return {
    isToolError: true,
    toolErrorCode: field("tool_error_code"),
    toolErrorMessage: field("tool_error_message"),
    executionId: field("execution_id"),
  };
}

/** The provider behind a tool refused; never retried, because the tool may have acted. */
export interface ScalekitToolException extends IScalekitToolException {}
export class ScalekitToolException extends ScalekitServerException {
  override name = "ScalekitToolException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields.details));
  }
}

/** The provider behind a tool limits the rate of requests (429). */
export interface ScalekitToolRateLimitException extends IScalekitToolException {}
export class ScalekitToolRateLimitException extends ScalekitTooManyRequestsException {
  override name = "ScalekitToolRateLimitException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields.details));
  }
}

/** The provider behind a tool does not accept the account's credentials (401). */
export interface ScalekitToolUnauthorizedException extends IScalekitToolException {}
export class ScalekitToolUnauthorizedException extends ScalekitUnauthorizedException {
  override name = "ScalekitToolUnauthorizedException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields.details));
  }
}

/** The provider behind a tool does not allow this to the account (403). */
export interface ScalekitToolForbiddenException extends IScalekitToolException {}
export class ScalekitToolForbiddenException extends ScalekitForbiddenException {
  override name = "ScalekitToolForbiddenException";

  constructor(error?: unknown, fields: ServerExceptionFields = {}) {
    super(error, fields);
    Object.assign(this, toolError(fields.details));
  }
}
