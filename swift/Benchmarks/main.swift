// Benchmarks TASK URL FILE: one side of a comparison, for bench/turns.py.
//
// Prints `ready`. Then prints the microseconds of one operation for each line on standard input,
// measured over about 20 ms. FILE is the file with tokens that `crypto make` writes.

import Foundation
import Scalekit

struct Fixture: Decodable {
    let tokens: [String]
}

/// Repeated calls of a function.
struct Workload: Sendable {
    let run: @Sendable (_ count: Int) async throws -> Void

    /// Validates tokens in turn.
    static func tokens(_ client: ScalekitClient, _ tokens: [String]) async throws -> Workload {
        let tampered = String(tokens[0].dropLast(8) + "AAAAAAAA")
        guard try await client.isValidToken(tokens[0]), try await !client.isValidToken(tampered)
        else { fatalError("the token validation returned a wrong result") }
        return Workload { count in
            for index in 0..<count {
                _ = try await client.validateToken(tokens[index % tokens.count])
            }
        }
    }

    /// Verifies a webhook with a body of 500 bytes.
    static func webhook(_ client: ScalekitClient) throws -> Workload {
        let secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgb3Igc28="
        let body = Data(repeating: UInt8(ascii: "x"), count: 500)
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        let headers = [
            "host": "app.example.com",
            "content-type": "application/json",
            "webhook-id": "msg_1",
            "webhook-timestamp": "1700000000",
            "webhook-signature": "v1,afHPj2AQCEeTGzqFOAMQNoIdiuM68AjqXs9SvzWkF8Q=",
        ]
        return Workload { count in
            for _ in 0..<count {
                try client.verifyWebhook(secret: secret, headers: headers, payload: body, now: now)
            }
        }
    }

    /// Returns the seconds of a number of calls.
    func measure(_ count: Int) async throws -> Double {
        let started = ContinuousClock.now
        try await run(count)
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 4 else { fatalError("usage: Benchmarks TASK URL FILE") }
let client = try ScalekitClient(
    envURL: arguments[2], clientID: "skc_17002334227791970", clientSecret: "secret",
    options: ClientOptions(tokenCacheSize: arguments[1] == "token" ? 0 : nil))
let fixture = try JSONDecoder().decode(
    Fixture.self, from: Data(contentsOf: URL(fileURLWithPath: arguments[3])))
let workload =
    switch arguments[1] {
    case "token": try await Workload.tokens(client, fixture.tokens)
    // Few tokens, whose signatures stay in the cache.
    case "token_again": try await Workload.tokens(client, Array(fixture.tokens.prefix(64)))
    case "webhook": try Workload.webhook(client)
    default: fatalError("there is no task \(arguments[1])")
    }
var count = 1
while try await workload.measure(count) < 0.02 { count *= 2 }
try FileHandle.standardOutput.write(contentsOf: Data("ready\n".utf8))
while readLine() != nil {
    let microseconds = try await workload.measure(count) * 1e6 / Double(count)
    try FileHandle.standardOutput.write(contentsOf: Data("\(microseconds)\n".utf8))
}
