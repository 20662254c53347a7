//! Streams over paginated lists.

use std::collections::HashSet;
use std::future::Future;

use futures_core::Stream;
use futures_util::stream::{self, TryStreamExt as _};

use crate::Error;

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// The token of the next page; empty on the last page.
    pub(crate) next: String,
}

/// Returns the items of all pages. `fetch` gets a page; `advance` sets the token of the next page
/// in the request. The stream ends after the last page, after an error, and if a page token
/// repeats, which would otherwise loop forever.
pub(crate) fn pages<Request, Item, Fetch, Fetched>(
    request: Request,
    fetch: Fetch,
    advance: impl Fn(&mut Request, String) + Send + 'static,
) -> impl Stream<Item = Result<Item, Error>> + Send + 'static
where
    Request: Clone + Send + 'static,
    Item: Send + 'static,
    Fetch: Fn(Request) -> Fetched + Send + 'static,
    Fetched: Future<Output = Result<Page<Item>, Error>> + Send + 'static,
{
    struct State<Request, Fetch, Advance> {
        /// The request of the next page; `None` after the last page.
        request: Option<Request>,
        seen: HashSet<String>,
        fetch: Fetch,
        advance: Advance,
    }

    let start = State {
        request: Some(request),
        seen: HashSet::new(),
        fetch,
        advance,
    };
    stream::try_unfold(start, |mut state| async move {
        let Some(mut request) = state.request.take() else {
            return Ok::<_, Error>(None);
        };
        let page = (state.fetch)(request.clone()).await?;
        if !page.next.is_empty() && state.seen.insert(page.next.clone()) {
            (state.advance)(&mut request, page.next);
            state.request = Some(request);
        }
        Ok(Some((stream::iter(page.items.into_iter().map(Ok)), state)))
    })
    .try_flatten()
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::{Arc, Mutex};

    use futures_util::StreamExt as _;

    use super::{Page, pages};
    use crate::Error;

    /// Reads all items from these pages, given by token. Returns the items and the requested
    /// tokens.
    async fn read(pages_by_token: &'static [(&str, &[u32], &str)]) -> (Vec<u32>, Vec<String>) {
        let requested = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requested);
        let fetch = move |token: String| {
            let page = pages_by_token
                .iter()
                .find(|(of, ..)| *of == token)
                .expect("a page with this token");
            log.lock().unwrap().push(token);
            ready(Ok::<_, Error>(Page {
                items: page.1.to_vec(),
                next: page.2.to_owned(),
            }))
        };
        let stream = pages(String::new(), fetch, |request, token| *request = token);
        let items = stream
            .map(|item| item.expect("no page fails"))
            .collect()
            .await;
        (items, requested.lock().unwrap().clone())
    }

    #[tokio::test]
    async fn every_page_is_read_once_in_order() {
        let (items, requested) =
            read(&[("", &[1, 2], "b"), ("b", &[], "c"), ("c", &[3], "")]).await;
        assert_eq!(items, [1, 2, 3]);
        assert_eq!(requested, ["", "b", "c"]);
    }

    #[tokio::test]
    async fn a_repeated_token_ends_the_stream() {
        let (items, requested) = read(&[("", &[1], "b"), ("b", &[2], "c"), ("c", &[3], "b")]).await;
        assert_eq!(items, [1, 2, 3]);
        assert_eq!(requested, ["", "b", "c"]);
    }
}
