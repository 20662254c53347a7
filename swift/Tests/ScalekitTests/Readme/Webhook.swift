// The snippet of README.md.

import Foundation
import Scalekit

/// Returns the status of the response.
func webhook(
    _ client: ScalekitClient, secret: String, headers: [String: String], body: Data
) throws -> Int {
    do {
        try client.verifyWebhook(secret: secret, headers: headers, payload: body)
    } catch let error as ScalekitError where error.kind == .webhookVerification {
        print("rejected:", error.message)
        return 400
    }
    let event = try JSONDecoder().decode(JSONValue.self, from: body)
    print(event["type"]?.stringValue ?? "")
    return 204
}
