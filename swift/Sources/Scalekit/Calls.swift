public import Foundation
internal import ScalekitNative
public import ScalekitTypes

/// The HTTP response of an operation or of a third-party service.
public struct RawResponse: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The HTTP headers. The names are in lower case.
    public let headers: [(name: String, value: String)]
    /// The body. The body of an operation is JSON text.
    public let body: Data

    package init(status: Int, headers: [(name: String, value: String)], body: Data) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(_ response: CallResponse) {
        self.init(
            status: Int(response.status),
            headers: response.headers.map { ($0.name, $0.value) },
            body: response.body)
    }

    /// Whether the status is 2xx.
    public var isSuccessful: Bool { (200..<300).contains(status) }

    /// The body as UTF-8 text. Invalid bytes are replaced.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// Returns the first header with a name, in any letter case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name == name }?.value
    }

    /// Parses the body as JSON.
    public func json() throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: body)
    }
}

/// Sends the JSON requests of operations.
package protocol Transport: Sendable {
    func call(_ operation: String, body: Data, timeout: Duration?) async throws -> RawResponse
}

/// Calls operations with typed messages.
package struct Calls: Sendable {
    let transport: any Transport

    package func send<Request: Encodable, Response: Decodable>(
        _ operation: String, _ request: Request, timeout: Duration?
    ) async throws -> Response {
        let body = try encode(request, for: operation)
        let response = try await transport.call(operation, body: body, timeout: timeout)
        do {
            return try JSONDecoder().decode(Response.self, from: response.body)
        } catch let error as DecodingError {
            throw ScalekitError(
                kind: .internalServer,
                message: "the response cannot be decoded: \(error.summary)",
                operation: operation,
                httpStatus: response.status)
        }
    }

    func encode(_ request: some Encodable, for operation: String) throws -> Data {
        do {
            return try JSONEncoder().encode(request)
        } catch {
            throw ScalekitError(
                kind: .argument,
                message: "the request cannot be encoded: \(error)",
                operation: operation)
        }
    }

    /// Returns a message of a response, which the service always sends.
    func required<T>(_ value: T?, _ field: String, of operation: String) throws -> T {
        guard let value else {
            throw ScalekitError(
                kind: .internalServer,
                message: "the response does not contain \(field)",
                operation: operation,
                httpStatus: 200)
        }
        return value
    }
}

/// Calls operations through the native library.
struct NativeTransport: Transport {
    let native: NativeClient

    func call(_ operation: String, body: Data, timeout: Duration?) async throws -> RawResponse {
        let request = CallRequest(
            operation: operation, body: body, timeoutMs: timeout?.milliseconds)
        let response = try await cancellable { [native] cancellation in
            try await native.call(request: request, cancellation: cancellation)
        }
        return RawResponse(response)
    }
}

extension DecodingError {
    /// The place and the reason, without the value, which may be secret.
    fileprivate var summary: String {
        let context: Context
        switch self {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
            .dataCorrupted(let found):
            context = found
        @unknown default:
            return "unknown error"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
