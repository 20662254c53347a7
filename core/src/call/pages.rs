//! Lists that come page by page, as one stream of their items.

use std::collections::HashSet;
use std::future::Future;

use futures_core::Stream;
use futures_util::stream::{self, TryStreamExt as _};

use crate::Error;

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Token of the next page; empty on the last one.
    pub(crate) next: String,
}

/// The items of all pages from `request` on. `fetch` gets a page, `advance` puts the token of the
/// next one into the request. The stream ends with the last page, after an error, and where the
/// service hands out a token for the second time, which would otherwise go on for ever.
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
        /// The request of the next page; `None` after the last one.
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

    /// Reads all items and the tokens that were asked for, from a service with these answers by token.
    async fn read(answers: &'static [(&str, &[u32], &str)]) -> (Vec<u32>, Vec<String>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let fetch = move |token: String| {
            let answer = answers
                .iter()
                .find(|(of, ..)| *of == token)
                .expect("a page with this token");
            log.lock().unwrap().push(token);
            ready(Ok::<_, Error>(Page {
                items: answer.1.to_vec(),
                next: answer.2.to_owned(),
            }))
        };
        let stream = pages(String::new(), fetch, |request, token| *request = token);
        let items = stream.map(|item| item.expect("no page fails")).collect().await;
        (items, asked.lock().unwrap().clone())
    }

    #[tokio::test]
    async fn every_page_is_read_once_in_order_and_empty_ones_are_passed() {
        let (items, asked) = read(&[("", &[1, 2], "b"), ("b", &[], "c"), ("c", &[3], "")]).await;
        assert_eq!(items, [1, 2, 3]);
        assert_eq!(asked, ["", "b", "c"]);
    }

    #[tokio::test]
    async fn a_token_that_comes_again_ends_the_stream() {
        let (items, asked) = read(&[("", &[1], "b"), ("b", &[2], "c"), ("c", &[3], "b")]).await;
        assert_eq!(items, [1, 2, 3]);
        assert_eq!(asked, ["", "b", "c"]);
    }
}
