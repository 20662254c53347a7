import Foundation
import Scalekit
import Testing

private let callback = "http://localhost:3000/callback"

@Suite struct LoginTests {
    /// Opens an authorization URL and returns the query of the callback.
    private func signIn(_ url: URL) async throws -> [String: String] {
        let response = try await request("GET", url.absoluteString)
        let location = try #require(response.location.flatMap(URLComponents.init(string:)))
        let items = location.queryItems ?? []
        return Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value ?? "") })
    }

    @Test func loginWithPKCEFromTheAuthorizationURLToTheLogoutURL() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let organization = try await client.organizations.create(
            CreateOrganization(displayName: "Acme"))
        try await client.users.create(
            organization.id, user: CreateUser(email: "ada@acme.example"), sendInvitationEmail: false
        )
        let pkce = try PKCE()
        #expect(try PKCE(verifier: pkce.verifier) == pkce)
        let url = try client.authorizationURL(
            redirectURI: callback,
            options: AuthorizationOptions(
                scopes: ["openid", "profile", "email", "offline_access"], state: "s1",
                loginHint: "ada@acme.example", organizationID: organization.id, pkce: pkce))
        let query = try await signIn(url)
        #expect(query["state"] == "s1")
        let login = try await client.authenticate(
            code: query["code"] ?? "", redirectURI: callback, codeVerifier: pkce.verifier)
        #expect(login.user.email == "ada@acme.example")
        #expect(login.user.id.hasPrefix("usr_"))
        #expect(login.organizationID == organization.id)
        #expect(try #require(login.expiresIn) > .zero)
        let checks = TokenChecks(issuer: [emulator.url], audience: [emulator.clientID])
        let claims = try await client.validateToken(login.idToken ?? "", checks: checks).claims()
        #expect(claims.subject == login.user.id)
        #expect(claims.audience == [emulator.clientID])
        #expect(try #require(claims.expiresAt) > Date())
        #expect(try await client.isValidToken(login.accessToken))

        let refreshed = try await client.refresh(login.refreshToken ?? "")
        #expect(try await client.isValidToken(refreshed.accessToken))
        let access = try await client.validateToken(refreshed.accessToken).claims()
        #expect(access.organizationID == organization.id)
        #expect(access.sessionID?.hasPrefix("ses_") == true)
        let logout = try client.logoutURL(idTokenHint: login.idToken, state: "s2")
        #expect(logout.path == "/oidc/logout")
        let printed = "\(login) \(refreshed) \(pkce)"
        #expect(!printed.contains("eyJ") && !printed.contains(pkce.verifier))
    }

    @Test func authorizationURLsContainAllParameters() throws {
        let client = try ScalekitClient(
            envURL: "https://acme.scalekit.com/", clientID: "skc_1", clientSecret: "secret")
        let url = try client.authorizationURL(
            redirectURI: "https://app.acme.com/cb?a=b&c=d",
            options: AuthorizationOptions(
                scopes: ["openid"], state: "s", nonce: "n", loginHint: "ada@acme.com",
                domainHint: "acme.com", connectionID: "conn_1", organizationID: "org_1",
                provider: "google", prompt: "login"))
        let items = URLComponents(url: url, resolvingAgainstBaseURL: false)?.queryItems ?? []
        let values = Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value) })
        #expect(values["redirect_uri"] == "https://app.acme.com/cb?a=b&c=d")
        for (name, value) in [
            "scope": "openid", "state": "s", "nonce": "n", "login_hint": "ada@acme.com",
            "domain_hint": "acme.com", "connection_id": "conn_1", "organization_id": "org_1",
            "provider": "google", "prompt": "login", "client_id": "skc_1",
        ] {
            #expect(values[name] == value)
        }
        #expect(client.envURL == "https://acme.scalekit.com")
        #expect(client.clientID == "skc_1")
        #expect(client.userAgent.contains("swift"))
    }

    @Test func machineClientsGetTokensWithTheRequestedScopes() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let organization = try await client.organizations.create(
            CreateOrganization(displayName: "Machines"))
        let created = try await client.organizationClients.create(
            organization.id, client: OrganizationClient(name: "robot", scopes: ["read"]))
        let id = created.client?.clientID ?? ""
        let token = try await client.machineToken(
            clientID: id, clientSecret: created.plainSecret, scopes: ["read"])
        let claims = try await client.validateToken(
            token.accessToken, checks: TokenChecks(requiredScopes: ["read"])
        ).claims()
        #expect(claims.clientID == id)
        let error = try await failure {
            _ = try await client.validateToken(
                token.accessToken, checks: TokenChecks(requiredScopes: ["write"]))
        }
        #expect(error.kind == .invalidToken)
        #expect(try await client.accessToken() == (try await client.accessToken()))
        #expect(!"\(token) \(created)".contains(created.plainSecret))
    }

    @Test func tokensAreValidatedAtTheGivenTime() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        try await client.loadKeys()
        let token = try await client.accessToken()
        struct Claims: Decodable { let exp: Double }
        let expiry = try await client.validateToken(token).decode(Claims.self).exp
        let at = { (seconds: Double) in Date(timeIntervalSince1970: expiry + seconds) }
        #expect(try await client.isValidToken(token, checks: TokenChecks(now: at(4))))
        #expect(try await !client.isValidToken(token, checks: TokenChecks(now: at(6))))
        let checks = TokenChecks(leeway: .seconds(60), now: at(6))
        #expect(try await client.isValidToken(token, checks: checks))
        let error = try await failure {
            _ = try await client.validateToken(token, checks: TokenChecks(now: at(6)))
        }
        #expect(error.tokenReason == "expired")
    }
}
