package com.scalekit.client

import kotlinx.coroutines.ExperimentalForInheritanceCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.flow

/**
 * One page of a list.
 *
 * @property items The items.
 * @property nextPageToken The token of the next page; empty on the last page.
 * @property totalSize The number of items on all pages, if the service sends it.
 */
public class Page<out T>
internal constructor(
    public val items: List<T>,
    public val nextPageToken: String,
    public val totalSize: Int?,
)

/**
 * The items of all pages. Each page is requested when its first item is collected. Every collection
 * starts with the first page.
 *
 * ```
 * client.organizations.list().collect { println(it.displayName) }
 * client.organizations.list(pageSize = 50).pages().collect { println(it.totalSize) }
 * ```
 */
@OptIn(ExperimentalForInheritanceCoroutinesApi::class)
public class Pages<out T>
internal constructor(private val load: suspend (token: String?) -> Page<T>) : Flow<T> {
    /** Returns the pages. */
    public fun pages(): Flow<Page<T>> = flow {
        var token: String? = null
        do {
            val page = page(token)
            emit(page)
            // A token that is repeated would never end.
            val next = page.nextPageToken.takeIf { it.isNotEmpty() && it != token }
            token = next
        } while (token != null)
    }

    /** Requests one page. `token` is the [Page.nextPageToken] of the page before. */
    public suspend fun page(token: String? = null): Page<T> = load(token)

    override suspend fun collect(collector: FlowCollector<T>) {
        pages().collect { page -> page.items.forEach { collector.emit(it) } }
    }
}
