package com.scalekit.client.async

import com.scalekit.client.Page
import com.scalekit.client.Pages
import com.scalekit.client.internal.future
import com.scalekit.client.internal.futureOfNothing
import java.util.concurrent.CompletableFuture
import java.util.function.Consumer
import kotlinx.coroutines.flow.toList

/** The items of all pages. */
public class AsyncPages<T> internal constructor(private val pages: Pages<T>) {
    /** Requests one page. `token` is the [Page.nextPageToken] of the page before. */
    @JvmOverloads
    public fun page(token: String? = null): CompletableFuture<Page<T>> = future {
        pages.page(token)
    }

    /** Requests all pages and calls `action` with each item, on a background thread. */
    public fun forEach(action: Consumer<in T>): CompletableFuture<Void?> = futureOfNothing {
        pages.collect { action.accept(it) }
    }

    /** Requests all pages and returns the items. */
    public fun toList(): CompletableFuture<List<T>> = future { pages.toList() }
}
