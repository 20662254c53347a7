package com.scalekit.client

import com.scalekit.client.internal.FastPath
import java.time.Instant

/** Verification of webhooks and interceptor requests. Needs no network. */
public class Webhooks internal constructor(private val fastPath: FastPath) {
    /**
     * Verifies the signature and the time of a webhook.
     *
     * @param secret The secret of the webhook endpoint (`whsec_…`).
     * @param headers The headers of the request, or only its three `webhook-…` headers.
     * @param payload The body of the request as it was received.
     * @param asOf The time of the check. Default: the system clock.
     * @throws ScalekitWebhookVerificationException if the webhook is rejected.
     */
    @JvmOverloads
    public fun verify(
        secret: String,
        headers: Map<String, String>,
        payload: ByteArray,
        asOf: Instant? = null,
    ): Unit = verify(false, secret, headers, payload, asOf)

    /** Verifies the signature and the time of a webhook with a body as text. */
    public fun verify(secret: String, headers: Map<String, String>, payload: String): Unit =
        verify(false, secret, headers, payload.toByteArray(), null)

    /**
     * Verifies the signature and the time of an interceptor request, whose headers are
     * `interceptor-…`; a missing header falls back to `webhook-…`.
     *
     * @throws ScalekitWebhookVerificationException if the request is rejected.
     */
    @JvmOverloads
    public fun verifyInterceptor(
        secret: String,
        headers: Map<String, String>,
        payload: ByteArray,
        asOf: Instant? = null,
    ): Unit = verify(true, secret, headers, payload, asOf)

    /** Verifies the signature and the time of an interceptor request with a body as text. */
    public fun verifyInterceptor(
        secret: String,
        headers: Map<String, String>,
        payload: String,
    ): Unit = verify(true, secret, headers, payload.toByteArray(), null)

    private fun verify(
        interceptor: Boolean,
        secret: String,
        headers: Map<String, String>,
        payload: ByteArray,
        asOf: Instant?,
    ) {
        val now = asOf?.let(TokenValidation::millis) ?: Double.NaN
        fastPath.verify(interceptor, secret, FastPath.encodeHeaders(headers), payload, now)
    }
}
