public import Foundation
internal import ScalekitNative
public import ScalekitTypes

/// The error of a failed call, a rejected token or webhook, or an invalid argument.
///
/// ```swift
/// do {
///     try await client.organizations.delete("org_123")
/// } catch let error as ScalekitError where error.kind == .notFound {
///     // The organization does not exist.
/// }
/// ```
public struct ScalekitError: Error, Sendable {
    /// The kinds of errors.
    public enum Kind: String, CaseIterable, Sendable {
        /// An argument or an option is invalid or missing. No request was sent.
        case argument
        /// A token was rejected; see ``ScalekitError/tokenReason``.
        case invalidToken
        /// A webhook or an interceptor request was rejected.
        case webhookVerification
        /// 400: the service rejected the request.
        case badRequest
        /// 401: the credentials are missing or invalid.
        case unauthorized
        /// 403: the credentials do not allow the call.
        case forbidden
        /// 404: the resource does not exist.
        case notFound
        /// 409: the resource already exists, or a concurrent call changed it.
        case conflict
        /// 429: a quota or rate limit is exceeded.
        case tooManyRequests
        /// 500, and every other 5xx status without its own kind.
        case internalServer
        /// 501: the operation is not supported.
        case notImplemented
        /// 503, or the service cannot be reached.
        case serviceUnavailable
        /// 504, or the call missed its deadline.
        case gatewayTimeout
        /// 499: the call was cancelled by the service, or the client is closed. If the task is
        /// cancelled, calls throw `CancellationError` instead.
        case cancelled
        /// Any other response: another 4xx status, or a redirect.
        case unknown
        /// An error inside of the package.
        case `internal`
    }

    /// The kind of the error.
    public let kind: Kind
    /// The message, without the operation.
    public let message: String
    /// The option or argument that is invalid.
    public let argument: String?
    /// The operation that failed, such as `OrganizationService.GetOrganization`.
    public let operation: String?
    /// The request id that the service assigned. Support needs it.
    public let requestID: String?
    /// The same call may succeed later.
    public let isRetryable: Bool
    /// The call executed a tool, and the tool failed.
    public let isTool: Bool
    /// The HTTP status of a failed call.
    public let httpStatus: Int?
    /// The numeric gRPC code of a failed call.
    public let grpcCode: Int?
    /// The error code of the service, such as `RESOURCE_NOT_FOUND`.
    public let errorCode: String?
    /// Details of the response.
    public let details: JSONValue?
    /// The reason for a rejected token, such as `expired`.
    public let tokenReason: String?
    /// The messages of the causes, outermost first.
    public let causes: [String]

    /// Creates an error, for example in tests of error handling.
    public init(
        kind: Kind,
        message: String,
        argument: String? = nil,
        operation: String? = nil,
        requestID: String? = nil,
        isRetryable: Bool = false,
        isTool: Bool = false,
        httpStatus: Int? = nil,
        grpcCode: Int? = nil,
        errorCode: String? = nil,
        details: JSONValue? = nil,
        tokenReason: String? = nil,
        causes: [String] = []
    ) {
        self.kind = kind
        self.message = message
        self.argument = argument
        self.operation = operation
        self.requestID = requestID
        self.isRetryable = isRetryable
        self.isTool = isTool
        self.httpStatus = httpStatus
        self.grpcCode = grpcCode
        self.errorCode = errorCode
        self.details = details
        self.tokenReason = tokenReason
        self.causes = causes
    }
}

extension ScalekitError: LocalizedError, CustomStringConvertible {
    /// The operation and the message.
    public var description: String {
        operation.map { "\($0): \(message)" } ?? message
    }

    /// The operation and the message.
    public var errorDescription: String? { description }

    /// The reason for a rejected token, or the error code of the service.
    public var failureReason: String? { tokenReason ?? errorCode }
}

extension ScalekitError {
    init(_ error: NativeError) {
        switch error {
        case .Failed(let failure): self.init(failure)
        }
    }

    private init(_ failure: Failure) {
        let (kind, isTool) = Kind.of(exception: failure.className, httpStatus: failure.httpStatus)
        self.init(
            kind: kind,
            message: failure.text,
            argument: failure.argument,
            operation: failure.operation,
            requestID: failure.requestId,
            isRetryable: failure.retryable,
            isTool: isTool,
            httpStatus: failure.httpStatus.map(Int.init),
            grpcCode: failure.grpcCode.map(Int.init),
            errorCode: failure.errorCode,
            details: failure.details.flatMap {
                try? JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))
            },
            tokenReason: failure.tokenReason,
            causes: failure.causes)
    }

    /// Decodes the failure of a C function.
    init(json: Data) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let failure = try? decoder.decode(CheckFailure.self, from: json) else {
            self.init(kind: .internal, message: "the native library returned no error")
            return
        }
        self.init(
            kind: Kind.of(exception: failure.className, httpStatus: nil).kind,
            message: failure.text,
            argument: failure.argument,
            operation: failure.operation,
            isRetryable: failure.retryable,
            tokenReason: failure.tokenReason,
            causes: failure.causes)
    }
}

/// The failure of a C function. A check of a token or webhook has no HTTP response.
private struct CheckFailure: Decodable {
    let className: String
    let text: String
    let argument: String?
    let operation: String?
    let retryable: Bool
    let tokenReason: String?
    let causes: [String]
}

extension ScalekitError.Kind {
    /// Returns the kind of an exception class of the other languages, and whether a tool has failed.
    package static func of(exception: String, httpStatus: UInt16?) -> (kind: Self, isTool: Bool) {
        switch exception {
        case "ScalekitArgumentException": (.argument, false)
        case "ScalekitValidateTokenFailureException": (.invalidToken, false)
        case "WebhookVerificationError": (.webhookVerification, false)
        case "ScalekitBadRequestException": (.badRequest, false)
        case "ScalekitUnauthorizedException": (.unauthorized, false)
        case "ScalekitForbiddenException": (.forbidden, false)
        case "ScalekitNotFoundException": (.notFound, false)
        case "ScalekitConflictException": (.conflict, false)
        case "ScalekitTooManyRequestsException": (.tooManyRequests, false)
        case "ScalekitInternalServerException": (.internalServer, false)
        case "ScalekitNotImplementedException": (.notImplemented, false)
        case "ScalekitServiceUnavailableException": (.serviceUnavailable, false)
        case "ScalekitGatewayTimeoutException": (.gatewayTimeout, false)
        case "ScalekitCancelledException": (.cancelled, false)
        case "ScalekitUnknownException", "ScalekitServerException": (.unknown, false)
        case "ScalekitToolRateLimitException": (.tooManyRequests, true)
        case "ScalekitToolUnauthorizedException": (.unauthorized, true)
        case "ScalekitToolForbiddenException": (.forbidden, true)
        case "ScalekitToolException": (of(httpStatus: httpStatus), true)
        default: (.internal, false)
        }
    }

    private static func of(httpStatus: UInt16?) -> Self {
        switch httpStatus {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        case 429: .tooManyRequests
        case 499: .cancelled
        case 501: .notImplemented
        case 503: .serviceUnavailable
        case 504: .gatewayTimeout
        case .some(500...599): .internalServer
        default: .unknown
        }
    }
}
