package com.scalekit.client

import com.scalekit.client.internal.ffi.liveCalls
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.*
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

private const val CALLS = 1000

class CancellationTest {
    /** Accepts connections and never responds. */
    private class SilentServer : AutoCloseable {
        private val socket = ServerSocket(0, CALLS)
        private val connections = CopyOnWriteArrayList<Socket>()
        val url = "http://127.0.0.1:${socket.localPort}"

        init {
            Thread { runCatching { while (true) connections.add(socket.accept()) } }
                .apply { isDaemon = true }
                .start()
        }

        override fun close() {
            socket.close()
            connections.forEach(Socket::close)
        }
    }

    private fun withClient(test: suspend CoroutineScope.(ScalekitClient) -> Unit) = runBlocking {
        SilentServer().use { server ->
            ScalekitClient(server.url, "skc_1", "secret").use { client ->
                // A client without calls has no live tasks, also from other tests.
                waitForLive(0)
                test(client)
                waitForLive(0)
            }
        }
    }

    private suspend fun waitForLive(calls: Int) =
        withTimeout(20_000) { while (liveCalls().toInt() != calls) delay(5) }

    @Test
    fun `cancelled coroutines leave no call alive`() = withClient { client ->
        val jobs = List(CALLS) { launch(Dispatchers.Default) { client.roles.list() } }
        waitForLive(CALLS)
        jobs.forEach { it.cancel() }
        jobs.joinAll()
        waitForLive(0)
        println("cancellation: $CALLS calls, ${liveCalls()} alive")
    }

    @Test
    fun `cancelled futures leave no call alive`() = withClient { client ->
        val futures: List<CompletableFuture<*>> = List(100) { client.async().roles().list() }
        waitForLive(100)
        futures.forEach { it.cancel(true) }
    }

    @Test
    fun `an interrupted thread cancels its call`() = withClient { client ->
        val ended = CompletableDeferred<Throwable?>()
        val thread = Thread {
            ended.complete(runCatching { client.blocking().roles().list() }.exceptionOrNull())
        }
        thread.start()
        waitForLive(1)
        thread.interrupt()
        assertEquals(InterruptedException::class.java, ended.await()?.javaClass)
    }

    @Test
    fun `a timeout of the call is an exception of the client`() = withClient { client ->
        val options = CallOptions(timeout = 30.milliseconds)
        val error = runCatching { client.roles.list(callOptions = options) }.exceptionOrNull()
        assertEquals(ScalekitGatewayTimeoutException::class.java, error?.javaClass)
        assertThrows(TimeoutCancellationException::class.java) {
            runBlocking { withTimeout(30) { client.roles.list() } }
        }
    }
}
