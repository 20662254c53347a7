// The snippet of README.md.

import Scalekit

func send(_ client: ScalekitClient, message: String) async throws -> JSONValue {
    let response = try await client.request(
        "/gmail/v1/users/me/messages/send", connectionName: "gmail", identifier: "ada",
        method: "POST", body: .json(["raw": .string(message)]), timeout: .seconds(30))
    guard response.isSuccessful else {
        throw ScalekitError(kind: .unknown, message: "Gmail responded \(response.status)")
    }
    return try response.json()
}
