package com.scalekit.client

import com.scalekit.client.internal.json.JsonWriter
import java.time.Instant
import kotlin.time.Duration
import kotlin.time.DurationUnit

/**
 * The checks of a token in addition to signature and times. Java programs use [builder].
 *
 * @property issuer `iss` must be one of these. `null`: the client's default, or no check.
 * @property audience `aud` must contain one of these. `null`: the client's default, or no check.
 * @property requiredScopes Scopes that the token must all have.
 * @property asOf The time of the validation. `null`: the system clock.
 */
public class TokenValidation
private constructor(
    public val issuer: List<String>?,
    public val audience: List<String>?,
    public val requiredScopes: List<String>,
    internal val leewayMillis: Double?,
    public val asOf: Instant?,
) {
    /** @param leeway Allowed clock difference. `null`: the client's setting, 5 s by default. */
    public constructor(
        issuer: List<String>? = null,
        audience: List<String>? = null,
        requiredScopes: List<String> = emptyList(),
        leeway: Duration? = null,
        asOf: Instant? = null,
    ) : this(issuer, audience, requiredScopes, leeway?.toDouble(DurationUnit.MILLISECONDS), asOf)

    internal val nowMillis: Double
        get() = asOf?.let(::millis) ?: Double.NaN

    /** The checks as JSON for the native library, encoded once. `null` if there are none. */
    internal val encoded: ByteArray? by
        lazy(LazyThreadSafetyMode.PUBLICATION) {
            if (
                issuer == null &&
                    audience == null &&
                    requiredScopes.isEmpty() &&
                    leewayMillis == null
            ) {
                return@lazy null
            }
            val checks = listOf(issuer, audience, requiredScopes, leewayMillis)
            JsonWriter().apply { any(checks) }.result()
        }

    /** Builder for Java. */
    public class Builder internal constructor() {
        private var issuer: List<String>? = null
        private var audience: List<String>? = null
        private var requiredScopes: List<String> = emptyList()
        private var leeway: java.time.Duration? = null
        private var asOf: Instant? = null

        /** `iss` must be one of these. */
        public fun issuer(vararg values: String): Builder = apply { issuer = values.toList() }

        /** `aud` must contain one of these. */
        public fun audience(vararg values: String): Builder = apply { audience = values.toList() }

        /** Scopes that the token must all have. */
        public fun requiredScopes(vararg values: String): Builder = apply {
            requiredScopes = values.toList()
        }

        /** Allowed clock difference. */
        public fun leeway(value: java.time.Duration): Builder = apply { leeway = value }

        /** The time of the validation. */
        public fun asOf(value: Instant): Builder = apply { asOf = value }

        /** Returns the checks. */
        public fun build(): TokenValidation {
            val millis = leeway?.let { it.seconds * 1e3 + it.nano / 1e6 }
            return TokenValidation(issuer, audience, requiredScopes, millis, asOf)
        }
    }

    public companion object {
        /** The checks of the client's options. */
        @JvmField public val DEFAULT: TokenValidation = TokenValidation()

        /** Returns a new builder. */
        @JvmStatic public fun builder(): Builder = Builder()

        internal fun millis(time: Instant): Double = time.epochSecond * 1e3 + time.nano / 1e6
    }
}
