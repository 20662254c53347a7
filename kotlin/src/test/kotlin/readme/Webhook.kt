package readme.webhook

import com.scalekit.client.ScalekitClient
import com.scalekit.client.ScalekitWebhookVerificationException

val client = ScalekitClient.fromEnv()
val secret = System.getenv("SCALEKIT_WEBHOOK_SECRET") ?: "whsec_c2VjcmV0"

/** Handles a request and returns the status of the response. */
fun handle(headers: Map<String, String>, body: ByteArray): Int =
    try {
        val event = client.webhooks.parse(secret, headers, body)
        println("${event.type}: ${event.data}")
        204
    } catch (error: ScalekitWebhookVerificationException) {
        println("rejected: ${error.message}")
        400
    }

fun main() {
    println(handle(mapOf("webhook-id" to "msg_1"), "{}".toByteArray()))
}
