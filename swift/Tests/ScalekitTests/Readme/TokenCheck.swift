// The snippet of README.md.

import Foundation
import Scalekit

/// Returns the id of the user or machine client, or `nil` for the status 401.
func subject(_ client: ScalekitClient, _ token: String) async throws -> String? {
    let checks = TokenChecks(issuer: [client.envURL], audience: [client.clientID])
    do {
        return try await client.validateToken(token, checks: checks).claims().subject
    } catch let error as ScalekitError where error.kind == .invalidToken {
        print("rejected:", error.message)
        return nil
    }
}
