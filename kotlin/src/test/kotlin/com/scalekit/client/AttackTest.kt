package com.scalekit.client

import com.scalekit.client.support.*
import java.io.ByteArrayOutputStream
import java.lang.management.ManagementFactory
import java.util.Base64
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

private const val MAX_CPU_NANOS = 2_000_000_000L

/** The attack suite: documented exceptions, messages and limits. See tests/attacks/README.md. */
class AttackTest {
    private val threads = ManagementFactory.getThreadMXBean()

    @Test
    fun `tokens are accepted or rejected as listed`() = runBlocking {
        AttackServer().use { server ->
            val cases = server.get("cases")["tokens"].list().map { it.obj() }
            assertTrue(cases.size > 250)
            val client = ScalekitClient(server.url, "skc_1", "secret")
            // Twice, so that cached tokens are covered too.
            val wrong = (cases + cases).mapNotNull { case -> tokenFailure(client, case) }
            assertEquals(emptyList<Any>(), wrong)
            println("attacks: ${cases.size} tokens")
            val seen = server.get("seen")
            assertFalse("/attacker-keys" in seen)
            assertTrue((seen["/keys"] as Long) <= 2)
        }
    }

    private suspend fun tokenFailure(client: ScalekitClient, case: Map<String, Any?>): Any? {
        val token = join(case["token"]).decodeToString()
        val validation =
            TokenValidation(
                issuer = (case["issuer"] as String?)?.let(::listOf),
                audience = texts(case["audience"]).takeIf { it.isNotEmpty() },
                requiredScopes = texts(case["required_scopes"]),
            )
        val accepted = case["accepted"] as Boolean
        val outcome = limited(case) { client.tokenValidator.validate(token, validation) }
        val error = outcome.exceptionOrNull()
        val subject = case["subject"] as String?
        val correct =
            if (accepted) {
                error == null && (subject == null || outcome.getOrThrow().subject == subject)
            } else {
                error is ScalekitTokenValidationException &&
                    error.message!!.startsWith(case["message"] as String)
            }
        val valid = limited(case) { client.tokenValidator.isValid(token, validation) }.getOrThrow()
        val blocking = client.blocking().isValidToken(token, validation)
        return if (correct && valid == accepted && blocking == accepted) null
        else listOf(case["name"], error, valid)
    }

    @Test
    fun `payloads are accepted or rejected as listed`() = runBlocking {
        AttackServer().use { server ->
            val cases = server.get("cases")["payloads"].list().map { it.obj() }
            assertTrue(cases.size > 150)
            val client = ScalekitClient(server.url, "skc_1", "secret")
            val wrong =
                cases.mapNotNull { case ->
                    val outcome = limited(case) { verify(client, case) }
                    val error = outcome.exceptionOrNull()
                    val correct =
                        if (case["accepted"] as Boolean) {
                            error == null
                        } else {
                            error is ScalekitWebhookVerificationException &&
                                error.message == case["message"]
                        }
                    if (correct) null else listOf(case["name"], error)
                }
            assertEquals(emptyList<Any>(), wrong)
            println("attacks: ${cases.size} payloads")
        }
    }

    private fun verify(client: ScalekitClient, case: Map<String, Any?>) {
        val headers = LinkedHashMap<String, String>()
        for (pair in case["headers"].list()) {
            // A map has one value for a name; the first one counts.
            headers.putIfAbsent(pair.list()[0] as String, join(pair.list()[1]).decodeToString())
        }
        val (secret, body) = Pair(case["secret"] as String, join(case["body"]))
        if (case["interceptor"] as Boolean) {
            client.webhooks.verifyInterceptor(secret, headers, body)
        } else {
            client.webhooks.verify(secret, headers, body)
        }
    }

    private inline fun <T> limited(case: Map<String, Any?>, check: () -> T): Result<T> {
        val started = threads.currentThreadCpuTime
        val outcome = runCatching(check)
        assertTrue(threads.currentThreadCpuTime - started < MAX_CPU_NANOS, case["name"].toString())
        return outcome
    }

    private fun texts(value: Any?): List<String> = value.list().map { it as String }

    private fun join(pieces: Any?): ByteArray {
        val bytes = ByteArrayOutputStream()
        for (piece in pieces.list()) {
            val content = Base64.getDecoder().decode(piece.obj()["base64"] as String)
            repeat((piece.obj()["times"] as Long).toInt()) { bytes.write(content) }
        }
        return bytes.toByteArray()
    }
}
