import Foundation
import Scalekit
import ScalekitTypes
import Testing

/// The conformance plan: the exact request of each operation, and its full response.
struct Plan: Decodable {
    struct Operation: Decodable {
        let operation: String
        let cases: [Case]
    }

    struct Case: Decodable {
        let request: JSONValue
        let response: JSONValue
        let http: HTTP
    }

    struct HTTP: Decodable {
        let method: String
        let path: String
        let query: [[String]]
        let body: JSONValue?
    }

    let operations: [Operation]

    static func read() throws -> Plan {
        let path = root.appending(path: "tests/conformance/operations.json")
        return try JSONDecoder().decode(Plan.self, from: Data(contentsOf: path))
    }
}

@Suite struct ConformanceTests {
    @Test func everyOperationSendsTheExactRequestAndReturnsTheFullResponse() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let plan = try Plan.read()
        var cases = 0
        for operation in plan.operations {
            let types = try #require(operationTypes[operation.operation])
            for planned in operation.cases {
                try await emulator.fault(
                    operation.operation, ["times": 1, "json": planned.response])
                try await run(operation.operation, planned, types.0, types.1, client)
                let sent = try await emulator.admin(
                    "GET", "requests?operation=\(operation.operation)")
                try check(sent.arrayValue?.last ?? .null, planned.http, operation.operation)
                cases += 1
            }
        }
        #expect(plan.operations.count == 150)
        #expect(cases >= 150)
        #expect(try await emulator.admin("GET", "requests?unmatched=true") == [])
    }

    private func run<Request: Message, Response: Message>(
        _ operation: String, _ planned: Plan.Case, _: Request.Type, _: Response.Type,
        _ client: ScalekitClient
    ) async throws {
        let request = try decode(Request.self, planned.request)
        let found: Response = try await client.calls.send(operation, request, timeout: nil)
        #expect(try decode(Response.self, planned.response) == found, "\(operation)")
        // The text contains every field of the plan, so no field was lost.
        #expect(try encode(found) == planned.response, "\(operation)")
        #expect(try encode(request) == planned.request, "\(operation)")
    }

    private func check(_ sent: JSONValue, _ http: Plan.HTTP, _ operation: String) throws {
        #expect(sent["method"]?.stringValue == http.method, "\(operation)")
        #expect(sent["path"]?.stringValue == http.path, "\(operation)")
        #expect(pairs(sent["query"]?.stringValue ?? "") == sorted(http.query), "\(operation)")
        let text = sent["body"]?.stringValue ?? ""
        let body = text.isEmpty ? .null : try json(text)
        #expect(body == http.body ?? .null, "\(operation)")
    }

    private func pairs(_ query: String) -> [[String]] {
        // In a query, `+` is a space.
        let pairs = query.replacing("+", with: "%20").split(separator: "&").map { pair in
            pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.removingPercentEncoding ?? String($0)
            }
        }
        return sorted(pairs)
    }

    private func sorted(_ pairs: [[String]]) -> [[String]] {
        pairs.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func decode<T: Decodable>(_ type: T.Type, _ value: JSONValue) throws -> T {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(value))
    }

    private func encode(_ value: some Encodable) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
    }
}
