public import Foundation
internal import ScalekitNative
internal import ScalekitTypes

/// Parameters of an authorization URL. Empty values are left out.
public struct AuthorizationOptions: Sendable {
    /// The scopes. Default: `openid profile email`.
    public var scopes: [String]
    /// A random value that your callback compares with the value it receives.
    public var state: String?
    /// A random value that the ID token must contain.
    public var nonce: String?
    /// The email address to fill in.
    public var loginHint: String?
    /// The domain whose connection is used.
    public var domainHint: String?
    /// The connection to sign in with.
    public var connectionID: String?
    /// The organization to sign in to.
    public var organizationID: String?
    /// The social login to use, such as `google`.
    public var provider: String?
    /// `login` or `create`, for example.
    public var prompt: String?
    /// The pair whose verifier the code exchange needs (RFC 7636).
    public var pkce: PKCE?

    /// Creates parameters.
    public init(
        scopes: [String] = [],
        state: String? = nil,
        nonce: String? = nil,
        loginHint: String? = nil,
        domainHint: String? = nil,
        connectionID: String? = nil,
        organizationID: String? = nil,
        provider: String? = nil,
        prompt: String? = nil,
        pkce: PKCE? = nil
    ) {
        self.scopes = scopes
        self.state = state
        self.nonce = nonce
        self.loginHint = loginHint
        self.domainHint = domainHint
        self.connectionID = connectionID
        self.organizationID = organizationID
        self.provider = provider
        self.prompt = prompt
        self.pkce = pkce
    }
}

extension ScalekitClient {
    /// Returns the URL that starts a login. Redirect the browser to it.
    ///
    /// ```swift
    /// let pkce = try PKCE()
    /// let url = try client.authorizationURL(
    ///     redirectURI: "https://app.acme.com/callback",
    ///     options: AuthorizationOptions(state: "random", organizationID: "org_123", pkce: pkce))
    /// ```
    ///
    /// - Parameters:
    ///   - redirectURI: URL of your callback, which is registered in the environment.
    ///   - options: Parameters of the URL.
    /// - Returns: The URL.
    public func authorizationURL(
        redirectURI: String, options: AuthorizationOptions = AuthorizationOptions()
    ) throws -> URL {
        let parameters = AuthorizationParameters(
            scopes: options.scopes,
            state: options.state,
            nonce: options.nonce,
            loginHint: options.loginHint,
            domainHint: options.domainHint,
            connectionId: options.connectionID,
            organizationId: options.organizationID,
            provider: options.provider,
            prompt: options.prompt,
            codeChallenge: options.pkce?.challenge,
            codeChallengeMethod: options.pkce.map { _ in PKCE.method })
        let text = try translated {
            try native.authorizationUrl(redirectUri: redirectURI, parameters: parameters)
        }
        return try url(text)
    }

    /// Returns the URL that ends the session of the browser. Redirect the browser to it.
    ///
    /// - Parameters:
    ///   - idTokenHint: The ID token of the login.
    ///   - postLogoutRedirectURI: URL that the browser returns to, which is registered in the
    ///     environment.
    ///   - state: A value that the redirect contains.
    /// - Returns: The URL.
    public func logoutURL(
        idTokenHint: String? = nil, postLogoutRedirectURI: String? = nil, state: String? = nil
    ) throws -> URL {
        let parameters = LogoutParameters(
            idTokenHint: idTokenHint, postLogoutRedirectUri: postLogoutRedirectURI, state: state)
        return try url(translated { try native.logoutUrl(parameters: parameters) })
    }

    /// Exchanges the code of a callback for tokens, and verifies the ID token.
    ///
    /// - Parameters:
    ///   - code: The query parameter `code` of the callback.
    ///   - redirectURI: The redirect URI of the authorization URL.
    ///   - codeVerifier: The verifier of the ``PKCE`` pair, if the authorization URL contained its
    ///     challenge.
    /// - Returns: The user and the tokens.
    /// - Throws: ``ScalekitError``, or `CancellationError` if the task is cancelled.
    public func authenticate(
        code: String, redirectURI: String, codeVerifier: String? = nil
    ) async throws -> Login {
        let tokens = try await cancellable { [native] cancellation in
            try await native.authenticateWithCode(
                code: code, redirectUri: redirectURI, codeVerifier: codeVerifier,
                cancellation: cancellation)
        }
        return Login(
            user: LoginProfile(
                try JSONDecoder().decode([String: JSONValue].self, from: tokens.user)),
            idToken: tokens.idToken,
            accessToken: tokens.accessToken,
            refreshToken: tokens.refreshToken,
            connectionID: tokens.connectionId,
            organizationID: tokens.organizationId,
            expiresIn: tokens.expiresIn.map(Duration.seconds))
    }

    /// Exchanges a refresh token for new tokens. The old refresh token becomes invalid.
    ///
    /// - Parameter refreshToken: The refresh token of the login or of the last refresh.
    /// - Returns: The new tokens.
    /// - Throws: ``ScalekitError``, or `CancellationError` if the task is cancelled.
    public func refresh(_ refreshToken: String) async throws -> RefreshedTokens {
        let tokens = try await cancellable { [native] cancellation in
            try await native.refreshAccessToken(
                refreshToken: refreshToken, cancellation: cancellation)
        }
        return RefreshedTokens(
            accessToken: tokens.accessToken,
            refreshToken: tokens.refreshToken,
            idToken: tokens.idToken,
            expiresIn: tokens.expiresIn.map(Duration.seconds))
    }

    /// Requests an access token with the credentials of a machine client.
    ///
    /// - Parameters:
    ///   - clientID: Id of the machine client.
    ///   - clientSecret: Secret of the machine client.
    ///   - scopes: The scopes to request.
    /// - Returns: The token.
    /// - Throws: ``ScalekitError``, or `CancellationError` if the task is cancelled.
    public func machineToken(
        clientID: String, clientSecret: String, scopes: [String] = []
    ) async throws -> MachineToken {
        let token = try await cancellable { [native] cancellation in
            try await native.generateClientToken(
                clientId: clientID, clientSecret: clientSecret, scopes: scopes,
                cancellation: cancellation)
        }
        return MachineToken(
            accessToken: token.accessToken,
            expiresIn: token.expiresIn.map(Duration.seconds),
            scope: token.scope)
    }

    /// Returns the access token that the client uses for its calls. It is cached until shortly
    /// before it expires.
    ///
    /// - Returns: The access token.
    /// - Throws: ``ScalekitError``, or `CancellationError` if the task is cancelled.
    public func accessToken() async throws -> String {
        try await cancellable { [native] cancellation in
            try await native.clientAccessToken(cancellation: cancellation)
        }
    }
}

private func url(_ text: String) throws -> URL {
    guard let url = URL(string: text) else {
        throw ScalekitError(kind: .argument, message: "the arguments do not result in a valid URL")
    }
    return url
}
