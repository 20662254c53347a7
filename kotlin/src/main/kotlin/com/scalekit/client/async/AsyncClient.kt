package com.scalekit.client.async

import com.scalekit.client.AsyncServices
import com.scalekit.client.AuthenticationResult
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
import com.scalekit.client.internal.future
import com.scalekit.client.internal.futureOfNothing
import java.util.concurrent.CompletableFuture

/** A client whose functions with network access return a `CompletableFuture`. */
public class AsyncClient
internal constructor(private val client: ScalekitClient, private val calls: Calls) :
    AsyncServices(calls) {
    /** Calls an operation by name. See [ScalekitClient.call]. */
    @JvmOverloads
    public fun call(
        operation: String,
        request: Map<String, Any?> = emptyMap(),
        callOptions: CallOptions = CallOptions.DEFAULT,
    ): CompletableFuture<Map<String, Any?>> = future {
        client.call(operation, request, callOptions)
    }

    /** Sends a request to the API of a third-party service. See [ScalekitClient.request]. */
    @JvmOverloads
    public fun request(
        connectionName: String,
        identifier: String,
        path: String,
        options: RequestOptions = RequestOptions(),
        callOptions: CallOptions = CallOptions.DEFAULT,
    ): CompletableFuture<ProxyResponse> = future {
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
    ): CompletableFuture<AuthenticationResult> = future {
        client.login.authenticateWithCode(code, redirectUri, codeVerifier)
    }

    /** Exchanges a refresh token for new tokens. */
    public fun refreshAccessToken(refreshToken: String): CompletableFuture<RefreshResult> = future {
        client.login.refreshAccessToken(refreshToken)
    }

    /** Returns an access token of any machine client. */
    @JvmOverloads
    public fun generateClientToken(
        clientId: String,
        clientSecret: String,
        scopes: List<String> = emptyList(),
    ): CompletableFuture<ClientToken> = future {
        client.login.generateClientToken(clientId, clientSecret, scopes)
    }

    /** Returns the access token that the client uses for its calls, fetched if necessary. */
    public fun clientAccessToken(): CompletableFuture<String> = future {
        client.login.clientAccessToken()
    }

    /** Validates a token and returns its claims. */
    @JvmOverloads
    public fun validateToken(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): CompletableFuture<Claims> = future { client.tokenValidator.validate(token, validation) }

    /** Returns whether a token is valid. */
    @JvmOverloads
    public fun isValidToken(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): CompletableFuture<Boolean> = future { client.tokenValidator.isValid(token, validation) }

    /** Validates a token and checks that it has all these scopes. */
    public fun verifyScopes(token: String, scopes: List<String>): CompletableFuture<Void?> =
        futureOfNothing {
            client.tokenValidator.verifyScopes(token, scopes)
        }

    /** Validates the `idp_initiated_login` token of a callback and returns its claims. */
    @JvmOverloads
    public fun idpInitiatedLogin(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): CompletableFuture<IdpInitiatedLogin> = future {
        client.tokenValidator.idpInitiatedLogin(token, validation)
    }

    /** Fetches the signing keys unless fresh keys are cached. */
    public fun refreshKeys(): CompletableFuture<Void?> = futureOfNothing {
        client.tokenValidator.refreshKeys()
    }
}
