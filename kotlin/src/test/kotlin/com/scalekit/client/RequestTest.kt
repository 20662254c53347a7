package com.scalekit.client

import com.scalekit.client.internal.ffi.liveCalls
import com.scalekit.client.support.Emulator
import com.scalekit.client.support.GMAIL_ACCOUNT
import com.scalekit.client.support.obj
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.*
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test

/** Requests to third-party services. */
class RequestTest {
    private val client = emulator.client()

    @BeforeEach
    fun reset() {
        emulator.admin("POST", "reset", emptyMap<String, Any>())
        emulator.admin("POST", "seed", GMAIL_ACCOUNT)
    }

    private fun script(vararg fields: Pair<String, Any?>) {
        emulator.admin("POST", "proxy-responses", fields.toMap())
    }

    @Test
    fun `a request has a method, a query, headers and a body`() = runBlocking {
        val response =
            client.request("gmail", "ada", "gmail/v1/send?a=1") {
                method = "POST"
                query("b c", "&")
                query("b c", "ü")
                header("x-trace", "7")
                json(mapOf("to" to listOf("ada@acme.com"), "urgent" to true, "copies" to 2))
            }
        assertEquals(200, response.status)
        assertTrue(response.isSuccessful)
        assertEquals("application/json", response.header("Content-Type"))
        assertEquals(listOf("application/json"), response.headers["content-type"])
        val sent = response.json().obj()
        assertEquals("POST", sent["method"])
        assertEquals("/gmail/v1/send", sent["path"])
        assertEquals("a=1&b+c=%26&b+c=%C3%BC", sent["query"])
        assertEquals("7", sent["headers"].obj()["x-trace"])
        assertEquals("application/json", sent["headers"].obj()["content-type"])
        assertEquals(
            mapOf("to" to listOf("ada@acme.com"), "urgent" to true, "copies" to 2L),
            sent["json"],
        )
    }

    @Test
    fun `a body is a form or bytes`() = runBlocking {
        val form =
            client.request("gmail", "ada", "/form") {
                method = "PUT"
                form(mapOf("text" to "a b&c"))
            }
        val sent = form.json().obj()
        assertEquals("text=a+b%26c", sent["body"])
        assertEquals("application/x-www-form-urlencoded", sent["headers"].obj()["content-type"])
        val bytes =
            client.request("gmail", "ada", "/bytes") {
                method = "PATCH"
                header("content-type", "text/csv")
                body("a,b".toByteArray())
            }
        assertEquals("a,b", bytes.json().obj()["body"])
        assertEquals("text/csv", bytes.json().obj()["headers"].obj()["content-type"])
    }

    @Test
    fun `a response has any status and any content`() = runBlocking {
        script("times" to 1, "status" to 429, "headers" to mapOf("retry-after" to "1"))
        val limited = client.request("gmail", "ada", "/a")
        assertEquals(429, limited.status)
        assertFalse(limited.isSuccessful)
        assertEquals("1", limited.header("Retry-After"))
        assertNull(limited.header("x-missing"))
        assertEquals("ProxyResponse(status=429)", limited.toString())
        assertThrows(ScalekitServerException::class.java) { limited.json() }

        script("path" to "/binary", "base64" to "AP8B")
        assertArrayEquals(byteArrayOf(0, -1, 1), client.request("gmail", "ada", "/binary").bytes)
        script(
            "path" to "/latin1",
            "base64" to "/A==",
            "headers" to mapOf("content-type" to "text/plain; charset=iso-8859-1"),
        )
        assertEquals("ü", client.request("gmail", "ada", "/latin1").text())
        script("path" to "/text", "body" to "ü")
        assertEquals("ü", client.request("gmail", "ada", "/text").text())
    }

    @Test
    fun `invalid arguments are rejected before a request is sent`() = runBlocking {
        suspend fun rejected(
            connectionName: String = "gmail",
            path: String = "/a",
            configure: RequestOptions.() -> Unit = {},
        ): ScalekitArgumentException {
            val sent = runCatching {
                client.request(connectionName, "ada", path, configure = configure)
            }
            return sent.exceptionOrNull() as ScalekitArgumentException
        }
        assertEquals("connectionName", rejected(connectionName = "").argument)
        assertEquals("path", rejected(path = "/../api/v1/users").argument)
        assertEquals("method", rejected { method = "a b" }.argument)
        val reserved = rejected { header("Authorization", "x") }
        assertTrue(reserved.message!!.contains("Authorization"), reserved.message)
        assertEquals(emptyList<Any>(), emulator.requests("operation=proxy"))
    }

    @Test
    fun `a request has a time limit and can be cancelled`() = runBlocking {
        client.login.clientAccessToken()
        script("delay_ms" to 60_000)
        val limit = CallOptions(timeout = 50.milliseconds)
        val error = runCatching { client.request("gmail", "ada", "/a", limit) }.exceptionOrNull()
        assertTrue(error is ScalekitGatewayTimeoutException, "$error")
        val job =
            launch(start = CoroutineStart.UNDISPATCHED) { client.request("gmail", "ada", "/a") }
        while (liveCalls() != 1UL) delay(5)
        job.cancelAndJoin()
        while (liveCalls() != 0UL) delay(5)
    }

    companion object {
        private val emulator = Emulator()

        @AfterAll @JvmStatic fun stop() = emulator.close()
    }
}
