public import Foundation
internal import ScalekitNative
public import ScalekitTypes

/// The checks of a token in addition to its signature and times.
public struct TokenChecks: Sendable {
    /// The issuers of which the token must have one. Default: the setting of the client.
    public var issuer: [String]?
    /// The audiences of which the token must have one. Default: the setting of the client.
    public var audience: [String]?
    /// Scopes that the token must all have.
    public var requiredScopes: [String]
    /// Allowed clock difference. Default: the setting of the client.
    public var leeway: Duration?
    /// The time of the validation. Default: now.
    public var now: Date?

    /// Creates checks.
    public init(
        issuer: [String]? = nil,
        audience: [String]? = nil,
        requiredScopes: [String] = [],
        leeway: Duration? = nil,
        now: Date? = nil
    ) {
        self.issuer = issuer
        self.audience = audience
        self.requiredScopes = requiredScopes
        self.leeway = leeway
        self.now = now
    }

    var native: ScalekitNative.TokenChecks {
        ScalekitNative.TokenChecks(
            issuer: issuer,
            audience: audience,
            requiredScopes: requiredScopes,
            leewayMs: leeway?.milliseconds,
            nowMs: now?.milliseconds)
    }
}

/// A token with a valid signature and valid claims.
public struct VerifiedToken: Sendable {
    /// The claims as JSON text.
    public let payload: Data

    /// Parses the claims.
    public func claims() throws -> TokenClaims {
        TokenClaims(try decode([String: JSONValue].self))
    }

    /// Parses the claims as a type of your own.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: uniqueNames(payload))
        } catch {
            throw ScalekitError(
                kind: .invalidToken, message: "the claims cannot be decoded as \(type)",
                operation: "validate_token")
        }
    }
}

/// The claims of a verified token.
public struct TokenClaims: Sendable, Hashable {
    /// All claims.
    public let values: [String: JSONValue]

    init(_ values: [String: JSONValue]) {
        self.values = values
    }

    /// `sub`: the user or the machine client.
    public var subject: String? { self["sub"]?.stringValue }
    /// `iss`: the issuer.
    public var issuer: String? { self["iss"]?.stringValue }
    /// `aud`: the audiences.
    public var audience: [String] { texts("aud") }
    /// `client_id`: the client that the token was issued to.
    public var clientID: String? { self["client_id"]?.stringValue }
    /// `oid`: the organization.
    public var organizationID: String? { self["oid"]?.stringValue }
    /// `sid`: the session.
    public var sessionID: String? { self["sid"]?.stringValue }
    /// `exp`: the expiry.
    public var expiresAt: Date? {
        self["exp"]?.numberValue.map(Date.init(timeIntervalSince1970:))
    }
    /// `roles`: the roles of the user in the organization.
    public var roles: [String] { texts("roles") }
    /// `permissions`: the permissions of the user in the organization.
    public var permissions: [String] { texts("permissions") }

    /// A claim by its name.
    public subscript(name: String) -> JSONValue? { values[name] }

    /// A claim that is text or a list of texts. Empty for other values.
    public func texts(_ name: String) -> [String] {
        if let text = values[name]?.stringValue { return [text] }
        let items = values[name]?.arrayValue ?? []
        let texts = items.compactMap(\.stringValue)
        return texts.count == items.count ? texts : []
    }
}

/// The claims of a login that started at the portal of the identity provider.
public struct IDPInitiatedLogin: Sendable, Hashable {
    /// The connection of the user.
    public let connectionID: String
    /// The organization of the connection.
    public let organizationID: String
    /// The login name of the user.
    public let loginHint: String?
    /// The relay state of the identity provider.
    public let relayState: String?
}

extension ScalekitClient {
    /// Validates a token: its signature, its times and the checks.
    ///
    /// The first validation fetches the keys of the environment. Later validations use cached keys
    /// and do not wait.
    ///
    /// ```swift
    /// let token = try await client.validateToken(bearer)
    /// let claims = try token.claims()
    /// print(claims.subject ?? "", claims.organizationID ?? "")
    /// ```
    ///
    /// - Parameters:
    ///   - token: The access token or ID token.
    ///   - checks: Issuer, audience and scopes.
    /// - Returns: The verified token.
    /// - Throws: ``ScalekitError`` of the kind `invalidToken` if the token is rejected. Any other
    ///   kind means that the keys could not be fetched, so the token was not checked.
    public func validateToken(
        _ token: String, checks: TokenChecks = TokenChecks()
    ) async throws -> VerifiedToken {
        if let payload = try self.checks.validate(token, checks) {
            return VerifiedToken(payload: payload)
        }
        let payload = try await cancellable { [native] cancellation in
            try await native.validateToken(
                token: token, checks: checks.native, cancellation: cancellation)
        }
        return VerifiedToken(payload: payload)
    }

    /// Returns `true` if a token is valid.
    ///
    /// - Parameters:
    ///   - token: The access token or ID token.
    ///   - checks: Issuer, audience and scopes.
    /// - Returns: `false` if the token is rejected.
    /// - Throws: ``ScalekitError`` if the keys cannot be fetched, so the token was not checked.
    public func isValidToken(
        _ token: String, checks: TokenChecks = TokenChecks()
    ) async throws -> Bool {
        do {
            _ = try await validateToken(token, checks: checks)
            return true
        } catch let error as ScalekitError where error.kind == .invalidToken {
            return false
        }
    }

    /// Validates the query parameter `idp_initiated_login` of a callback.
    ///
    /// - Parameters:
    ///   - token: The value of the parameter.
    ///   - checks: Issuer, audience and scopes.
    /// - Returns: The claims. Continue with an authorization URL that contains them.
    /// - Throws: ``ScalekitError``, as ``validateToken(_:checks:)``.
    public func idpInitiatedLogin(
        _ token: String, checks: TokenChecks = TokenChecks()
    ) async throws -> IDPInitiatedLogin {
        let claims = try await cancellable { [native] cancellation in
            try await native.idpInitiatedLoginClaims(
                token: token, checks: checks.native, cancellation: cancellation)
        }
        return IDPInitiatedLogin(
            connectionID: claims.connectionId,
            organizationID: claims.organizationId,
            loginHint: claims.loginHint,
            relayState: claims.relayState)
    }

    /// Fetches the keys for token validation, unless fresh keys are cached. A server that calls it
    /// when it starts validates its first token without a wait.
    ///
    /// - Throws: ``ScalekitError`` if the keys cannot be fetched. The last keys remain in use.
    public func loadKeys() async throws {
        try await cancellable { [native] cancellation in
            try await native.refreshKeys(cancellation: cancellation)
        }
    }
}

extension Date {
    var milliseconds: Double { timeIntervalSince1970 * 1000 }
}
