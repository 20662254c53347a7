package com.scalekit.client

import com.scalekit.client.internal.converted
import com.scalekit.client.internal.ffi.PkcePair
import com.scalekit.client.internal.ffi.generatePkce
import com.scalekit.client.internal.ffi.pkceFromVerifier

/** Parameters of an authorization URL. Empty values are left out. Java programs use the setters. */
public class AuthorizationUrlOptions {
    /** Scopes. Default if empty: `openid profile email`. */
    public var scopes: List<String> = emptyList()

    /** Opaque value that the callback receives; compare it to reject forged callbacks. */
    public var state: String? = null

    /** Value that the ID token contains. */
    public var nonce: String? = null

    /** The user's probable email address or login name. */
    public var loginHint: String? = null

    /** Domain that selects the connection. */
    public var domainHint: String? = null

    /** Connection to sign in through (`conn_…`). */
    public var connectionId: String? = null

    /** Organization to sign in to (`org_…`). */
    public var organizationId: String? = null

    /** Social login provider, such as `google`. */
    public var provider: String? = null

    /** `login`, `consent`, `create`, … */
    public var prompt: String? = null

    /** PKCE pair, whose challenge goes into the URL. */
    public var pkce: Pkce? = null
}

/** Parameters of a logout URL. Empty values are left out. */
public class LogoutUrlOptions {
    /** ID token of the session to end. */
    public var idTokenHint: String? = null

    /** URL to which the user returns after logout. */
    public var postLogoutRedirectUri: String? = null

    /** Opaque value that [postLogoutRedirectUri] receives. */
    public var state: String? = null
}

/**
 * A PKCE verifier, to be kept in the user's session, and its challenge (RFC 7636).
 *
 * @property verifier `code_verifier` of the code exchange.
 * @property challenge `code_challenge` of the authorization URL.
 */
public class Pkce
private constructor(
    public val verifier: String,
    public val challenge: String,
    internal val method: String,
) {
    /** Returns the challenge. */
    override fun toString(): String = "Pkce(challenge=$challenge)"

    public companion object {
        private const val LENGTH = 43

        /**
         * Generates a verifier and its challenge.
         *
         * @param length Length of the verifier, 43 to 128 characters.
         */
        @JvmStatic
        @JvmOverloads
        public fun generate(length: Int = LENGTH): Pkce = of { generatePkce(length.toUInt()) }

        /** Returns the challenge of an existing verifier. */
        @JvmStatic
        public fun fromVerifier(verifier: String): Pkce = of { pkceFromVerifier(verifier) }

        private inline fun of(create: () -> PkcePair): Pkce {
            val pair = converted(create)
            return Pkce(pair.verifier, pair.challenge, pair.method)
        }
    }
}

/**
 * The signed-in user, with the profile claims of the ID token.
 *
 * @property profile The whole profile, with names in camel case.
 */
public class SignedInUser internal constructor(public val profile: Map<String, Any?>) {
    /** The user's id. */
    public val id: String
        get() = text("id").orEmpty()

    /** The email address. */
    public val email: String?
        get() = text("email")

    /** Whether the email address is verified. */
    public val isEmailVerified: Boolean
        get() = profile["emailVerified"] as? Boolean ?: false

    /** The full name. */
    public val name: String?
        get() = text("name")

    /** The first name. */
    public val givenName: String?
        get() = text("givenName")

    /** The last name. */
    public val familyName: String?
        get() = text("familyName")

    private fun text(name: String): String? = profile[name] as? String

    override fun toString(): String = "SignedInUser($profile)"
}

/**
 * The result of a login. [toString] contains no tokens.
 *
 * @property user The signed-in user.
 * @property accessToken The access token.
 * @property refreshToken The refresh token, if the scope `offline_access` was requested.
 * @property idToken The verified ID token.
 * @property connectionId The connection that the user signed in through.
 * @property organizationId The organization that the user signed in to.
 * @property expiresIn The lifetime of the access token in seconds.
 */
public class AuthenticationResult
internal constructor(
    public val user: SignedInUser,
    public val accessToken: String,
    public val refreshToken: String?,
    public val idToken: String?,
    public val connectionId: String?,
    public val organizationId: String?,
    public val expiresIn: Long?,
) {
    override fun toString(): String =
        "AuthenticationResult(user=$user, connectionId=$connectionId, " +
            "organizationId=$organizationId, expiresIn=$expiresIn)"
}

/**
 * The result of a refresh. [toString] contains no tokens.
 *
 * @property accessToken The new access token.
 * @property refreshToken The next refresh token. Store it: the service may rotate refresh tokens.
 * @property idToken A new ID token, if the service sent one. Not verified.
 * @property expiresIn The lifetime of the access token in seconds.
 */
public class RefreshResult
internal constructor(
    public val accessToken: String,
    public val refreshToken: String,
    public val idToken: String?,
    public val expiresIn: Long?,
) {
    override fun toString(): String = "RefreshResult(expiresIn=$expiresIn)"
}

/**
 * An access token of a machine client. [toString] does not contain it.
 *
 * @property accessToken The access token.
 * @property expiresIn Its lifetime in seconds.
 * @property scope The granted scopes, separated by spaces, if the response contains them.
 */
public class ClientToken
internal constructor(
    public val accessToken: String,
    public val expiresIn: Long?,
    public val scope: String?,
) {
    override fun toString(): String = "ClientToken(expiresIn=$expiresIn, scope=$scope)"
}

/**
 * The claims of a login that started at the identity provider's portal.
 *
 * @property connectionId The user's connection.
 * @property organizationId The organization of the connection.
 * @property loginHint The user's login name, to pass to the authorization URL.
 * @property relayState The identity provider's relay state.
 */
public data class IdpInitiatedLogin(
    public val connectionId: String,
    public val organizationId: String,
    public val loginHint: String?,
    public val relayState: String?,
)
