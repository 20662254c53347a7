import Foundation
import Scalekit
import Testing

@Suite struct CancellationTests {
    private let operation = "OrganizationService.GetOrganization"

    @Test func aThousandCancelledCallsLeaveNoneAlive() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        // The calls wait for their responses, and not for the access token.
        _ = try await client.accessToken()
        try await emulator.fault(operation, ["delay_ms": 60_000])
        let tasks = (0..<1000).map { _ in
            Task { try await client.organizations.get("org_1", timeout: .seconds(120)) }
        }
        try await wait(for: 1000)
        for task in tasks { task.cancel() }
        for task in tasks {
            let result = await task.result
            #expect(throws: CancellationError.self) { try result.get() }
        }
        try await wait(for: 0)
    }

    @Test func aCancelledTaskSendsNoRequest() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.organizations.get("org_1")
        }
        let result = await task.result
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(try await emulator.admin("GET", "requests?operation=\(operation)") == [])
    }

    @Test func aTimeoutOfTheTaskCancelsTheCall() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        try await emulator.fault(operation, ["delay_ms": 60_000])
        let started = ContinuousClock.now
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await client.organizations.get("org_1") }
                group.addTask { try await Task.sleep(for: .milliseconds(50)) }
                try await group.next()
                group.cancelAll()
                try await group.next()
            }
        }
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    @Test func everyAsynchronousFunctionOfTheClientCanBeCancelled() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        // Its validation waits for the keys, which are not cached yet.
        let token = try await client.accessToken()
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await client.authenticate(code: "a", redirectURI: "https://a.example/cb") },
            { _ = try await client.refresh("token") },
            { _ = try await client.machineToken(clientID: "m2morg_1", clientSecret: "secret") },
            { _ = try await client.accessToken() },
            { _ = try await client.validateToken(token) },
            { _ = try await client.isValidToken(token) },
            { _ = try await client.idpInitiatedLogin(token) },
            { try await client.loadKeys() },
            { _ = try await client.call("UserService.ListUsers") },
            {
                _ = try await client.request(
                    "/a", connectionName: "gmail", identifier: "ada")
            },
            { for try await _ in client.users.list() {} },
        ]
        for (index, call) in calls.enumerated() {
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await call()
            }
            let result = await task.result
            #expect(throws: CancellationError.self, "\(index)") { try result.get() }
        }
    }

    /// Waits until the native library has this number of calls in progress.
    private func wait(for count: UInt64) async throws {
        for _ in 0..<1000 {
            if try liveCalls() == count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("\(try liveCalls()) calls are in progress, not \(count)")
    }
}
