package com.scalekit.client.internal

import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.future.future
import kotlinx.coroutines.runBlocking

/** Has no parent job: the caller cancels a future, and a failure belongs to the future only. */
private object Futures : CoroutineScope {
    override val coroutineContext = Dispatchers.Default
}

/** Starts a call. Cancelling the future cancels the call. */
internal fun <T> future(call: suspend () -> T): CompletableFuture<T> = Futures.future { call() }

internal fun futureOfNothing(call: suspend () -> Unit): CompletableFuture<Void?> =
    Futures.future {
        call()
        null
    }

/** Blocks the current thread, which may be virtual. Interrupting the thread cancels the call. */
internal fun <T> blocking(call: suspend () -> T): T = runBlocking { call() }
