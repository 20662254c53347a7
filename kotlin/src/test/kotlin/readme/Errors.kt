package readme.errors

import com.scalekit.client.CallOptions
import com.scalekit.client.ScalekitClient
import com.scalekit.client.ScalekitNotFoundException
import com.scalekit.client.ScalekitServerException
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.withTimeout

suspend fun main() {
    ScalekitClient.fromEnv().use { client ->
        try {
            // The time limit of the client, with its own exception.
            client.organizations.get("org_0", callOptions = CallOptions(timeout = 5.seconds))
        } catch (error: ScalekitNotFoundException) {
            println("${error.errorCode}, request ${error.requestId}")
        } catch (error: ScalekitServerException) {
            println("failed with ${error.httpStatus}, retry: ${error.isRetryable}")
        }
        // Cancelling a coroutine cancels its call.
        withTimeout(5.seconds) { println(client.roles.list().size) }
    }
}
