package com.scalekit.client

import com.scalekit.client.support.Emulator
import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

private const val MAX_GROWTH = 24L shl 20

/** The memory of the process does not grow with the number of calls and clients. */
class MemoryTest {
    private fun resident(): Long {
        repeat(2) {
            System.gc()
            Thread.sleep(50)
        }
        val pages = File("/proc/self/statm").readText().split(' ')[1].toLong()
        return pages * 4096
    }

    @Test
    fun `memory is flat over 50,000 calls and 2,000 clients`() = runBlocking {
        Emulator().use { emulator ->
            emulator.client().use { client ->
                val token = client.login.clientAccessToken()
                val webhook =
                    mapOf(
                        "webhook-id" to "m",
                        "webhook-timestamp" to "5",
                        "webhook-signature" to "v1,x",
                    )
                suspend fun round(count: Int) =
                    repeat(count) { index ->
                        client.tokenValidator.validate(token)
                        runCatching { client.webhooks.verify("whsec_c2VjcmV0", webhook, "{}") }
                        if (index % 10 == 0) runCatching { client.organizations.get("org_0") }
                        client.tokenValidator.refreshKeys()
                    }
                round(20_000)
                val before = resident()
                round(50_000)
                val grown = resident() - before
                println("memory: 50,000 rounds grow by ${grown shr 10} KiB")
                assertTrue(grown < MAX_GROWTH, "$grown bytes")

                suspend fun clients(count: Int) =
                    repeat(count) {
                        emulator.client().use { other ->
                            other.tokenValidator.isValid(token)
                            other.envUrl
                        }
                    }
                clients(500)
                val start = resident()
                clients(2000)
                val perClient = resident() - start
                println("memory: 2,000 clients grow by ${perClient shr 10} KiB")
                assertTrue(perClient < MAX_GROWTH, "$perClient bytes")
            }
        }
    }
}
