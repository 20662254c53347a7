package com.scalekit.client

import com.scalekit.client.internal.Calls
import com.scalekit.client.internal.converted
import com.scalekit.client.internal.ffi.AuthorizationParameters
import com.scalekit.client.internal.ffi.LogoutParameters
import com.scalekit.client.internal.json.JsonReader
import com.scalekit.client.internal.off

/** Login: URLs, code exchange, refresh, and tokens of machine clients. */
public class Login internal constructor(private val calls: Calls) {
    private val native
        get() = calls.native

    /**
     * Returns the URL that starts a login.
     *
     * ```
     * client.login.authorizationUrl("https://app.example.com/callback") {
     *     organizationId = "org_1"
     * }
     * ```
     */
    @JvmSynthetic
    public fun authorizationUrl(
        redirectUri: String,
        configure: AuthorizationUrlOptions.() -> Unit = {},
    ): String = authorizationUrl(redirectUri, AuthorizationUrlOptions().apply(configure))

    /** Returns the URL that starts a login. */
    public fun authorizationUrl(redirectUri: String, options: AuthorizationUrlOptions): String {
        val parameters =
            AuthorizationParameters(
                scopes = options.scopes,
                state = options.state,
                nonce = options.nonce,
                loginHint = options.loginHint,
                domainHint = options.domainHint,
                connectionId = options.connectionId,
                organizationId = options.organizationId,
                provider = options.provider,
                prompt = options.prompt,
                codeChallenge = options.pkce?.challenge,
                codeChallengeMethod = options.pkce?.method,
            )
        return converted { native.authorizationUrl(redirectUri, parameters) }
    }

    /** Returns the URL that ends a session. */
    @JvmSynthetic
    public fun logoutUrl(configure: LogoutUrlOptions.() -> Unit = {}): String =
        logoutUrl(LogoutUrlOptions().apply(configure))

    /** Returns the URL that ends a session. */
    public fun logoutUrl(options: LogoutUrlOptions): String {
        val parameters =
            LogoutParameters(options.idTokenHint, options.postLogoutRedirectUri, options.state)
        return converted { native.logoutUrl(parameters) }
    }

    /**
     * Exchanges the code of a callback for tokens and verifies the ID token.
     *
     * @param code The `code` of the callback.
     * @param redirectUri The redirect URI of the authorization URL.
     * @param codeVerifier The PKCE verifier; required if the authorization URL had a challenge.
     * @throws ScalekitServerException if the service rejects the code (`errorCode` is
     *   `invalid_grant`), or the network fails.
     * @throws ScalekitTokenValidationException if the ID token is invalid.
     */
    public suspend fun authenticateWithCode(
        code: String,
        redirectUri: String,
        codeVerifier: String? = null,
    ): AuthenticationResult {
        val tokens = off {
            converted { native.authenticateWithCode(code, redirectUri, codeVerifier, null) }
        }
        @Suppress("UNCHECKED_CAST")
        val profile = JsonReader(tokens.user).readAny() as Map<String, Any?>
        return AuthenticationResult(
            user = SignedInUser(profile),
            accessToken = tokens.accessToken,
            refreshToken = tokens.refreshToken,
            idToken = tokens.idToken,
            connectionId = tokens.connectionId,
            organizationId = tokens.organizationId,
            expiresIn = tokens.expiresIn,
        )
    }

    /** Exchanges a refresh token for new tokens. */
    public suspend fun refreshAccessToken(refreshToken: String): RefreshResult {
        val tokens = off { converted { native.refreshAccessToken(refreshToken, null) } }
        return RefreshResult(
            tokens.accessToken,
            tokens.refreshToken,
            tokens.idToken,
            tokens.expiresIn,
        )
    }

    /**
     * Returns an access token of any machine client.
     *
     * @param scopes The requested scopes. Empty: all scopes of the client.
     */
    public suspend fun generateClientToken(
        clientId: String,
        clientSecret: String,
        scopes: List<String> = emptyList(),
    ): ClientToken {
        val token = off {
            converted { native.generateClientToken(clientId, clientSecret, scopes, null) }
        }
        return ClientToken(token.accessToken, token.expiresIn, token.scope)
    }

    /** Returns the access token that the client uses for its calls, fetched if necessary. */
    public suspend fun clientAccessToken(): String = off {
        converted { native.clientAccessToken(null) }
    }
}
