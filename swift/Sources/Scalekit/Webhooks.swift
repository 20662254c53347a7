public import Foundation

extension ScalekitClient {
    /// Verifies the signature and the time of a webhook.
    ///
    /// ```swift
    /// try client.verifyWebhook(
    ///     secret: secret, headers: request.headers, payload: request.body)
    /// ```
    ///
    /// - Parameters:
    ///   - secret: The secret of the webhook, which begins with `whsec_`.
    ///   - headers: All headers of the request. Names are compared without case.
    ///   - payload: The body exactly as it was received.
    ///   - now: The time of the verification. Default: now.
    /// - Throws: ``ScalekitError`` of the kind `webhookVerification` if the webhook is rejected.
    public func verifyWebhook(
        secret: String, headers: [String: String], payload: Data, now: Date? = nil
    ) throws {
        try checks.verify(secret, headers.lazy.map { ($0, $1) }, payload, now)
    }

    /// Verifies a webhook whose headers are a list, in which names can be repeated.
    ///
    /// - Parameters:
    ///   - secret: The secret of the webhook, which begins with `whsec_`.
    ///   - headers: All headers of the request. Names are compared without case.
    ///   - payload: The body exactly as it was received.
    ///   - now: The time of the verification. Default: now.
    /// - Throws: ``ScalekitError`` of the kind `webhookVerification` if the webhook is rejected.
    public func verifyWebhook(
        secret: String, headers: [(String, String)], payload: Data, now: Date? = nil
    ) throws {
        try checks.verify(secret, headers, payload, now)
    }

    /// Verifies the signature and the time of an interceptor request.
    ///
    /// - Parameters:
    ///   - secret: The secret of the interceptor, which begins with `whsec_`.
    ///   - headers: All headers of the request. Names are compared without case.
    ///   - payload: The body exactly as it was received.
    ///   - now: The time of the verification. Default: now.
    /// - Throws: ``ScalekitError`` of the kind `webhookVerification` if the request is rejected.
    public func verifyInterceptor(
        secret: String, headers: [String: String], payload: Data, now: Date? = nil
    ) throws {
        try checks.verify(secret, headers.lazy.map { ($0, $1) }, payload, now, isInterceptor: true)
    }

    /// Verifies an interceptor request whose headers are a list, in which names can be repeated.
    ///
    /// - Parameters:
    ///   - secret: The secret of the interceptor, which begins with `whsec_`.
    ///   - headers: All headers of the request. Names are compared without case.
    ///   - payload: The body exactly as it was received.
    ///   - now: The time of the verification. Default: now.
    /// - Throws: ``ScalekitError`` of the kind `webhookVerification` if the request is rejected.
    public func verifyInterceptor(
        secret: String, headers: [(String, String)], payload: Data, now: Date? = nil
    ) throws {
        try checks.verify(secret, headers, payload, now, isInterceptor: true)
    }
}
