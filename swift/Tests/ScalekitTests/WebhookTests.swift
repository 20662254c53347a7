import Foundation
import Scalekit
import Testing

@Suite struct WebhookTests {
    // A known signature: HMAC-SHA256 with the key `a key of thirty-two bytes, or so`.
    private let secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgb3Igc28="
    private let body = Data(#"{"type":"user.created"}"#.utf8)
    private let time = Date(timeIntervalSince1970: 1_700_000_000)
    private let signature = "v1,uNjND91Y1MQPKpJ898647nErKs7iqC6vj5d6jDUJokY="

    private func headers(_ prefix: String) -> [String: String] {
        [
            "\(prefix)-id": "msg_1", "\(prefix)-timestamp": "1700000000",
            "\(prefix)-signature": signature, "host": "app.acme.com",
        ]
    }

    private func client(tolerance: Duration? = nil) throws -> ScalekitClient {
        try ScalekitClient(
            envURL: "https://acme.scalekit.com", clientID: "skc_1", clientSecret: "secret",
            options: ClientOptions(webhookTolerance: tolerance))
    }

    @Test func headersAreDictionariesOrListsInAnyCase() throws {
        let client = try client()
        for name in ["webhook", "Webhook", "WEBHOOK"] {
            let headers = headers(name)
            try client.verifyWebhook(secret: secret, headers: headers, payload: body, now: time)
            let list = headers.map { ($0, $1) }
            try client.verifyWebhook(secret: secret, headers: list, payload: body, now: time)
        }
        for name in ["webhook", "interceptor"] {
            let headers = headers(name)
            try client.verifyInterceptor(secret: secret, headers: headers, payload: body, now: time)
            let list = headers.map { ($0, $1) }
            try client.verifyInterceptor(secret: secret, headers: list, payload: body, now: time)
        }
    }

    @Test func changedBodiesAndOldTimesAreRejectedWithTheReason() async throws {
        let client = try client()
        let headers = headers("webhook")
        let changed = try await failure {
            try client.verifyWebhook(
                secret: secret, headers: headers, payload: body + Data(" ".utf8), now: time)
        }
        #expect(changed.kind == .webhookVerification)
        #expect(changed.message == "Invalid signature")
        let now = time + 301
        let old = try await failure {
            try client.verifyWebhook(secret: secret, headers: headers, payload: body, now: now)
        }
        #expect(old.kind == .webhookVerification)
        let tolerant = try self.client(tolerance: .seconds(600))
        try tolerant.verifyWebhook(secret: secret, headers: headers, payload: body, now: now)
        let missing = try await failure {
            try client.verifyWebhook(secret: secret, headers: [:], payload: body, now: time)
        }
        #expect(missing.kind == .webhookVerification)
        let interceptor = try await failure {
            try client.verifyWebhook(
                secret: secret, headers: self.headers("interceptor"), payload: body, now: time)
        }
        #expect(interceptor.kind == .webhookVerification)
    }
}
