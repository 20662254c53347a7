package com.scalekit.client

import com.scalekit.client.internal.JniClient
import com.scalekit.client.internal.converted
import com.scalekit.client.internal.ffi.NativeClient
import com.scalekit.client.internal.ffi.TokenChecks
import com.scalekit.client.internal.off

/**
 * Validation of tokens with the environment's keys.
 *
 * The first validation fetches the keys. They are cached, and refreshed in the background when they
 * are stale. A validation with cached keys does not suspend.
 */
public class TokenValidator internal constructor(private val client: JniClient) {
    private val native: NativeClient
        get() = client.uniffi

    /**
     * Validates a token and returns its claims.
     *
     * @throws ScalekitTokenValidationException if the token is rejected.
     * @throws ScalekitServerException if the keys cannot be fetched, so the token was not checked.
     */
    public suspend fun validate(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): Claims =
        validateCached(token, validation)
            ?: Claims(
                off { converted { native.validateToken(token, checks(validation), null) } },
                0,
            )

    /**
     * Returns whether a token is valid.
     *
     * @throws ScalekitServerException if the keys cannot be fetched, so the token was not checked.
     */
    public suspend fun isValid(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): Boolean =
        isValidCached(token, validation)
            ?: off { converted { native.isValidToken(token, checks(validation), null) } }

    /**
     * Validates a token and checks that it has all these scopes.
     *
     * @throws ScalekitTokenValidationException with the missing scopes.
     */
    public suspend fun verifyScopes(token: String, scopes: List<String>) {
        validate(token, TokenValidation(requiredScopes = scopes))
    }

    /** Validates the `idp_initiated_login` token of a callback and returns its claims. */
    public suspend fun idpInitiatedLogin(
        token: String,
        validation: TokenValidation = TokenValidation.DEFAULT,
    ): IdpInitiatedLogin {
        val claims = off {
            converted { native.idpInitiatedLoginClaims(token, checks(validation), null) }
        }
        return IdpInitiatedLogin(
            claims.connectionId,
            claims.organizationId,
            claims.loginHint,
            claims.relayState,
        )
    }

    /** Fetches the signing keys unless fresh keys are cached. */
    public suspend fun refreshKeys(): Unit = off { converted { native.refreshKeys(null) } }

    @JvmSynthetic
    internal fun validateCached(token: String, validation: TokenValidation): Claims? =
        client.validate(token, validation.encoded, validation.nowMillis)?.let { Claims(it, 1) }

    @JvmSynthetic
    internal fun isValidCached(token: String, validation: TokenValidation): Boolean? =
        client.isValid(token, validation.encoded, validation.nowMillis)

    private fun checks(validation: TokenValidation) =
        TokenChecks(
            issuer = validation.issuer,
            audience = validation.audience,
            requiredScopes = validation.requiredScopes,
            leewayMs = validation.leewayMillis,
            nowMs = validation.asOf?.let(TokenValidation::millis),
        )
}
