package com.scalekit.client.internal

import com.scalekit.client.CallOptions
import com.scalekit.client.Page
import com.scalekit.client.Pages
import com.scalekit.client.ProxyResponse
import com.scalekit.client.RequestOptions
import com.scalekit.client.ScalekitArgumentException
import com.scalekit.client.internal.ffi.NativeClient
import com.scalekit.client.internal.ffi.ProxyRequest
import com.scalekit.client.internal.json.JsonException
import com.scalekit.client.types.Message
import java.util.concurrent.CompletableFuture
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** Calls of operations. */
internal class Calls(val client: JniClient) {
    val native: NativeClient
        get() = client.uniffi

    suspend fun <Q : Message, S : Message> call(
        operation: Operation<Q, S>,
        request: Q,
        options: CallOptions,
    ): S = decode(operation, send(operation.name, encode(operation, request), options))

    /** Blocks the current thread, without coroutines: loading their classes takes time. */
    fun <Q : Message, S : Message> callBlocking(
        operation: Operation<Q, S>,
        request: Q,
        options: CallOptions,
    ): S {
        val body = encode(operation, request)
        return decode(operation, client.callBlocking(operation.name, body, options.timeoutMillis))
    }

    private fun <Q : Message> encode(operation: Operation<Q, *>, request: Q): ByteArray =
        try {
            operation.request.encode(request)
        } catch (error: JsonException) {
            throw ScalekitArgumentException("the request cannot be encoded: ${error.message}")
        }

    private fun <S : Message> decode(operation: Operation<*, S>, response: ByteArray): S =
        try {
            operation.response.decode(response, 1)
        } catch (error: JsonException) {
            throw badResponse(operation.name, "the response cannot be decoded: ${error.message}")
        }

    /**
     * Calls an operation and returns a part of the response. A service that returns the value of
     * this function needs no class for its continuation.
     */
    suspend fun <Q : Message, S : Message, T> call(
        operation: Operation<Q, S>,
        request: Q,
        options: CallOptions,
        result: (S) -> T,
    ): T = result(call(operation, request, options))

    /** Inline, so that `result` needs no class. */
    inline fun <Q : Message, S : Message, T> blocking(
        operation: Operation<Q, S>,
        request: Q,
        options: CallOptions,
        result: (S) -> T,
    ): T = result(callBlocking(operation, request, options))

    fun <Q : Message, S : Message, T> future(
        operation: Operation<Q, S>,
        request: Q,
        options: CallOptions,
        result: (S) -> T,
    ): CompletableFuture<T> = future { call(operation, request, options, result) }

    /** Returns the response as JSON with a byte before it. */
    suspend fun send(operation: String, body: ByteArray, options: CallOptions): ByteArray = off {
        client.call(operation, body, options.timeoutMillis)
    }

    suspend fun request(
        connectionName: String,
        identifier: String,
        path: String,
        options: RequestOptions,
        callOptions: CallOptions,
    ): ProxyResponse {
        val request =
            ProxyRequest(
                connectionName = connectionName,
                identifier = identifier,
                method = options.method,
                path = path,
                query = options.query,
                headers = options.headers,
                body = options.body,
                timeoutMs = callOptions.timeoutMillis,
            )
        return ProxyResponse(off { converted { native.request(request, null) } })
    }

    fun <Q : Message, S : Message, T> pages(
        operation: Operation<Q, S>,
        options: CallOptions,
        request: (String?) -> Q,
        page: (S) -> Page<T>,
    ): Pages<T> = Pages { token -> page(call(operation, request(token), options)) }
}

/**
 * Runs a call so that it does not continue on the thread of the native library. A coroutine without
 * a dispatcher, or with [Dispatchers.Unconfined], would block all other calls there.
 */
internal suspend fun <T> off(call: suspend () -> T): T {
    val interceptor = coroutineContext[ContinuationInterceptor]
    if (interceptor == null || interceptor === Dispatchers.Unconfined) {
        return withContext(Dispatchers.Default) { call() }
    }
    return call()
}

/** Returns a field that the service always sends. */
internal fun <T : Any> T?.present(field: String): T =
    this ?: throw badResponse("", "the response contains no $field")
