package app

import com.scalekit.client.Pkce
import com.scalekit.client.ScalekitClient
import com.scalekit.client.ScalekitTokenValidationException
import com.scalekit.client.ScalekitWebhookVerificationException
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.ApplicationCall
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.request.receive
import io.ktor.server.response.respond
import io.ktor.server.response.respondRedirect
import io.ktor.server.response.respondText
import io.ktor.server.routing.get
import io.ktor.server.routing.post
import io.ktor.server.routing.routing
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap

private val port = System.getenv("PORT").toInt()
private val callback = "http://localhost:$port/callback"
private val sessions = ConcurrentHashMap<String, MutableMap<String, String>>()

/** A web application with Ktor. */
fun main() {
    val client = ScalekitClient.fromEnv()
    embeddedServer(Netty, port = port, host = "localhost") {
        routing {
            get("/login") {
                val session = call.session()
                val pair = Pkce.generate()
                session["state"] = UUID.randomUUID().toString()
                session["verifier"] = pair.verifier
                val url =
                    client.login.authorizationUrl(callback) {
                        state = session["state"]
                        pkce = pair
                    }
                call.respondRedirect(url)
            }
            get("/callback") {
                val session = call.session()
                val parameters = call.request.queryParameters
                val state = session.remove("state")
                if (state == null || state != parameters["state"]) {
                    return@get call.respond(HttpStatusCode.Forbidden)
                }
                val code = parameters["code"].orEmpty()
                val verifier = session.remove("verifier")
                val result = client.login.authenticateWithCode(code, callback, verifier)
                session["token"] = result.accessToken
                call.respondRedirect("/me")
            }
            get("/me") {
                val header = call.request.headers["authorization"]?.removePrefix("Bearer ")
                try {
                    val token = header ?: call.session()["token"].orEmpty()
                    call.respondText(client.tokenValidator.validate(token).subject.orEmpty())
                } catch (_: ScalekitTokenValidationException) {
                    call.respond(HttpStatusCode.Unauthorized)
                }
            }
            post("/webhook") {
                val headers =
                    call.request.headers.entries().associate { it.key to it.value.first() }
                val body = call.receive<ByteArray>()
                try {
                    client.webhooks.verify(System.getenv("WEBHOOK_SECRET"), headers, body)
                    call.respond(HttpStatusCode.NoContent)
                } catch (_: ScalekitWebhookVerificationException) {
                    call.respond(HttpStatusCode.BadRequest)
                }
            }
        }
    }
        .start(wait = true)
}

/** Returns the session of the request's cookie, or a new one. */
private fun ApplicationCall.session(): MutableMap<String, String> {
    val id = request.cookies["session"] ?: UUID.randomUUID().toString()
    response.cookies.append("session", id, path = "/", httpOnly = true)
    return sessions.computeIfAbsent(id) { ConcurrentHashMap() }
}
