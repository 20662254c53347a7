import Foundation
import Scalekit
import Testing

private let operation = "OrganizationService.GetOrganization"

@Suite struct ErrorTests {
    private let codes: [(code: String, status: Int, grpc: Int, kind: ScalekitError.Kind)] = [
        ("INVALID_ARGUMENT", 400, 3, .badRequest),
        ("FAILED_PRECONDITION", 400, 9, .badRequest),
        ("OUT_OF_RANGE", 400, 11, .badRequest),
        ("UNAUTHENTICATED", 401, 16, .unauthorized),
        ("PERMISSION_DENIED", 403, 7, .forbidden),
        ("NOT_FOUND", 404, 5, .notFound),
        ("ALREADY_EXISTS", 409, 6, .conflict),
        ("ABORTED", 409, 10, .conflict),
        ("RESOURCE_EXHAUSTED", 429, 8, .tooManyRequests),
        ("CANCELLED", 499, 1, .cancelled),
        ("UNKNOWN", 500, 2, .internalServer),
        ("INTERNAL", 500, 13, .internalServer),
        ("DATA_LOSS", 500, 15, .internalServer),
        ("UNIMPLEMENTED", 501, 12, .notImplemented),
        ("UNAVAILABLE", 503, 14, .serviceUnavailable),
        ("DEADLINE_EXCEEDED", 504, 4, .gatewayTimeout),
    ]

    @Test func everyCodeHasItsKindAndAllFields() async throws {
        let emulator = try Emulator()
        let client = try emulator.client(options: ClientOptions(maxRetries: 0))
        for (code, status, grpc, kind) in codes {
            try await emulator.reset()
            try await emulator.fault(
                operation,
                [
                    "error": [
                        "code": .string(code), "message": .string("message of \(code)"),
                        "error_code": "MY_CODE",
                    ]
                ])
            let error = try await failure { _ = try await client.organizations.get("org_1") }
            #expect(error.kind == kind, "\(code)")
            #expect(error.message.hasSuffix("message of \(code)"), "\(code)")
            #expect(error.httpStatus == status, "\(code)")
            #expect(error.grpcCode == grpc, "\(code)")
            #expect(error.errorCode == "MY_CODE", "\(code)")
            #expect(error.operation == operation, "\(code)")
            #expect(error.requestID != nil, "\(code)")
            #expect(error.isTool == false, "\(code)")
            #expect(error.details?[0]?["error_code"] == "MY_CODE", "\(code)")
            #expect(error.localizedDescription == "\(operation): \(error.message)", "\(code)")
            #expect(!"\(error) \(String(reflecting: error))".contains(emulator.clientSecret))
        }
    }

    @Test func errorsWithoutACodeHaveTheKindOfTheirStatus() async throws {
        let emulator = try Emulator()
        let client = try emulator.client(options: ClientOptions(maxRetries: 0))
        let statuses: [(Double, ScalekitError.Kind)] = [
            (418, .unknown), (404, .notFound), (502, .internalServer), (503, .serviceUnavailable),
        ]
        for (status, kind) in statuses {
            try await emulator.reset()
            try await emulator.fault(
                operation, ["status": .number(status), "body": "<html>a proxy</html>"])
            let error = try await failure { _ = try await client.organizations.get("org_1") }
            #expect(error.kind == kind)
            #expect(error.httpStatus == Int(status))
            #expect(error.details?["body"] == "<html>a proxy</html>")
        }
    }

    @Test func errorsOfToolsHaveAFlagAndTheKindOfTheirStatus() async throws {
        let emulator = try Emulator()
        let client = try emulator.client(options: ClientOptions(maxRetries: 0))
        let tools: [(Double, Double, ScalekitError.Kind)] = [
            (16, 401, .unauthorized), (7, 403, .forbidden), (8, 429, .tooManyRequests),
            (3, 400, .badRequest),
        ]
        for (code, status, kind) in tools {
            try await emulator.reset()
            let type = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"
            let details: JSONValue = [
                [
                    "@type": .string(type), "error_code": "TOOL_ERROR",
                    "tool_error_info": ["tool_error_code": "quota"],
                ]
            ]
            try await emulator.fault(
                "ToolService.ExecuteTool",
                [
                    "status": .number(status),
                    "json": ["code": .number(code), "message": "no", "details": details],
                ])
            let error = try await failure { _ = try await client.tools.execute("gmail_send") }
            #expect(error.isTool)
            #expect(error.kind == kind)
            #expect(error.errorCode == "TOOL_ERROR")
            #expect(error.isRetryable == false)
        }
    }

    @Test func aMissedDeadlineIsAGatewayTimeout() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        try await emulator.fault(operation, ["delay_ms": 60_000])
        let error = try await failure {
            _ = try await client.organizations.get("org_1", timeout: .milliseconds(100))
        }
        #expect(error.kind == .gatewayTimeout)
        #expect(error.message.contains("100ms"))
    }

    @Test func anUnreachableServiceIsUnavailableWithTheCause() async throws {
        let client = try ScalekitClient(
            envURL: "http://127.0.0.1:9", clientID: "skc_1", clientSecret: "secret",
            options: ClientOptions(maxRetries: 0))
        let error = try await failure { _ = try await client.organizations.get("org_1") }
        #expect(error.kind == .serviceUnavailable)
        #expect(error.isRetryable)
        #expect(error.causes.last?.lowercased().contains("refused") == true)
    }

    @Test func responsesThatCannotBeDecodedAreErrors() async throws {
        let emulator = try Emulator()
        let client = try emulator.client(options: ClientOptions(maxRetries: 0))
        let faults: [[String: JSONValue]] = [
            ["effect": "drop"], ["effect": "truncate"], ["status": 200, "body": "{"],
            ["status": 200, "body": "[]"], ["json": [:]],
            ["json": ["organization": ["id": ["not", "text"]]]],
            ["json": ["organization": ["create_time": "yesterday"]]],
        ]
        for fault in faults {
            try await emulator.reset()
            try await emulator.fault(operation, fault)
            let error = try await failure { _ = try await client.organizations.get("org_1") }
            #expect(error.operation == operation, "\(fault)")
            #expect(!error.message.contains("yesterday"))
        }
    }

    @Test func invalidArgumentsAndOptionsAreErrorsBeforeARequest() async throws {
        let url = "https://acme.scalekit.com"
        let invalid: [() throws -> Void] = [
            { _ = try ScalekitClient(envURL: "acme", clientID: "a", clientSecret: "b") },
            { _ = try ScalekitClient(envURL: url, clientID: "", clientSecret: "b") },
            {
                _ = try ScalekitClient(
                    envURL: url, clientID: "a", clientSecret: "b",
                    options: ClientOptions(maxRetries: -1))
            },
            {
                _ = try ScalekitClient(
                    envURL: url, clientID: "a", clientSecret: "b",
                    options: ClientOptions(callTimeout: .seconds(-1)))
            },
            { _ = try PKCE(length: 1) },
            { _ = try PKCE(verifier: "short") },
        ]
        for (index, create) in invalid.enumerated() {
            let error = try await failure { try create() }
            #expect(error.kind == .argument, "\(index)")
            #expect(error.httpStatus == nil, "\(index)")
        }
        let client = try ScalekitClient(envURL: url, clientID: "a", clientSecret: "b")
        let error = try await failure { _ = try await client.call("NoService.NoMethod") }
        #expect(error.kind == .argument)
    }

    @Test func callsOfAClosedClientAreCancelled() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        _ = try await client.organizations.list(pageSize: 10).all()
        client.close()
        client.close()
        let error = try await failure { _ = try await client.organizations.get("org_1") }
        #expect(error.kind == .cancelled)
    }

    @Test func errorsOfTheTokenEndpointHaveTheirCodes() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let error = try await failure {
            _ = try await client.authenticate(
                code: "never-issued", redirectURI: "https://app.acme.com/callback")
        }
        #expect(error.kind == .badRequest)
        #expect(error.errorCode == "invalid_grant")
        #expect(error.operation == "authenticate_with_code")
        let wrong = try ScalekitClient(
            envURL: emulator.url, clientID: emulator.clientID, clientSecret: "not the secret")
        let rejected = try await failure { _ = try await wrong.organizations.get("org_1") }
        #expect(rejected.kind == .unauthorized)
        #expect(!"\(rejected)".contains("not the secret"))
    }
}
