package com.scalekit.client

import com.scalekit.client.organizations.CreateOrganization
import com.scalekit.client.support.Emulator
import com.scalekit.client.support.obj
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.*
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test

class ClientTest {
    private val client = emulator.client()

    @BeforeEach
    fun reset() {
        emulator.admin("POST", "reset", emptyMap<String, Any>())
    }

    @Test
    fun `an organization is created, changed and deleted`() = runBlocking {
        val made =
            client.organizations.create(
                CreateOrganization("Acme", externalId = "acme", metadata = mapOf("plan" to "gold"))
            )
        assertEquals("Acme", made.displayName)
        assertNotNull(made.createTime)
        assertEquals(made, client.organizations.get(made.id))
        assertEquals(made, client.organizations.getByExternalId("acme"))
        client.organizations.delete(made.id)
        val error = runCatching { client.organizations.get(made.id) }.exceptionOrNull()
        error as ScalekitNotFoundException
        assertEquals(404, error.httpStatus)
        assertEquals(5, error.grpcCode)
        assertEquals("RESOURCE_NOT_FOUND", error.errorCode)
        assertEquals("OrganizationService.GetOrganization", error.operation)
        assertNotNull(error.requestId)
        assertNotNull(error.details)
        assertFalse(error.isRetryable)
        assertTrue(
            error
                .toString()
                .contains(
                    "(OrganizationService.GetOrganization, HTTP 404, RESOURCE_NOT_FOUND, request"
                )
        )
    }

    @Test
    fun `a list is a flow over all pages`() = runBlocking {
        repeat(5) { client.organizations.create(CreateOrganization("Customer $it")) }
        val all = client.organizations.list(pageSize = 2)
        assertEquals(5, all.toList().size)
        assertEquals(listOf(2, 2, 1), all.pages().toList().map { it.items.size })
        assertEquals(5, all.page().totalSize)
        val before = emulator.requests("operation=OrganizationService.ListOrganization").size
        assertEquals(1, all.take(1).toList().size)
        assertEquals(
            before + 1,
            emulator.requests("operation=OrganizationService.ListOrganization").size,
        )
        assertEquals(5, client.blocking().organizations().list().toList().size)
        assertEquals(5, client.async().organizations().list().toList().get().size)
    }

    @Test
    fun `an operation can be called by name`() = runBlocking {
        val request = mapOf("organization" to mapOf("displayName" to "Acme"))
        val response = client.call("OrganizationService.CreateOrganization", request)
        assertEquals("Acme", response["organization"].obj()["display_name"])
        val error = runCatching { client.call("OrganizationService.Nothing") }.exceptionOrNull()
        assertTrue(error is ScalekitArgumentException)
    }

    @Test
    fun `options are checked`() {
        fun message(configure: ClientOptions.() -> Unit): String? =
            assertThrows(ScalekitArgumentException::class.java) { emulator.client(configure) }
                .message
        val error =
            assertThrows(ScalekitArgumentException::class.java) {
                ScalekitClient("acme", "skc_1", "secret")
            }
        assertEquals("envUrl", error.argument)
        assertTrue(message { callTimeout = (-1).seconds }!!.contains("callTimeout"))
        assertTrue(message { callTimeout = Duration.INFINITE }!!.contains("callTimeout"))
        assertTrue(message { maxRetries = -1 }!!.contains("maxRetries"))
        assertTrue(message { audience = emptyList() }!!.contains("audience"))
        assertThrows(ScalekitArgumentException::class.java) { ScalekitClient.fromEnv() }
    }

    @Test
    fun `the client describes itself without its secret`() {
        assertEquals(
            "ScalekitClient(envUrl=${emulator.url}, clientId=${emulator.clientId})",
            client.toString(),
        )
        assertTrue(client.userAgent.contains("(kotlin ${System.getProperty("java.version")};"))
    }

    @Test
    fun `a closed client rejects calls and still validates tokens`() = runBlocking {
        val token = client.login.clientAccessToken()
        assertEquals(emulator.clientId, client.tokenValidator.validate(token).subject)
        client.close()
        client.close()
        val error = runCatching { client.roles.list() }.exceptionOrNull()
        assertTrue(error is ScalekitCancelledException, "$error")
        assertTrue(client.tokenValidator.isValid(token))
    }

    @Test
    fun `a failure of the network is retryable`() = runBlocking {
        val client =
            ScalekitClient("http://127.0.0.1:1", "skc_1", "secret") {
                maxRetries = 0
                connectTimeout = 500.milliseconds
            }
        val error = runCatching { client.roles.list() }.exceptionOrNull()
        assertTrue(error is ScalekitServiceUnavailableException && error.isRetryable, "$error")
        assertTrue((error as ScalekitException).causes.isNotEmpty())
    }

    companion object {
        private val emulator = Emulator()

        @AfterAll @JvmStatic fun stop() = emulator.close()
    }
}
