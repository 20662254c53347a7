package com.scalekit.client.internal

import com.scalekit.client.*
import com.scalekit.client.internal.ffi.Failure
import com.scalekit.client.internal.ffi.NativeException
import com.scalekit.client.internal.json.JsonReader
import java.io.Serializable

/** All fields of an error of the native library. */
internal class ErrorFields(
    val text: String,
    val argument: String? = null,
    val operation: String? = null,
    val requestId: String? = null,
    val retryable: Boolean = false,
    val httpStatus: Int? = null,
    val grpcCode: Int? = null,
    val errorCode: String? = null,
    private val detailsJson: String? = null,
    val tokenReason: String? = null,
    val causes: List<String> = emptyList(),
) : Serializable {
    val details: Any?
        get() = detailsJson?.let { JsonReader(it.toByteArray()).readAny() }

    internal companion object {
        private const val serialVersionUID = 1L
    }
}

/** The exceptions by the class names of the native library. */
internal val EXCEPTIONS: Map<String, (ErrorFields) -> ScalekitException> =
    mapOf(
        "ScalekitException" to ::ScalekitInternalException,
        "ScalekitArgumentException" to { ScalekitArgumentException(it) },
        "WebhookVerificationError" to ::ScalekitWebhookVerificationException,
        "ScalekitValidateTokenFailureException" to ::ScalekitTokenValidationException,
        "ScalekitBadRequestException" to ::ScalekitBadRequestException,
        "ScalekitUnauthorizedException" to ::ScalekitUnauthorizedException,
        "ScalekitForbiddenException" to ::ScalekitForbiddenException,
        "ScalekitNotFoundException" to ::ScalekitNotFoundException,
        "ScalekitConflictException" to ::ScalekitConflictException,
        "ScalekitTooManyRequestsException" to ::ScalekitTooManyRequestsException,
        "ScalekitInternalServerException" to ::ScalekitInternalServerException,
        "ScalekitNotImplementedException" to ::ScalekitNotImplementedException,
        "ScalekitServiceUnavailableException" to ::ScalekitServiceUnavailableException,
        "ScalekitGatewayTimeoutException" to ::ScalekitGatewayTimeoutException,
        "ScalekitCancelledException" to ::ScalekitCancelledException,
        "ScalekitUnknownException" to ::ScalekitUnknownException,
        "ScalekitToolException" to ::ScalekitToolException,
        "ScalekitToolRateLimitException" to ::ScalekitToolRateLimitException,
        "ScalekitToolUnauthorizedException" to ::ScalekitToolUnauthorizedException,
        "ScalekitToolForbiddenException" to ::ScalekitToolForbiddenException,
    )

internal fun Failure.toException(): ScalekitException =
    exception(
        className,
        ErrorFields(
            text = text,
            argument = argument,
            operation = operation,
            requestId = requestId,
            retryable = retryable,
            httpStatus = httpStatus?.toInt(),
            grpcCode = grpcCode,
            errorCode = errorCode,
            detailsJson = details,
            tokenReason = tokenReason,
            causes = causes,
        ),
    )

/** Converts a failure of [JniClient], which is JSON. */
internal fun exceptionOf(reader: JsonReader): ScalekitException {
    val fields = reader.readAny() as Map<*, *>
    return exception(
        fields["class_name"] as String,
        ErrorFields(
            text = fields["text"] as String,
            argument = fields["argument"] as String?,
            operation = fields["operation"] as String?,
            requestId = fields["request_id"] as String?,
            retryable = fields["retryable"] as Boolean,
            httpStatus = (fields["http_status"] as Long?)?.toInt(),
            grpcCode = (fields["grpc_code"] as Long?)?.toInt(),
            errorCode = fields["error_code"] as String?,
            detailsJson = fields["details"] as String?,
            tokenReason = fields["token_reason"] as String?,
            causes = (fields["causes"] as List<*>).map { it.toString() },
        ),
    )
}

private fun exception(className: String, fields: ErrorFields): ScalekitException =
    (EXCEPTIONS[className] ?: ::ScalekitInternalException)(fields)

/** A response that cannot be decoded. */
internal fun badResponse(operation: String, message: String): ScalekitException =
    ScalekitInternalServerException(
        ErrorFields(message, operation = operation, httpStatus = 500, grpcCode = 2)
    )

/** Runs a function of the native library and converts its failure. */
internal inline fun <T> converted(function: () -> T): T =
    try {
        function()
    } catch (error: NativeException.Failed) {
        throw error.failure.toException()
    }
