import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A request that the server received.
public struct HTTPRequest: Sendable {
    public let method: String
    public let path: String
    public let query: [String: String]
    /// Names are in lower case.
    public let headers: [String: String]
    /// The bytes as they were received.
    public let body: Data

    /// Returns a cookie.
    public func cookie(_ name: String) -> String? {
        let pairs = (headers["cookie"] ?? "").split(separator: ";").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        return pairs.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}

/// The response of a handler.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: [(String, String)]
    public var body: String

    public init(_ status: Int, _ body: String = "", headers: [(String, String)] = []) {
        self.status = status
        self.body = body
        self.headers = headers
    }

    public static func redirect(to url: String, headers: [(String, String)] = []) -> HTTPResponse {
        HTTPResponse(302, headers: [("location", url)] + headers)
    }
}

/// A small HTTP/1.1 server for examples, with one connection per request. Use a framework, such as
/// Hummingbird or Vapor, in an application.
public final class HTTPServer: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private let socket: Int32
    /// The port that the server listens on.
    public let port: UInt16

    /// Listens on the loopback interface. The port 0 is a free port.
    public init(port: UInt16 = 0, handler: @escaping Handler) throws {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let socket = Self.socket(stream)
        var enabled: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &enabled, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let error = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, size) == 0 && listen(socket, 64) == 0
                    && getsockname(socket, address, &size) == 0
            }
        }
        guard error else { throw POSIXError(.EADDRINUSE) }
        self.socket = socket
        self.port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread {
            while true {
                let connection = accept(socket, nil, nil)
                if connection < 0 { return }
                Task { await Self.serve(connection, handler) }
            }
        }
    }

    private static func socket(_ type: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.socket(AF_INET, type, 0)
        #else
            Darwin.socket(AF_INET, type, 0)
        #endif
    }

    /// Closes the socket.
    public func stop() {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    private static func serve(_ connection: Int32, _ handler: Handler) async {
        defer { close(connection) }
        guard let request = read(connection) else { return }
        let response = await handler(request)
        var head = "HTTP/1.1 \(response.status) Status\r\nconnection: close\r\n"
        head += "content-length: \(response.body.utf8.count)\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        var rest = Array("\(head)\r\n\(response.body)".utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
            if written <= 0 { return }
            rest = rest.dropFirst(written)
        }
    }

    private static func read(_ connection: Int32) -> HTTPRequest? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let separator = Data("\r\n\r\n".utf8)
        while true {
            if let end = data.range(of: separator) {
                let head = String(decoding: data[..<end.lowerBound], as: UTF8.self)
                let headers = Self.headers(head)
                let length = Int(headers["content-length"] ?? "0") ?? 0
                if data.count - end.upperBound >= length {
                    let body = Data(data[end.upperBound...].prefix(length))
                    return request(head, headers, body)
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            if count <= 0 { return nil }
            data += buffer[..<count]
        }
    }

    private static func headers(_ head: String) -> [String: String] {
        let lines = head.components(separatedBy: "\r\n").dropFirst()
        let pairs = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            return (parts.first.map { $0.lowercased() } ?? "", value)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private static func request(_ head: String, _ headers: [String: String], _ body: Data)
        -> HTTPRequest?
    {
        let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count == 3, let url = URLComponents(string: String(words[1])) else {
            return nil
        }
        let items = (url.queryItems ?? []).map { ($0.name, $0.value ?? "") }
        return HTTPRequest(
            method: String(words[0]), path: url.path,
            query: Dictionary(items) { first, _ in first }, headers: headers, body: body)
    }
}
