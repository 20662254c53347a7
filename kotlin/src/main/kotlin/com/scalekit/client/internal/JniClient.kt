package com.scalekit.client.internal

import com.scalekit.client.internal.ffi.NativeClient
import com.scalekit.client.internal.json.JsonReader
import java.lang.ref.Cleaner
import java.lang.ref.Reference
import java.nio.ByteBuffer
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicLong
import java.util.function.Consumer
import kotlin.coroutines.resume
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * A client of the native library, with the functions that are called through JNI: operations, token
 * validation with cached keys, and webhooks. A call through JNA, which uniffi's code uses, takes
 * several times as long, and loading JNA takes longer than a first call without it.
 *
 * Byte arrays cross JNI faster than strings. A result is null, or a byte with the kind and a
 * content.
 *
 * @param options The options as JSON.
 */
internal class JniClient(options: ByteArray) {
    private val handle: Long

    init {
        NativeLibrary.ensureLoaded()
        val created = checkNotNull(successful(NativeFunctions.create(options)))
        val pointer = ByteBuffer.wrap(created, 1, Long.SIZE_BYTES).getLong()
        handle = pointer
        // A lambda that refers to the property would keep this object reachable.
        CLEANER.register(this) { NativeFunctions.release(pointer) }
    }

    /** The same client with uniffi's functions. */
    val uniffi: NativeClient by lazy {
        try {
            converted { NativeClient.ofJniHandle(handle.toULong()) }
        } finally {
            // The native library reads the handle, which must not be released before.
            Reference.reachabilityFence(this)
        }
    }

    /** Returns the response as JSON with a byte before it. */
    suspend fun call(operation: String, body: ByteArray, timeoutMillis: Double?): ByteArray {
        val result = suspendCancellableCoroutine<ByteArray?> { continuation ->
            val number = start(operation, body, timeoutMillis) { continuation.resume(it) }
            continuation.invokeOnCancellation { NativeFunctions.cancelCall(number) }
        }
        return response(operation, result)
    }

    /** Like [call], but blocks the thread, which may be virtual. */
    fun callBlocking(operation: String, body: ByteArray, timeoutMillis: Double?): ByteArray {
        val waiter = Waiter()
        val number = start(operation, body, timeoutMillis, waiter)
        try {
            waiter.latch.await()
        } catch (error: InterruptedException) {
            NativeFunctions.cancelCall(number)
            throw error
        }
        return response(operation, waiter.result)
    }

    /** Starts a call and returns its number. The consumer receives the result on any thread. */
    private fun start(
        operation: String,
        body: ByteArray,
        timeoutMillis: Double?,
        consumer: Consumer<ByteArray?>,
    ): Long {
        val number = NUMBERS.incrementAndGet()
        val timeout = timeoutMillis ?: Double.NaN
        val failure = startCall(handle, number, operation.toByteArray(), body, timeout, consumer)
        if (failure != null) consumer.accept(failure)
        return number
    }

    private fun response(operation: String, result: ByteArray?): ByteArray =
        successful(result) ?: throw OutOfMemoryError("no memory for the response of $operation")

    private class Waiter : Consumer<ByteArray?> {
        val latch = CountDownLatch(1)
        var result: ByteArray? = null

        override fun accept(value: ByteArray?) {
            result = value
            latch.countDown()
        }
    }

    /** Closes all connections. */
    fun close() {
        successful(shutDown(handle))
    }

    /** Returns the claims as JSON with a byte before them, or `null` if keys must be fetched. */
    fun validate(token: String, checks: ByteArray?, nowMillis: Double): ByteArray? =
        successful(validateToken(handle, token.toByteArray(), checks, nowMillis))

    /** Returns `null` if keys must be fetched. */
    fun isValid(token: String, checks: ByteArray?, nowMillis: Double): Boolean? {
        val bytes = token.toByteArray()
        return when (isValidToken(handle, bytes, checks, nowMillis)) {
            VALID -> true
            INVALID -> false
            NEEDS_KEYS -> null
            else -> successful(validateToken(handle, bytes, checks, nowMillis))?.let { true }
        }
    }

    fun verify(
        interceptor: Boolean,
        secret: String,
        headers: ByteArray,
        payload: ByteArray,
        nowMillis: Double,
    ) {
        successful(
            verifyWebhook(handle, interceptor, secret.toByteArray(), headers, payload, nowMillis)
        )
    }

    private fun successful(result: ByteArray?): ByteArray? {
        if (result != null && result[0] == FAILURE) throw exceptionOf(JsonReader(result, 1))
        return result
    }

    private external fun startCall(
        handle: Long,
        number: Long,
        operation: ByteArray,
        body: ByteArray,
        timeoutMillis: Double,
        consumer: Consumer<ByteArray?>,
    ): ByteArray?

    private external fun shutDown(handle: Long): ByteArray?

    private external fun validateToken(
        handle: Long,
        token: ByteArray,
        checks: ByteArray?,
        nowMillis: Double,
    ): ByteArray?

    private external fun isValidToken(
        handle: Long,
        token: ByteArray,
        checks: ByteArray?,
        nowMillis: Double,
    ): Int

    private external fun verifyWebhook(
        handle: Long,
        interceptor: Boolean,
        secret: ByteArray,
        headers: ByteArray,
        payload: ByteArray,
        nowMillis: Double,
    ): ByteArray?

    internal companion object {
        private const val VALID = 1
        private const val INVALID = 0
        private const val NEEDS_KEYS = -1
        private const val FAILURE: Byte = 1
        private val CLEANER: Cleaner = Cleaner.create()

        /** The number of the last call. */
        private val NUMBERS = AtomicLong()

        /** Returns names and values in turn, each after its length. */
        fun encodeHeaders(headers: Map<String, String>): ByteArray {
            val items =
                headers.flatMap { (name, value) -> listOf(name.toByteArray(), value.toByteArray()) }
            val buffer = ByteBuffer.allocate(items.sumOf { it.size + Int.SIZE_BYTES })
            items.forEach { buffer.putInt(it.size).put(it) }
            return buffer.array()
        }
    }
}

/** Functions that do not refer to a [JniClient], which must become unreachable. */
internal object NativeFunctions {
    external fun create(options: ByteArray): ByteArray

    external fun release(handle: Long)

    external fun cancelCall(number: Long)
}
