import Foundation
import Scalekit
import Testing

@Suite struct WebhookTests {
    // A known signature: HMAC-SHA256 with the key `a key of thirty-two bytes, or so`.
    private let secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgb3Igc28="
    private let body = Data(#"{"type":"user.created"}"#.utf8)
    private let time = Date(timeIntervalSince1970: 1_700_000_000)
    private let signature = "v1,uNjND91Y1MQPKpJ898647nErKs7iqC6vj5d6jDUJokY="

    private func headers(_ prefix: String, _ signature: String? = nil) -> [String: String] {
        [
            "\(prefix)-id": "msg_1", "\(prefix)-timestamp": "1700000000",
            "\(prefix)-signature": signature ?? self.signature, "host": "app.acme.com",
        ]
    }

    private func parse(_ body: Data, _ signature: String) throws -> ScalekitEvent {
        try client().parseWebhook(
            secret: secret, headers: headers("webhook", "v1,\(signature)"), payload: body, now: time
        )
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

    @Test func aValidWebhookBecomesAnEvent() throws {
        let body = """
            {"spec_version":"1","id":"evt_1","type":"organization.created","object":"Organization",\
            "occurred_at":"2026-01-01T00:00:00.123456Z","environment_id":"env_1","organization_id":"org_1",\
            "data":{"id":"org_1","display_name":"Zoë & Co","size":[1,0.5,null,true]}}
            """
        let event = try parse(Data(body.utf8), "9GNj3FMqo4FNASLe70tqIpuNyql7cDJaCOguo7ym0uM=")
        #expect(event.id == "evt_1")
        #expect(event.type == "organization.created")
        #expect(event.object == .organization)
        #expect(event.occurredAt == Date(timeIntervalSince1970: 1_767_225_600.123456))
        #expect(event.organizationID == "org_1")
        #expect(event.data?["display_name"] == "Zoë & Co")
        #expect(event.data?["size"] == [1, 0.5, nil, true])
    }

    @Test func unknownTypesAndKindsOfObjectsAreKept() throws {
        let body = #"{"type":"moon.landed","object":"Moon","data":{"a":{}},"new":[1]}"#
        let event = try parse(Data(body.utf8), "vihm/u2v3irTbBEcNTjwFxsVd6NV0OEhP2D/QL/y/Ag=")
        #expect(event.type == "moon.landed")
        #expect(event.object == .unknown("Moon"))
        #expect(event.data == ["a": [:]])
    }

    @Test func ofRepeatedNamesTheLastOneCounts() throws {
        let body = Data(#"{"type":"a","type":"b"}"#.utf8)
        let event = try parse(body, "xWr8uLNQCspXaroNb0J6lalEm8WcKxOdeTd1hxQbjV0=")
        #expect(event.type == "b")
    }

    @Test func headersOfParsedWebhooksAreDictionariesOrLists() async throws {
        let client = try client()
        let list = headers("webhook").map { ($0, $1) }
        let event = try client.parseWebhook(
            secret: secret, headers: list, payload: body, now: time)
        #expect(event.type == "user.created")
        let rejected = try await failure {
            _ = try client.parseWebhook(
                secret: secret, headers: list, payload: body + Data(" ".utf8), now: time)
        }
        #expect(rejected.kind == .webhookVerification)
        #expect(rejected.message == "Invalid signature")
    }

    @Test(arguments: [
        (#""#, "l5HPM+Dcofu6u0TsYUmgTwPIHGMT2USAQ3YTbp/9ri8="),
        (#"s3cret"#, "mz1Wj3Mf4bsvEBdwHkbQWWPsSVaY4BjDKbpbCkF3yUE="),
        (#"null"#, "hEdxNJOH9P9L+VRHIcthYPrjVAU6LXC9i9MsfbdyXLw="),
        (#"5"#, "AV8ZuMKg9J/aDTNsqBGeiaoGUFHYRz8Hwc9MdFU3oSQ="),
        (#"[]"#, "sKCcpX7YiGPpHDmo5cIG+hj0imAHCntOpCSXa7ryVLo="),
        (#"{}"#, "BVEwGoQHG4egTwVVyb1JdFJsrjkvulsJqICIz0uEOqY="),
        (#"{"type":5}"#, "mVpsNOuUsZU116I97aV8xVP6BCeHV3XLX1qx376sozM="),
        (#"{"type":""}"#, "+vReqlpTL7v9yiGW69r1E/Vql5ro5e7cPooSLRitFzI="),
        (#"{"type":"t","occurred_at":"s3cret"}"#, "zslTXJ9w+uO0NPOqJ3oW5bbkTDZXGgybf76iOVeqXz8="),
        (#"{"type":"t","data":"s3cret"}"#, "QNf5IOuLnMz6jjR/CLgsffCxgsVhap00cMDzKz4ytf0="),
        (#"{"type":"t"} s3cret"#, "rihRFptZhvX0VW0BV1dGlt6y9EWdBYCwHK4xVIU/mAY="),
        ("\u{feff}{\"type\":\"t\"}", "H7E6dDasOSeP987m33XXKO2EQs4XXa6T40ifBDDSF2w="),
    ])
    func signedPayloadsThatAreNotEventsAreErrorsWithoutTheirContent(
        body: String, signature: String
    ) async throws {
        let error = try await failure { _ = try parse(Data(body.utf8), signature) }
        #expect(error.kind == .argument)
        #expect(error.message == "the payload has a valid signature but is not an event")
        #expect(!"\(error) \(error.causes)".contains("s3cret"))
    }

    @Test func aSignedPayloadThatIsNotUTF8IsAnError() async throws {
        let body = Data(#"{"type":""#.utf8) + [0xe9] + Data(#""}"#.utf8)
        let error = try await failure {
            _ = try parse(body, "J+qlTo5ABJIz4qUfuvwV9Rr0VY00/GUIBn9C1WJA1cM=")
        }
        #expect(error.kind == .argument)
    }
}
