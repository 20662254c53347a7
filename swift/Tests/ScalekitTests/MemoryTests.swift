import Foundation
import Scalekit
import Testing

@Suite struct MemoryTests {
    /// Limit of the growth in MiB between the first and the last third.
    private let maxGrowth = 12

    @Test func memoryStaysFlatOverManyCalls() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let token = try await client.accessToken()
        let payload = Data("{}".utf8)
        var readings: [Int] = []
        for round in 1...50_000 {
            let verified = try await client.validateToken(token)
            _ = verified.payload.count
            let isValid = try await client.isValidToken("not a token")
            #expect(!isValid)
            #expect(throws: ScalekitError.self) {
                try client.verifyWebhook(secret: "whsec_c2VjcmV0", headers: [:], payload: payload)
            }
            if round % 10 == 0 {
                let error = try await failure { _ = try await client.organizations.get("org_404") }
                #expect(error.kind == .notFound)
            }
            if round % 12_500 == 0 {
                readings.append(try memory())
                // The log of the emulator is not part of the measurement, but of the machine.
                try await emulator.reset()
            }
        }
        print("memory over 50,000 rounds in MiB: \(readings)")
        #expect(readings.last! - readings.first! <= maxGrowth)
    }

    @Test func memoryStaysFlatOverManyClients() async throws {
        let emulator = try Emulator()
        var readings: [Int] = []
        for round in 1...2000 {
            let client = try emulator.client()
            _ = try client.authorizationURL(redirectURI: "https://app.acme.com/callback")
            if round % 10 == 0 { _ = try await client.organizations.list(pageSize: 10).all() }
            if round % 2 == 0 { client.close() }
            if round % 500 == 0 { readings.append(try memory()) }
        }
        print("memory over 2,000 clients in MiB: \(readings)")
        #expect(readings.last! - readings.first! <= maxGrowth)
    }
}
