/// A page of a list.
public struct Page<Item: Sendable>: Sendable {
    /// The items in the order of the service.
    public let items: [Item]
    /// The token of the next page; `nil` on the last page.
    public let nextPageToken: String?
    /// The number of items on all pages, if the service reports it.
    public let totalSize: Int?

    init(items: [Item], nextPageToken: String, totalSize: Int?) {
        self.items = items
        self.nextPageToken = nextPageToken.isEmpty ? nil : nextPageToken
        self.totalSize = totalSize
    }
}

/// The items of a list, which are fetched page by page. A page is fetched when its first item is
/// needed.
///
/// ```swift
/// for try await user in client.users.list(pageSize: 50) {
///     print(user.email)
/// }
/// ```
///
/// Each iteration fetches the list again.
public struct Pages<Item: Sendable>: AsyncSequence, Sendable {
    typealias Fetch = @Sendable (_ token: String?) async throws -> Page<Item>

    let first: String?
    let fetch: Fetch

    init(from token: String?, _ fetch: @escaping Fetch) {
        first = token
        self.fetch = fetch
    }

    /// The pages instead of their items.
    ///
    /// ```swift
    /// for try await page in client.users.list().pages {
    ///     print(page.items.count, page.totalSize ?? 0)
    /// }
    /// ```
    public var pages: Sequence { Sequence(first: first, fetch: fetch) }

    /// Fetches all items.
    ///
    /// - Returns: The items of all pages.
    /// - Throws: ``ScalekitError``, or `CancellationError` if the task is cancelled.
    public func all() async throws -> [Item] {
        var all: [Item] = []
        for try await page in pages { all += page.items }
        return all
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator())
    }

    /// Iterates over the items.
    public struct Iterator: AsyncIteratorProtocol {
        var pages: Sequence.Iterator
        var items: ArraySlice<Item> = []

        public mutating func next() async throws -> Item? {
            while items.isEmpty {
                guard let page = try await pages.next() else { return nil }
                items = page.items[...]
            }
            return items.popFirst()
        }
    }

    /// The pages of a list.
    public struct Sequence: AsyncSequence, Sendable {
        let first: String?
        let fetch: Fetch

        public func makeAsyncIterator() -> Iterator {
            Iterator(token: first, fetch: fetch)
        }

        /// Iterates over the pages.
        public struct Iterator: AsyncIteratorProtocol {
            var token: String?
            let fetch: Fetch
            var isDone = false
            /// A service that repeats a token would cause an endless loop.
            var seen: Set<String> = []

            init(token: String?, fetch: @escaping Fetch) {
                self.token = token
                self.fetch = fetch
            }

            public mutating func next() async throws -> Page<Item>? {
                if isDone { return nil }
                isDone = true
                let page = try await fetch(token)
                if let next = page.nextPageToken, seen.insert(next).inserted {
                    token = next
                    isDone = false
                }
                return page
            }
        }
    }
}
