package readme.tokencheck

import com.scalekit.client.ScalekitClient
import com.scalekit.client.ScalekitTokenValidationException
import com.scalekit.client.TokenValidation

val client = ScalekitClient.fromEnv()
val checks = TokenValidation(issuer = listOf(client.envUrl), audience = listOf(client.clientId))

/** Returns the id of the user or machine client, or null for status 401. */
suspend fun subject(token: String): String? =
    try {
        client.tokenValidator.validate(token, checks).subject
    } catch (error: ScalekitTokenValidationException) {
        println("rejected: ${error.message}")
        null
    }

suspend fun main() {
    println(subject(client.login.clientAccessToken()))
    println(subject("not a token"))
}
