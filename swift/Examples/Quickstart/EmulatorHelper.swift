import ExampleHTTP
import Foundation
import Scalekit

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The browser and the webhook endpoint of the quickstart, for the emulator.
final class EmulatorHelper: Sendable {
    let webhookSecret: String
    private let origin: String
    private let server: HTTPServer
    private let deliveries: AsyncStream<HTTPRequest>

    /// Returns `nil` if the environment is not an emulator.
    static func start(_ envURL: String) async throws -> EmulatorHelper? {
        let host = URL(string: envURL)?.host() ?? ""
        guard ["127.0.0.1", "localhost", "::1"].contains(host) else { return nil }
        return try await EmulatorHelper(envURL)
    }

    private init(_ origin: String) async throws {
        self.origin = origin
        let (deliveries, arrived) = AsyncStream<HTTPRequest>.makeStream()
        self.deliveries = deliveries
        server = try HTTPServer { request in
            arrived.yield(request)
            return HTTPResponse(204)
        }
        var request = URLRequest(url: URL(string: "\(origin)/_emulator/webhooks")!)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "content-type")
        request.httpBody = Data(#"{"url": "http://127.0.0.1:\#(server.port)/"}"#.utf8)
        let (body, _) = try await URLSession.shared.data(for: request)
        let webhook = try JSONDecoder().decode(JSONValue.self, from: body)
        webhookSecret = webhook["secret"]?.stringValue ?? ""
    }

    /// Opens an authorization URL and returns the query of the callback.
    func signIn(_ url: URL) async throws -> [String: String] {
        let end = try await follow(url)
        let items = URLComponents(string: end)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    /// Follows redirects. Returns the first URL outside of the emulator.
    func follow(_ url: URL) async throws -> String {
        var current = url
        while current.absoluteString.hasPrefix(origin) {
            let (_, response) = try await session.data(from: current)
            let location = (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "location")
            guard let next = location.flatMap({ URL(string: $0, relativeTo: current) }) else {
                throw Unexpected("the login ended at \(current)")
            }
            current = next.absoluteURL
        }
        return current.absoluteString
    }

    /// Returns the next delivery of an event type.
    func delivery(of type: String) async throws -> HTTPRequest {
        for await delivery in deliveries {
            let event = try JSONDecoder().decode(JSONValue.self, from: delivery.body)
            if event["type"]?.stringValue == type { return delivery }
        }
        throw Unexpected("the endpoint stopped")
    }
}

/// Keeps cookies and does not follow redirects.
private let session = URLSession(
    configuration: .ephemeral, delegate: NoRedirects(), delegateQueue: nil)

private final class NoRedirects: NSObject, URLSessionTaskDelegate, Sendable {
    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
