// The snippet of README.md.

import Foundation
import Scalekit

/// Returns the status of the response.
func webhook(
    _ client: ScalekitClient, secret: String, headers: [String: String], body: Data
) throws -> Int {
    do {
        let event = try client.parseWebhook(secret: secret, headers: headers, payload: body)
        print(event.type, event.data ?? [:])
        return 204
    } catch let error as ScalekitError where error.kind == .webhookVerification {
        print("rejected:", error.message)
        return 400
    }
}
