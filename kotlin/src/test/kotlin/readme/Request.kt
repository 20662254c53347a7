package readme.request

import com.scalekit.client.ScalekitClient

suspend fun main() {
    ScalekitClient.fromEnv().use { client ->
        val sent =
            client.request("gmail", "ada", "/gmail/v1/users/me/messages/send") {
                method = "POST"
                json(mapOf("raw" to "VG86IGFkYUBhY21lLmNvbQ"))
            }
        println("status ${sent.status}: ${sent.json()}")
    }
}
