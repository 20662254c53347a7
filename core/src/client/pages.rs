//! Lists that are fetched page by page.

use std::collections::HashSet;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use std::vec;

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::decode::Decoder;
use super::pending::Pending;
use super::{CallOptions, Client};
use crate::Result;
use crate::schema::Operation;

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items in the order of the service.
    pub items: Vec<T>,
    /// The token of the next page; `None` on the last page.
    pub next_page_token: Option<String>,
    /// The number of items on all pages, if the service reports it.
    pub total_size: Option<u32>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            next_page_token: None,
            total_size: None,
        }
    }
}

/// The items of a list, which are fetched page by page.
///
/// It is a [`Stream`] of items, and it is `Unpin`: no `pin!` is needed.
/// [`try_next`](Self::try_next) works without an import. A page is fetched when its first item is
/// needed. The list ends after the last page, after an error, and at a repeated page token, which
/// would otherwise cause an endless loop.
///
/// ```
/// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
/// let mut users = client.users().list().page_size(50);
/// while let Some(user) = users.try_next().await? {
///     println!("{}", user.email);
/// }
/// # Ok(())
/// # }
/// ```
///
/// Methods whose operation has options return a type with the methods of this type, and one more
/// method for each option.
#[must_use = "a list fetches its pages when it is read"]
pub struct Pages<T> {
    request: Pending,
    decoder: Decoder<Page<T>>,
    state: State<T>,
    /// The tokens of the pages that were fetched.
    seen: HashSet<String>,
    /// The page that is being read, without its items.
    page: Page<T>,
    items: vec::IntoIter<T>,
}

enum State<T> {
    /// The request contains the token of the page to fetch.
    Ready,
    Fetching(Pin<Box<dyn Future<Output = Result<Page<T>>> + Send>>),
    Done,
}

/// No field is pinned in place.
impl<T> Unpin for Pages<T> {}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    pub(crate) fn new(client: &Client, operation: &'static Operation, items: &'static str) -> Self {
        Self {
            request: Pending::new(client, operation),
            decoder: Decoder::page(items),
            state: State::Ready,
            seen: HashSet::new(),
            page: Page::default(),
            items: Vec::new().into_iter(),
        }
    }
}

impl<T: Send + 'static> Pages<T> {
    /// Sets the maximum number of items per page. Default: chosen by the service.
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.request.set("page_size", page_size);
        self
    }

    /// Sets the page to start with: [`Page::next_page_token`] of the page before it. Default: the
    /// first page.
    pub fn page_token(mut self, page_token: impl Into<String>) -> Self {
        self.request.text("page_token", page_token);
        self
    }

    /// Sets the time limit of the call for each page, including retries and waits. Default: the
    /// client's setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.options.timeout = Some(timeout);
        self
    }

    /// Adds a header to the requests of all pages. See [`Call::header`](crate::Call::header).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request.header(name, value);
        self
    }

    /// Replaces the options of the calls.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.request.options = options;
        self
    }

    /// Returns the next page; `None` after the last page. If a page was read in part by
    /// [`try_next`](Self::try_next), it returns the remaining items of this page.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let mut users = client.users().list().page_size(50);
    /// while let Some(page) = users.next_page().await? {
    ///     println!("{} users, next page: {:?}", page.items.len(), page.next_page_token);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Any error of the call. The list ends after it.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>> {
        if self.items.as_slice().is_empty() && !poll_fn(|context| self.poll_page(context)).await? {
            return Ok(None);
        }
        let items = std::mem::take(&mut self.items).collect();
        Ok(Some(Page {
            items,
            ..std::mem::take(&mut self.page)
        }))
    }

    /// Returns the next item; `None` after the last item.
    ///
    /// # Errors
    /// Any error of a call. The list ends after it.
    pub async fn try_next(&mut self) -> Result<Option<T>> {
        let item = poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await;
        item.transpose()
    }

    /// Fetches all pages and returns their items.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let users = client.users().list().all().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Any error of a call.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await? {
            all.extend(page.items);
        }
        Ok(all)
    }

    pub(crate) fn request(&mut self) -> &mut Pending {
        &mut self.request
    }

    /// Fetches a page into `page` and `items`. Returns `false` after the last page. If the caller
    /// stops polling, the next call continues with the same request.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<bool>> {
        if matches!(self.state, State::Ready) {
            let fetch = self.request.clone().send(self.decoder);
            self.state = State::Fetching(Box::pin(fetch));
        }
        let State::Fetching(fetch) = &mut self.state else {
            return Poll::Ready(Ok(false));
        };
        let result = ready!(fetch.as_mut().poll(context));
        self.state = State::Done;
        let mut page = result?;
        if let Some(token) = &page.next_page_token
            && self.seen.insert(token.clone())
        {
            self.request.set("page_token", token.as_str());
            self.state = State::Ready;
        }
        self.items = std::mem::take(&mut page.items).into_iter();
        self.page = page;
        Poll::Ready(Ok(true))
    }
}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.poll_page(context)) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(None),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pages").field(&self.request).finish()
    }
}
