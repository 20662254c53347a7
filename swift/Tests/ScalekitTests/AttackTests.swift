import Foundation
import Scalekit
import Testing

/// The attack suite: errors, messages and limits. See tests/attacks/README.md.
@Suite struct AttackTests {
    /// Limit of a case in seconds of processor time.
    private let maxSeconds = 2.0
    /// Limit of the memory growth in MiB over all cases, inputs included. The largest has 50 MB.
    private let maxGrowth = 500

    struct Cases: Decodable {
        let tokens: [Token]
        let payloads: [Payload]
    }

    struct Piece: Decodable {
        let base64: Data
        let times: Int
    }

    struct Token: Decodable {
        let name: String
        let accepted: Bool
        let message: String?
        let reason: String?
        let subject: String?
        let token: [Piece]
        /// Text or a list of texts.
        let issuer: JSONValue?
        let audience: [String]
        let requiredScopes: [String]

        var issuers: [String]? {
            issuer.map { ($0.arrayValue ?? [$0]).compactMap(\.stringValue) }
        }
    }

    struct Payload: Decodable {
        let name: String
        let accepted: Bool
        let message: String?
        let interceptor: Bool
        let secret: String
        let headers: [Header]
        let body: [Piece]
    }

    struct Header: Decodable {
        let name: String
        let value: [Piece]

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            name = try container.decode(String.self)
            value = try container.decode([Piece].self)
        }
    }

    @Test func tokensAreAcceptedOrRejectedAsListed() async throws {
        let server = try AttackServer()
        let cases = try await server.get("cases", as: Cases.self).tokens
        #expect(cases.count > 250)
        let client = try ScalekitClient(
            envURL: server.url, clientID: "skc_1", clientSecret: "secret")
        let before = try memory()
        let fetches = try await server.get("seen", as: [String: Int].self)["/keys"] ?? 0
        // Twice, so that cached tokens are covered too.
        for test in cases + cases {
            let token = text(test.token)
            let checks = TokenChecks(
                issuer: test.issuers, audience: test.audience.isEmpty ? nil : test.audience,
                requiredScopes: test.requiredScopes)
            let (verified, error) = try await outcome(test.name) {
                try await client.validateToken(token, checks: checks)
            }
            if test.accepted {
                #expect(error == nil, "\(test.name)")
                let subject = try verified?.claims().subject
                #expect(test.subject == nil || subject == test.subject, "\(test.name)")
            } else {
                #expect(error?.kind == .invalidToken, "\(test.name)")
                #expect(error?.tokenReason == test.reason, "\(test.name)")
                let message = test.message ?? "?"
                #expect(error?.message.hasPrefix(message) == true, "\(test.name)")
            }
            #expect(
                try await client.isValidToken(token, checks: checks) == test.accepted,
                "\(test.name)")
        }
        #expect(try memory() - before < maxGrowth)
        let seen = try await server.get("seen", as: [String: Int].self)
        #expect(seen["/attacker-keys"] == nil, "URLs in tokens are never fetched")
        #expect((seen["/keys"] ?? 0) - fetches <= 2)
    }

    @Test func payloadsAreAcceptedOrRejectedAsListed() async throws {
        let server = try AttackServer()
        let cases = try await server.get("cases", as: Cases.self).payloads
        #expect(cases.count > 150)
        let client = try ScalekitClient(
            envURL: "https://acme.scalekit.com", clientID: "skc_1", clientSecret: "secret")
        let before = try memory()
        for test in cases {
            let headers = test.headers.map { ($0.name, text($0.value)) }
            let body = join(test.body)
            let (_, error) = try await outcome(test.name) {
                if test.interceptor {
                    try client.verifyInterceptor(
                        secret: test.secret, headers: headers, payload: body)
                } else {
                    try client.verifyWebhook(secret: test.secret, headers: headers, payload: body)
                }
            }
            #expect((error == nil) == test.accepted, "\(test.name)")
            #expect(error == nil || error?.kind == .webhookVerification, "\(test.name)")
            // The reason follows the documented message.
            let isSecret = error?.message.hasPrefix("Invalid secret: ") == true
            let reported = isSecret ? "Invalid secret" : error?.message
            #expect(reported == test.message, "\(test.name)")
        }
        #expect(try memory() - before < maxGrowth)
    }

    /// Runs a verification. Fails if it takes too long or throws another error.
    private func outcome<T>(
        _ name: String, _ verify: () async throws -> T
    ) async throws -> (T?, ScalekitError?) {
        let started = processorTime()
        defer { #expect(processorTime() - started < maxSeconds, "\(name)") }
        do {
            return (try await verify(), nil)
        } catch let error as ScalekitError {
            return (nil, error)
        }
    }

    private func join(_ pieces: [Piece]) -> Data {
        var data = Data()
        for piece in pieces {
            // Doubles the piece, because a body can consist of millions of pieces.
            var (chunk, times) = (piece.base64, piece.times)
            while times > 0 {
                if times % 2 == 1 { data += chunk }
                times /= 2
                if times > 0 { chunk += chunk }
            }
        }
        return data
    }

    private func text(_ pieces: [Piece]) -> String {
        String(decoding: join(pieces), as: UTF8.self)
    }
}
