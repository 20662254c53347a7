import Foundation
import Scalekit
import Testing

/// Requests to third-party services.
@Suite struct RequestTests {
    private func start() async throws -> (Emulator, ScalekitClient) {
        let emulator = try Emulator()
        try await emulator.addAccount()
        return (emulator, try emulator.client())
    }

    private func send(
        _ client: ScalekitClient, _ path: String = "/a", body: RequestBody? = nil,
        timeout: Duration? = nil
    ) async throws -> RawResponse {
        try await client.request(
            path, connectionName: "gmail", identifier: "ada", body: body, timeout: timeout)
    }

    @Test func aRequestHasAMethodAQueryHeadersAndABody() async throws {
        let (emulator, client) = try await start()
        let response = try await client.request(
            "gmail/v1/send?a=1", connectionName: "gmail", identifier: "ada", method: "post",
            query: [URLQueryItem(name: "b c", value: "&"), URLQueryItem(name: "b c", value: "ü")],
            headers: ["X-Trace": "7"],
            body: .json(["to": ["ada@acme.com"], "urgent": true, "copies": 2]))
        #expect(response.status == 200 && response.isSuccessful)
        #expect(response.header("Content-Type") == "application/json")
        let sent = try response.json()
        #expect(sent["method"] == "POST")
        #expect(sent["path"] == "/gmail/v1/send")
        #expect(sent["query"] == "a=1&b+c=%26&b+c=%C3%BC")
        #expect(sent["headers"]?["x-trace"] == "7")
        #expect(sent["headers"]?["content-type"] == "application/json")
        #expect(sent["json"] == ["to": ["ada@acme.com"], "urgent": true, "copies": 2])
        let requests = try await emulator.admin("GET", "requests?operation=proxy")
        #expect(requests[0]?["headers"]?["identifier"] == "ada")
    }

    @Test func aBodyIsAFormOrBytes() async throws {
        let (_emulator, client) = try await start()
        let form = try await send(
            client, body: .form([URLQueryItem(name: "text", value: "a b&c")])
        ).json()
        #expect(form["body"] == "text=a+b%26c")
        #expect(form["headers"]?["content-type"] == "application/x-www-form-urlencoded")
        let bytes = try await send(client, body: .bytes(Data("a,b".utf8))).json()
        #expect(bytes["body"] == "a,b")
        #expect(bytes["headers"]?["content-type"] == nil)
        withExtendedLifetime(_emulator) {}
    }

    @Test func aResponseHasAnyStatusAndAnyContent() async throws {
        let (emulator, client) = try await start()
        try await emulator.admin(
            "POST", "proxy-responses",
            ["times": 1, "status": 429, "headers": ["retry-after": "1"]])
        let limited = try await send(client)
        #expect(limited.status == 429 && !limited.isSuccessful)
        #expect(limited.header("Retry-After") == "1" && limited.header("x-missing") == nil)
        #expect(throws: (any Error).self) { try limited.json() }
        try await emulator.admin("POST", "proxy-responses", ["path": "/b", "base64": "AP8B"])
        #expect(try await send(client, "/b").body == Data([0, 255, 1]))
        try await emulator.admin("POST", "proxy-responses", ["path": "/t", "body": "ü"])
        #expect(try await send(client, "/t").text == "ü")
    }

    @Test func invalidArgumentsAreRejectedBeforeARequestIsSent() async throws {
        let (emulator, client) = try await start()
        let unnamed = try await failure {
            _ = try await client.request("/a", connectionName: "", identifier: "ada")
        }
        #expect(unnamed.kind == .argument && unnamed.argument == "connectionName")
        let outside = try await failure { _ = try await send(client, "/../api/v1/users") }
        #expect(outside.kind == .argument && outside.argument == "path")
        let number = try await failure { _ = try await send(client, body: .json(.number(.nan))) }
        #expect(number.kind == .argument)
        #expect(try await emulator.admin("GET", "requests?operation=proxy") == [])
    }

    @Test func aRequestHasATimeLimitAndCanBeCancelled() async throws {
        let (emulator, client) = try await start()
        _ = try await client.accessToken()
        try await emulator.admin("POST", "proxy-responses", ["delay_ms": 60_000])
        let late = try await failure { _ = try await send(client, timeout: .milliseconds(50)) }
        #expect(late.kind == .gatewayTimeout)
        let task = Task { try await send(client) }
        while try liveCalls() == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let result = await task.result
        #expect(throws: CancellationError.self) { try result.get() }
    }
}
