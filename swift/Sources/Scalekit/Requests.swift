public import Foundation
internal import ScalekitNative
public import ScalekitTypes

/// The body of a request to a third-party service.
public enum RequestBody: Sendable {
    /// JSON, with `content-type: application/json` unless that header is set.
    case json(JSONValue)
    /// A form, with `content-type: application/x-www-form-urlencoded` unless that header is set.
    case form([URLQueryItem])
    /// A body of any type. Set its `content-type` in the headers.
    case bytes(Data)
}

extension ScalekitClient {
    /// Sends a request to the API of a third-party service. Scalekit adds the credentials of the
    /// connected account.
    ///
    /// ```swift
    /// let response = try await client.request(
    ///     "/gmail/v1/users/me/messages", connectionName: "gmail", identifier: "ada",
    ///     query: [URLQueryItem(name: "q", value: "is:unread")])
    /// ```
    ///
    /// Redirects are not followed. A request with a body is sent again only if it did not reach the
    /// service.
    ///
    /// - Parameters:
    ///   - path: Path of the API, which may contain a query, but not the segments `.` and `..`.
    ///   - connectionName: Name of the connection.
    ///   - identifier: Your identifier of the owner of the account.
    ///   - method: The HTTP method.
    ///   - query: Parameters of the query.
    ///   - headers: Additional headers. `authorization`, `connection_name`, `identifier` and headers
    ///     of the connection are rejected.
    ///   - body: The body. Default: none.
    ///   - timeout: Time limit of the request with the body of the response. Default:
    ///     `toolTimeout` of the client.
    /// - Returns: The response, with any status.
    /// - Throws: ``ScalekitError`` if an argument is invalid, the service does not respond, or the
    ///   body exceeds 64 MiB; `CancellationError` if the task is cancelled.
    public func request(
        _ path: String,
        connectionName: String,
        identifier: String,
        method: String = "GET",
        query: [URLQueryItem] = [],
        headers: [String: String] = [:],
        body: RequestBody? = nil,
        timeout: Duration? = nil
    ) async throws -> RawResponse {
        let request = ProxyRequest(
            connectionName: connectionName,
            identifier: identifier,
            method: method,
            path: path,
            query: query.map(Parameter.init),
            headers: headers.map { HttpHeader(name: $0.key, value: $0.value) },
            body: try body.map(native),
            timeoutMs: timeout?.milliseconds)
        let response = try await cancellable { [native] cancellation in
            try await native.request(request: request, cancellation: cancellation)
        }
        return RawResponse(response)
    }

    private func native(_ body: RequestBody) throws -> ProxyBody {
        switch body {
        case .json(let value): .json(content: try calls.encode(value, for: "proxy"))
        case .form(let fields): .form(fields: fields.map(Parameter.init))
        case .bytes(let content): .bytes(content: content)
        }
    }
}

extension Parameter {
    fileprivate init(_ item: URLQueryItem) {
        self.init(name: item.name, value: item.value ?? "")
    }
}
