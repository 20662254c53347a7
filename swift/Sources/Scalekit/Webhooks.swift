public import Foundation
public import ScalekitTypes

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

    /// Verifies the signature and the time of a webhook, and returns its event.
    ///
    /// The API does not define the list of event types or the fields of `data`: compare `type` with
    /// the types that you handle. An unknown kind of `object` keeps its name.
    ///
    /// ```swift
    /// let event = try client.parseWebhook(
    ///     secret: secret, headers: request.headers, payload: request.body)
    /// if event.type == "user.created" { print(event.data?["email"]?.stringValue ?? "") }
    /// ```
    ///
    /// - Parameters:
    ///   - secret: The secret of the webhook, which begins with `whsec_`.
    ///   - headers: All headers of the request. Names are compared without case.
    ///   - payload: The body exactly as it was received.
    ///   - now: The time of the verification. Default: now.
    /// - Throws: ``ScalekitError`` of the kind `webhookVerification` if the webhook is rejected, and
    ///   of the kind `argument` if the payload has a valid signature but is not an event.
    public func parseWebhook(
        secret: String, headers: [String: String], payload: Data, now: Date? = nil
    ) throws -> ScalekitEvent {
        try verifyWebhook(secret: secret, headers: headers, payload: payload, now: now)
        return try event(payload)
    }

    /// Verifies and parses a webhook whose headers are a list, in which names can be repeated.
    ///
    /// - Parameters:
    ///   - secret: The secret of the webhook, which begins with `whsec_`.
    ///   - headers: All headers of the request. Names are compared without case.
    ///   - payload: The body exactly as it was received.
    ///   - now: The time of the verification. Default: now.
    /// - Throws: ``ScalekitError`` of the kind `webhookVerification` if the webhook is rejected, and
    ///   of the kind `argument` if the payload has a valid signature but is not an event.
    public func parseWebhook(
        secret: String, headers: [(String, String)], payload: Data, now: Date? = nil
    ) throws -> ScalekitEvent {
        try verifyWebhook(secret: secret, headers: headers, payload: payload, now: now)
        return try event(payload)
    }

    private func event(_ payload: Data) throws -> ScalekitEvent {
        // Not the error of the parser, which may contain a part of the payload.
        let json = try? uniqueNames(payload)
        let event = json.flatMap { try? JSONDecoder().decode(ScalekitEvent.self, from: $0) }
        guard let event, !event.type.isEmpty else {
            throw ScalekitError(
                kind: .argument,
                message: "the payload has a valid signature but is not an event")
        }
        return event
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
