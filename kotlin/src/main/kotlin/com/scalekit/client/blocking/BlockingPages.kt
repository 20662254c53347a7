package com.scalekit.client.blocking

import com.scalekit.client.Page
import com.scalekit.client.Pages
import com.scalekit.client.internal.blocking
import java.util.stream.Stream
import java.util.stream.StreamSupport

/** The items of all pages. Each page is requested when its first item is needed. */
public class BlockingPages<T> internal constructor(private val pages: Pages<T>) : Iterable<T> {
    override fun iterator(): Iterator<T> = pages().flatMap { it.items }.iterator()

    /** Returns the items as a stream. */
    public fun stream(): Stream<T> = StreamSupport.stream(spliterator(), false)

    /** Requests one page. `token` is the [Page.nextPageToken] of the page before. */
    @JvmOverloads public fun page(token: String? = null): Page<T> = blocking { pages.page(token) }

    private fun pages(): Sequence<Page<T>> =
        generateSequence(page()) { page ->
            page.nextPageToken.takeIf(String::isNotEmpty)?.let(::page)
        }
}
