package com.scalekit.client

import com.scalekit.client.events.EventsCodecs
import com.scalekit.client.events.ScalekitEvent
import com.scalekit.client.internal.JniClient
import com.scalekit.client.internal.json.JsonException
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.time.Instant

/** Verification of webhooks and interceptor requests. Needs no network. */
public class Webhooks internal constructor(private val client: JniClient) {
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
     * Verifies the signature and the time of a webhook, and returns its event.
     *
     * The API does not define the list of event types or the fields of `data`: compare `type` with
     * the types that you handle. An unknown kind of `object` keeps its name.
     *
     * @param secret The secret of the webhook endpoint (`whsec_…`).
     * @param headers The headers of the request, or only its three `webhook-…` headers.
     * @param payload The body of the request as it was received.
     * @param asOf The time of the check. Default: the system clock.
     * @throws ScalekitWebhookVerificationException if the webhook is rejected.
     * @throws ScalekitArgumentException if the payload has a valid signature but is not an event.
     */
    @JvmOverloads
    public fun parse(
        secret: String,
        headers: Map<String, String>,
        payload: ByteArray,
        asOf: Instant? = null,
    ): ScalekitEvent {
        // A copy, so that no other thread changes the body between verification and parsing.
        val body = payload.copyOf()
        verify(false, secret, headers, body, asOf)
        return event(body) ?: throw ScalekitArgumentException(NOT_AN_EVENT)
    }

    /** Verifies the signature and the time of a webhook with a body as text; returns its event. */
    public fun parse(secret: String, headers: Map<String, String>, payload: String): ScalekitEvent =
        parse(secret, headers, payload.toByteArray())

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
        client.verify(interceptor, secret, JniClient.encodeHeaders(headers), payload, now)
    }

    private fun event(body: ByteArray): ScalekitEvent? =
        try {
            // The reader replaces invalid UTF-8.
            Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body))
            EventsCodecs.scalekitEvent.decode(body).takeIf { it.type.isNotEmpty() }
        } catch (_: CharacterCodingException) {
            null
        } catch (_: JsonException) {
            null
        }

    private companion object {
        const val NOT_AN_EVENT = "the payload has a valid signature but is not an event"
    }
}
