package com.scalekit.client.blocking

import com.scalekit.client.AuthenticationResult
import com.scalekit.client.BlockingServices
import com.scalekit.client.CallOptions
import com.scalekit.client.Claims
import com.scalekit.client.ClientToken
import com.scalekit.client.IdpInitiatedLogin
import com.scalekit.client.ProxyResponse
import com.scalekit.client.RefreshResult
import com.scalekit.client.RequestOptions
import com.scalekit.client.ScalekitClient
import com.scalekit.client.TokenValidation
import com.scalekit.client.internal.Calls
import com.scalekit.client.internal.blocking

/** A client whose functions with network access block the current thread. */
public class BlockingClient
internal constructor(private val client: ScalekitClient, private val calls: Calls) :
    BlockingServices(calls) {
    /** Calls an operation by name. See [ScalekitClient.call]. */
    @JvmOverloads
    public fun call(
        operation: String,
        request: Map<String, Any?> = emptyMap(),
        callOptions: CallOptions = CallOptions.DEFAULT,
    ): Map<String, Any?> = blocking { client.call(operation, request, callOptions) }

    /** Sends a request to the API of a third-party service. See [ScalekitClient.request]. */
    @JvmOverloads
    public fun request(
        connectionName: String,
        identifier: String,
        path: String,
        options: RequestOptions = RequestOptions(),
        callOptions: CallOptions = CallOptions.DEFAULT,
    ): ProxyResponse = blocking {
        calls.request(connectionName, identifier, path, options, callOptions)
    }

    /**
     * Exchanges the code of a callback for tokens and verifies the ID token.
     *
     * @param codeVerifier The PKCE verifier; required if the authorization URL had a challenge.
     */
    @JvmOverloads
    public fun authenticateWithCode(
        code: String,
        redirectUri: String,
        codeVerifier: String? = null,
    ): AuthenticationResult = blocking {
        client.login.authenticateWithCode(code, redirectUri, codeVerifier)
    }

    /** Exchanges a refresh token for new tokens. */
    public fun refreshAccessToken(refreshToken: String): RefreshResult = blocking {
        client.login.refreshAccessToken(refreshToken)
    }

    /** Returns an access token of any machine client. */
    @JvmOverloads
    public fun generateClientToken(
        clientId: String,
        clientSecret: String,
        scopes: List<String> = emptyList(),
    ): ClientToken = blocking { client.login.generateClientToken(clientId, clientSecret, scopes) }

    /** Returns the access token that the client uses for its calls, fetched if necessary. */
    public fun clientAccessToken(): String = blocking { client.login.clientAccessToken() }

    /** Validates a token and returns its claims. */
    @JvmOverloads
    public fun validateToken(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): Claims =
        client.tokenValidator.validateCached(token, validation)
            ?: blocking { client.tokenValidator.validate(token, validation) }

    /** Returns whether a token is valid. */
    @JvmOverloads
    public fun isValidToken(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): Boolean =
        client.tokenValidator.isValidCached(token, validation)
            ?: blocking { client.tokenValidator.isValid(token, validation) }

    /** Validates a token and checks that it has all these scopes. */
    public fun verifyScopes(token: String, scopes: List<String>): Unit = blocking {
        client.tokenValidator.verifyScopes(token, scopes)
    }

    /** Validates the `idp_initiated_login` token of a callback and returns its claims. */
    @JvmOverloads
    public fun idpInitiatedLogin(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): IdpInitiatedLogin = blocking { client.tokenValidator.idpInitiatedLogin(token, validation) }

    /** Fetches the signing keys unless fresh keys are cached. */
    public fun refreshKeys(): Unit = blocking { client.tokenValidator.refreshKeys() }
}
