import ExampleHTTP
import Foundation
import Scalekit

/// A web application with a login, a guarded page and a webhook endpoint.
public final class App: Sendable {
    private let client: ScalekitClient
    private let webhookSecret: String
    private let origin: String

    public init(client: ScalekitClient, webhookSecret: String, origin: String) {
        self.client = client
        self.webhookSecret = webhookSecret
        self.origin = origin
    }

    public func handle(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            switch (request.method, request.path) {
            case ("GET", "/login"): return try login(request)
            case ("GET", "/callback"): return try await callback(request)
            case ("GET", "/me"): return try await guarded(request, me)
            case ("GET", "/logout"): return try logout(request)
            case ("POST", "/webhooks"): return try webhook(request)
            default: return HTTPResponse(404)
            }
        } catch let error as ScalekitError where error.isRetryable {
            return HTTPResponse(503, "try again later")
        } catch {
            return HTTPResponse(500, "internal error")
        }
    }

    /// The state and the verifier are in cookies, so that another browser cannot end the login.
    private func login(_ request: HTTPRequest) throws -> HTTPResponse {
        let pkce = try PKCE()
        let state = UUID().uuidString
        let url = try client.authorizationURL(
            redirectURI: "\(origin)/callback",
            options: AuthorizationOptions(
                state: state, loginHint: request.query["login_hint"],
                organizationID: request.query["organization_id"], pkce: pkce))
        return .redirect(
            to: url.absoluteString,
            headers: [cookie("state", state), cookie("verifier", pkce.verifier)])
    }

    private func callback(_ request: HTTPRequest) async throws -> HTTPResponse {
        if let error = request.query["error_description"] { return HTTPResponse(400, error) }
        guard let state = request.cookie("state"), state == request.query["state"] else {
            return HTTPResponse(400, "the login was not started in this browser")
        }
        let login: Login
        do {
            login = try await client.authenticate(
                code: request.query["code"] ?? "", redirectURI: "\(origin)/callback",
                codeVerifier: request.cookie("verifier"))
        } catch let error as ScalekitError where !error.isRetryable {
            return HTTPResponse(400, error.message)
        }
        return .redirect(
            to: "/me",
            headers: [
                cookie("token", login.accessToken), cookie("id_token", login.idToken ?? ""),
                cookie("state", ""), cookie("verifier", ""),
            ])
    }

    /// Calls a handler with the claims of the access token. Other requests have the status 401.
    private func guarded(
        _ request: HTTPRequest, _ handler: (TokenClaims) -> HTTPResponse
    ) async throws -> HTTPResponse {
        let bearer = request.headers["authorization"].flatMap { header in
            header.hasPrefix("Bearer ") ? String(header.dropFirst("Bearer ".count)) : nil
        }
        guard let token = bearer ?? request.cookie("token") else { return HTTPResponse(401) }
        do {
            let checks = TokenChecks(
                issuer: [client.envURL], audience: [client.clientID])
            return handler(try await client.validateToken(token, checks: checks).claims())
        } catch let error as ScalekitError where error.kind == .invalidToken {
            return HTTPResponse(401, error.message)
        }
    }

    private func me(_ claims: TokenClaims) -> HTTPResponse {
        HTTPResponse(200, "\(claims.subject ?? "") of \(claims.organizationID ?? "")")
    }

    private func logout(_ request: HTTPRequest) throws -> HTTPResponse {
        let url = try client.logoutURL(
            idTokenHint: request.cookie("id_token"), postLogoutRedirectURI: "\(origin)/")
        return .redirect(
            to: url.absoluteString, headers: [cookie("token", ""), cookie("id_token", "")])
    }

    private func webhook(_ request: HTTPRequest) throws -> HTTPResponse {
        do {
            let event = try client.parseWebhook(
                secret: webhookSecret, headers: request.headers, payload: request.body)
            print("webhook:", event.type)
            return HTTPResponse(204)
        } catch let error as ScalekitError where error.kind == .webhookVerification {
            return HTTPResponse(400, error.message)
        }
    }

    /// Browsers send the cookies only to this site, and scripts cannot read them. An application
    /// with `https` also sets `Secure`.
    private func cookie(_ name: String, _ value: String) -> (String, String) {
        let age = value.isEmpty ? "; Max-Age=0" : ""
        return ("set-cookie", "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax\(age)")
    }
}
