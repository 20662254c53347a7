// From an empty environment to a signed-in user, step by step.
//
// With the emulator (`make quickstart-swift`), it runs all steps. With a real environment (set
// SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET), it runs only the safe
// steps: it creates an organization with two users, lists them, builds the login URL, and deletes
// the organization.

import Foundation
import Scalekit

let callback = "http://localhost:3000/auth/callback"
let client = try ScalekitClient.fromEnvironment()
let emulator = try await EmulatorHelper.start(client.envURL)
let tag = String(UInt32.random(in: .min ... .max), radix: 16)
let ada = "ada-\(tag)@acme.example"
print("Scalekit environment: \(client.envURL)\(emulator == nil ? "" : " (the emulator)")")

section("An organization")
let newOrganization = CreateOrganization(
    displayName: "Acme Rockets", externalID: "acme-swift-\(tag)")
let organization = try await client.organizations.create(newOrganization)
log("created \(organization.displayName), \(organization.id)")
do {
    try await users()
    try await duplicate()
    if let emulator {
        try await singleSignOn()
        try await signIn(emulator)
        try await webhook(emulator)
    } else {
        log("login URL: \(try client.authorizationURL(redirectURI: callback))")
    }
} catch {
    try await client.organizations.delete(organization.id)
    throw error
}
try await client.organizations.delete(organization.id)
section("Cleanup")
log("deleted \(organization.id)")

/// Creates two users in the organization and lists them with automatic paging.
@MainActor func users() async throws {
    section("Two users")
    for name in ["Ada", "Grace"] {
        let user = try await client.users.create(
            organization.id,
            user: CreateUser(
                email: "\(name.lowercased())-\(tag)@acme.example",
                userProfile: CreateUserProfile(givenName: name)),
            sendInvitationEmail: false)
        log("created \(name), \(user.id)")
    }
    var emails: [String] = []
    for try await user in client.users.listInOrganization(organization.id, pageSize: 1) {
        emails.append(user.email)
    }
    log("listed with one user per page: \(emails.joined(separator: ", "))")
}

/// Handles the error for an external id that is already in use.
@MainActor func duplicate() async throws {
    section("The same organization again")
    do {
        try await client.organizations.create(newOrganization)
    } catch let error as ScalekitError where error.kind == .conflict {
        log("\(error)")
        log("status=\(error.httpStatus ?? 0), requestID=\(error.requestID ?? "")")
        return
    }
    throw Unexpected("a duplicate external id was accepted")
}

/// Creates a domain, a connection and a role. Roles affect the whole environment.
@MainActor func singleSignOn() async throws {
    section("Single sign-on")
    let domain = try await client.domains.create(
        organization.id,
        domain: CreateDomain(domain: "acme-\(tag).example", domainType: .organizationDomain))
    log("domain \(domain.domain)")
    let connection = try await client.connections.create(
        organization.id, connection: CreateConnection(provider: .okta, type: .oidc))
    try await client.connections.enable(organization.id, id: connection.id)
    log("connection \(connection.id), enabled")
    let role = try await client.roles.create(
        CreateRole(name: "pilot_\(tag)", displayName: "Pilot", description: "Flies the rockets"))
    log("role \(role.name)")
}

/// Signs in with an authorization code and PKCE (RFC 7636), like a browser.
@MainActor func signIn(_ emulator: EmulatorHelper) async throws {
    section("Sign in")
    let pkce = try PKCE()
    let state = UUID().uuidString
    let url = try client.authorizationURL(
        redirectURI: callback,
        options: AuthorizationOptions(
            scopes: ["openid", "profile", "email", "offline_access"], state: state, loginHint: ada,
            organizationID: organization.id, pkce: pkce))
    log("the browser opens \(url.absoluteString.prefix(76))…")
    let query = try await emulator.signIn(url)
    guard query["state"] == state else { throw Unexpected("the callback has a different state") }
    log("Ada signs in, and the callback receives a code")

    let login = try await client.authenticate(
        code: query["code"] ?? "", redirectURI: callback, codeVerifier: pkce.verifier)
    log("signed in as \(login.user.email ?? ""), token valid for \(login.expiresIn ?? .zero)")
    log("access token valid: \(try await client.isValidToken(login.accessToken))")
    let tampered = login.accessToken.dropLast(8) + "AAAAAAAA"
    let isValid = try await client.isValidToken(String(tampered))
    log("access token with a tampered signature valid: \(isValid)")

    let refreshed = try await client.refresh(login.refreshToken ?? "")
    let claims = try await client.validateToken(refreshed.accessToken).claims()
    log(
        "refreshed: session \(claims.sessionID ?? "") of organization \(claims.organizationID ?? "")"
    )
    let logout = try client.logoutURL(idTokenHint: login.idToken, postLogoutRedirectURI: callback)
    log("logged out, redirected to \(try await emulator.follow(logout))")
}

/// Verifies a webhook that the emulator sent for the new users.
@MainActor func webhook(_ emulator: EmulatorHelper) async throws {
    section("A webhook")
    let delivery = try await emulator.delivery(of: "user.created")
    let secret = emulator.webhookSecret
    let event = try client.parseWebhook(
        secret: secret, headers: delivery.headers, payload: delivery.body)
    log("received \(event.type), signature verified")
    do {
        _ = try client.parseWebhook(
            secret: secret, headers: delivery.headers, payload: delivery.body + Data(" ".utf8))
    } catch let error as ScalekitError where error.kind == .webhookVerification {
        log("with a changed body: \(error.message)")
        return
    }
    throw Unexpected("a changed body was accepted")
}

func section(_ title: String) {
    print("\n\(title)")
}

func log(_ line: String) {
    print("  \(line)")
}
