// The snippet of README.md.

import Foundation
import Scalekit

let redirectURI = "http://localhost:3000/callback"

/// Returns the URL that the browser must open. Keep both values in the session of the browser.
func login(_ client: ScalekitClient, session: inout [String: String]) throws -> URL {
    let pkce = try PKCE()
    let state = UUID().uuidString
    session = ["state": state, "verifier": pkce.verifier]
    return try client.authorizationURL(
        redirectURI: redirectURI,
        options: AuthorizationOptions(
            scopes: ["openid", "profile", "email", "offline_access"], state: state, pkce: pkce))
}

/// Handles the callback with its query parameters.
func callback(
    _ client: ScalekitClient, session: [String: String], query: [String: String]
) async throws -> Login {
    guard let state = session["state"], state == query["state"] else {
        throw ScalekitError(kind: .argument, message: "the login was not started in this browser")
    }
    return try await client.authenticate(
        code: query["code"] ?? "", redirectURI: redirectURI, codeVerifier: session["verifier"])
}

/// Returns the URL that ends the session.
func logout(_ client: ScalekitClient, _ login: Login) throws -> URL {
    try client.logoutURL(
        idTokenHint: login.idToken, postLogoutRedirectURI: "http://localhost:3000/")
}
