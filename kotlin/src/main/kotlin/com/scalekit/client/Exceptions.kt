package com.scalekit.client

import com.scalekit.client.internal.ErrorFields

/**
 * The base class of all exceptions of this package. No exception contains a secret, so all of them
 * may be logged.
 */
public sealed class ScalekitException(@get:JvmSynthetic internal val fields: ErrorFields) :
    RuntimeException(fields.text) {
    /** The option or argument that the message names first, such as `envUrl`. */
    public val argument: String?
        get() = fields.argument

    /** The failed operation, such as `OrganizationService.GetOrganization`. */
    public val operation: String?
        get() = fields.operation

    /** The service's id of the request, for support tickets. */
    public val requestId: String?
        get() = fields.requestId

    /** Whether repeating the call is safe and may succeed. */
    public val isRetryable: Boolean
        get() = fields.retryable

    /**
     * The HTTP status, or the status that corresponds to the failure. `null` if no request was
     * sent.
     */
    public val httpStatus: Int?
        get() = fields.httpStatus

    /** The numeric gRPC code of the service, or the code that corresponds to the failure. */
    public val grpcCode: Int?
        get() = fields.grpcCode

    /**
     * The service's error code, such as `RESOURCE_NOT_FOUND`, or `invalid_grant` from the token
     * endpoint.
     */
    public val errorCode: String?
        get() = fields.errorCode

    /** The details of the response: maps, lists, texts, numbers, booleans and `null`. */
    public val details: Any?
        get() = fields.details

    /** The messages of the causes in the native library, outermost first. */
    public val causes: List<String>
        get() = fields.causes

    /** Returns the class, the message, and the operation, status, error code and request id. */
    override fun toString(): String {
        val notes =
            listOfNotNull(
                operation,
                httpStatus?.let { "HTTP $it" },
                errorCode,
                requestId?.let { "request $it" },
            )
        val suffix = if (notes.isEmpty()) "" else notes.joinToString(", ", " (", ")")
        return "${javaClass.name}: $message$suffix"
    }
}

/** An invalid argument or option. No request was sent. */
public class ScalekitArgumentException internal constructor(fields: ErrorFields) :
    ScalekitException(fields) {
    internal constructor(message: String) : this(ErrorFields(message))
}

/** A failure inside the client. Please report it. */
public class ScalekitInternalException internal constructor(fields: ErrorFields) :
    ScalekitException(fields)

/** A webhook or interceptor request was rejected. */
public class ScalekitWebhookVerificationException internal constructor(fields: ErrorFields) :
    ScalekitException(fields)

/** A token was rejected. */
public class ScalekitTokenValidationException internal constructor(fields: ErrorFields) :
    ScalekitException(fields) {
    /** The reason, such as `expired`. */
    public val reason: String?
        get() = fields.tokenReason
}

/** The service rejected a call, or the call failed. */
public sealed class ScalekitServerException(fields: ErrorFields) : ScalekitException(fields)

/** 400: the service rejected the request. */
public class ScalekitBadRequestException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 401: the credentials are missing or invalid. */
public class ScalekitUnauthorizedException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 403: the credentials do not allow the call. */
public class ScalekitForbiddenException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 404: the resource does not exist. */
public class ScalekitNotFoundException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 409: the resource already exists, or a concurrent call changed it. */
public class ScalekitConflictException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 429: a quota or rate limit is exceeded. */
public class ScalekitTooManyRequestsException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 500, any other 5xx status, or a response that cannot be decoded. */
public class ScalekitInternalServerException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 501: the operation is not supported. */
public class ScalekitNotImplementedException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 503, or the service cannot be reached. */
public class ScalekitServiceUnavailableException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** 504, or the call missed its deadline. */
public class ScalekitGatewayTimeoutException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** The call was cancelled, or the client is closed. */
public class ScalekitCancelledException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** Any other response: another 4xx status, or a redirect. */
public class ScalekitUnknownException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** An executed tool reported an error. */
public open class ScalekitToolException internal constructor(fields: ErrorFields) :
    ScalekitServerException(fields)

/** An executed tool reported that a rate limit is exceeded. */
public class ScalekitToolRateLimitException internal constructor(fields: ErrorFields) :
    ScalekitToolException(fields)

/** An executed tool reported missing or invalid credentials. */
public class ScalekitToolUnauthorizedException internal constructor(fields: ErrorFields) :
    ScalekitToolException(fields)

/** An executed tool reported missing permissions. */
public class ScalekitToolForbiddenException internal constructor(fields: ErrorFields) :
    ScalekitToolException(fields)
