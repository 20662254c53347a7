package com.scalekit.client.internal

import com.scalekit.client.internal.json.JsonReader
import java.lang.ref.Cleaner
import java.nio.ByteBuffer

/**
 * Functions of the native library that are called through JNI: token validation with cached keys,
 * and webhooks. JNA, which uniffi's code uses, takes several times as long as these functions.
 *
 * Byte arrays cross JNI faster than strings.
 */
internal class FastPath(private val handle: Long) {
    init {
        // A copy, because a lambda that refers to the property keeps this object reachable.
        val pointer = handle
        CLEANER.register(this) { Released.release(pointer) }
    }

    /** Returns the claims as JSON with a byte before them, or `null` if keys must be fetched. */
    fun validate(token: String, checks: ByteArray?, nowMillis: Double): ByteArray? {
        val result = validateToken(handle, token.toByteArray(), checks, nowMillis) ?: return null
        return successful(result)
    }

    /** Returns `null` if keys must be fetched. */
    fun isValid(token: String, checks: ByteArray?, nowMillis: Double): Boolean? {
        val bytes = token.toByteArray()
        return when (isValidToken(handle, bytes, checks, nowMillis)) {
            VALID -> true
            INVALID -> false
            NEEDS_KEYS -> null
            else ->
                validateToken(handle, bytes, checks, nowMillis)?.let {
                    successful(it)
                    true
                }
        }
    }

    fun verify(
        interceptor: Boolean,
        secret: String,
        headers: ByteArray,
        payload: ByteArray,
        nowMillis: Double,
    ) {
        val failure =
            verifyWebhook(handle, interceptor, secret.toByteArray(), headers, payload, nowMillis)
        if (failure != null) successful(failure)
    }

    private fun successful(result: ByteArray): ByteArray {
        if (result[0] == FAILURE) throw exceptionOf(JsonReader(result, 1))
        return result
    }

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

    /** Frees the native client. Does not refer to [FastPath], which must become unreachable. */
    internal object Released {
        external fun release(handle: Long)
    }

    internal companion object {
        private const val VALID = 1
        private const val INVALID = 0
        private const val NEEDS_KEYS = -1
        private const val FAILURE: Byte = 1
        private val CLEANER: Cleaner = Cleaner.create()

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
