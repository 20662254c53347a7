import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A browser that follows redirects one by one, and keeps cookies by origin.
final class Browser {
    private var jars: [String: [String: String]] = [:]

    /// Follows redirects until a URL matches, and returns this URL without opening it.
    func open(_ start: String, until isEnd: (String) -> Bool) async throws -> String {
        var current = start
        for _ in 0..<10 {
            let response = try await get(current)
            guard let location = response.location,
                let next = URL(string: location, relativeTo: URL(string: current))
            else { throw Failure("\(current) has the status \(response.status)") }
            current = next.absoluteString
            if isEnd(current) { return current }
        }
        throw Failure("too many redirects")
    }

    func get(_ url: String) async throws -> Response {
        let parts = URLComponents(string: url)
        let origin = "\(parts?.host ?? ""):\(parts?.port ?? 0)"
        let cookies = jars[origin, default: [:]].map { "\($0)=\($1)" }.joined(separator: "; ")
        let response = try await request(
            "GET", url, headers: cookies.isEmpty ? [:] : ["cookie": cookies])
        for cookie in response.cookies {
            jars[origin, default: [:]][cookie.name] = cookie.value.isEmpty ? nil : cookie.value
        }
        return response
    }
}
