import Foundation
import Scalekit
import ScalekitTypes

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The root of the repository.
let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

/// A program that runs until the object is released.
final class Program: @unchecked Sendable {
    private let process = Process()
    private let input = Pipe()
    /// The first lines of the output.
    let lines: [String]

    init(_ variable: String, _ path: String, _ arguments: [String] = [], lines count: Int) throws {
        let environment = ProcessInfo.processInfo.environment
        process.executableURL =
            environment[variable].map(URL.init(fileURLWithPath:)) ?? root.appending(path: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var text = Data()
        while text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
            <= count
        {
            let bytes = output.fileHandleForReading.availableData
            if bytes.isEmpty { throw Failure("\(path) exited before it was ready") }
            text += bytes
        }
        lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    deinit {
        // The threads that run tests block SIGTERM, and the program has inherited that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A new emulator process.
final class Emulator: Sendable {
    let url: String
    let clientID: String
    let clientSecret: String
    private let program: Program

    init() throws {
        program = try Program(
            "SCALEKIT_EMULATOR_BIN", "target/debug/scalekit-emulator",
            ["--port", "0", "--stop-with-stdin", "--auto-approve"], lines: 3)
        var variables: [Substring: String] = [:]
        for line in program.lines {
            let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1)
            variables[parts[0]] = String(parts[1])
        }
        url = variables["SCALEKIT_ENVIRONMENT_URL"] ?? ""
        clientID = variables["SCALEKIT_CLIENT_ID"] ?? ""
        clientSecret = variables["SCALEKIT_CLIENT_SECRET"] ?? ""
    }

    func client(options: ClientOptions = ClientOptions()) throws -> ScalekitClient {
        try ScalekitClient(
            envURL: url, clientID: clientID, clientSecret: clientSecret, options: options)
    }

    @discardableResult
    func admin(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue
    {
        try await request(method, "\(url)/_emulator/\(path)", body).json()
    }

    /// Sets the response of the next calls of an operation.
    func fault(_ operation: String, _ fault: [String: JSONValue]) async throws {
        var fault = fault
        fault["operation"] = .string(operation)
        try await admin("POST", "faults", .object(fault))
    }

    /// Adds a connected account of `ada`.
    func addAccount() async throws {
        let connection: JSONValue = [
            "id": "conn_1", "key_id": "gmail", "provider_key": "GMAIL", "type": "OAUTH",
        ]
        let account: JSONValue = [
            "identifier": "ada", "connector": "gmail", "provider": "GMAIL",
            "connection_id": "conn_1",
        ]
        try await admin("POST", "seed", ["connections": [connection], "accounts": [account]])
    }

    func reset() async throws {
        try await admin("POST", "reset", [:])
    }
}

/// The server of the attack suite.
final class AttackServer: Sendable {
    let url: String
    private let program: Program

    init() throws {
        program = try Program("SCALEKIT_ATTACK_SERVER_BIN", "target/debug/attack-server", lines: 1)
        url = program.lines[0]
    }

    func get<T: Decodable>(_ path: String, as type: T.Type) async throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: await request("GET", "\(url)/\(path)").body)
    }
}

struct Response {
    let status: Int
    let location: String?
    let cookies: [(name: String, value: String)]
    let body: Data

    func json() throws -> JSONValue {
        body.isEmpty ? .null : try JSONDecoder().decode(JSONValue.self, from: body)
    }
}

/// Sends an HTTP request and does not follow redirects.
@discardableResult
func request(
    _ method: String, _ url: String, _ body: JSONValue? = nil, headers: [String: String] = [:]
) async throws -> Response {
    var request = URLRequest(url: URL(string: url)!)
    request.httpMethod = method
    if let body {
        request.httpBody = try JSONEncoder().encode(body)
        request.setValue("application/json", forHTTPHeaderField: "content-type")
    }
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    return try await send(request)
}

func send(_ request: URLRequest) async throws -> Response {
    let (body, response) = try await sharedSession.data(for: request)
    let http = response as! HTTPURLResponse
    let isError = http.statusCode >= 400 && http.url?.path.hasPrefix("/_emulator/") == true
    if isError { throw Failure("\(http.statusCode): \(String(decoding: body, as: UTF8.self))") }
    let fields = http.allHeaderFields as? [String: String] ?? [:]
    let cookies = HTTPCookie.cookies(withResponseHeaderFields: fields, for: request.url!)
    return Response(
        status: http.statusCode, location: http.value(forHTTPHeaderField: "location"),
        cookies: cookies.map { ($0.name, $0.value) }, body: body)
}

private let sharedSession: URLSession = {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpShouldSetCookies = false
    configuration.httpCookieAcceptPolicy = .never
    return URLSession(configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
}()

private final class NoRedirects: NSObject, URLSessionTaskDelegate, Sendable {
    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
