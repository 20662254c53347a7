//! The methods that generated types for calls with options share with [`Call`](crate::Call) and
//! [`Pages`](crate::Pages).

/// Implements the methods of a type that wraps a [`Call`](crate::Call).
macro_rules! call_type {
    ($Name:ident, $Output:ty) => {
        impl $Name {
            /// Sets the time limit of this call. See [`Call::timeout`](crate::Call::timeout).
            pub fn timeout(self, timeout: std::time::Duration) -> Self {
                Self(self.0.timeout(timeout))
            }

            /// Adds a header to the request. See [`Call::header`](crate::Call::header).
            pub fn header(self, name: &str, value: &str) -> Self {
                Self(self.0.header(name, value))
            }

            /// Replaces all options of this call.
            pub fn options(self, options: crate::CallOptions) -> Self {
                Self(self.0.options(options))
            }
        }

        impl std::future::IntoFuture for $Name {
            type Output = crate::Result<$Output>;
            type IntoFuture = crate::CallFuture<$Output>;

            fn into_future(self) -> Self::IntoFuture {
                self.0.into_future()
            }
        }

        impl From<$Name> for crate::Call<$Output> {
            fn from(call: $Name) -> Self {
                call.0
            }
        }
    };
}

/// Implements the methods of a type that wraps [`Pages`](crate::Pages).
macro_rules! pages_type {
    ($Name:ident, $Item:ty) => {
        impl $Name {
            /// Sets the maximum number of items per page. Default: chosen by the service.
            pub fn page_size(self, page_size: u32) -> Self {
                Self(self.0.page_size(page_size))
            }

            /// Sets the page to start with. See [`Pages::page_token`](crate::Pages::page_token).
            pub fn page_token(self, page_token: impl Into<String>) -> Self {
                Self(self.0.page_token(page_token))
            }

            /// Sets the time limit of the call for each page. See
            /// [`Pages::timeout`](crate::Pages::timeout).
            pub fn timeout(self, timeout: std::time::Duration) -> Self {
                Self(self.0.timeout(timeout))
            }

            /// Adds a header to the requests of all pages. See
            /// [`Call::header`](crate::Call::header).
            pub fn header(self, name: &str, value: &str) -> Self {
                Self(self.0.header(name, value))
            }

            /// Replaces the options of the calls.
            pub fn options(self, options: crate::CallOptions) -> Self {
                Self(self.0.options(options))
            }

            /// Returns the next page; `None` after the last page. See
            /// [`Pages::next_page`](crate::Pages::next_page).
            ///
            /// # Errors
            /// Any error of the call. The list ends after it.
            pub async fn next_page(&mut self) -> crate::Result<Option<crate::Page<$Item>>> {
                self.0.next_page().await
            }

            /// Returns the next item; `None` after the last item.
            ///
            /// # Errors
            /// Any error of a call. The list ends after it.
            pub async fn try_next(&mut self) -> crate::Result<Option<$Item>> {
                self.0.try_next().await
            }

            /// Fetches all pages and returns their items.
            ///
            /// # Errors
            /// Any error of a call.
            pub async fn all(self) -> crate::Result<Vec<$Item>> {
                self.0.all().await
            }
        }

        impl futures_core::Stream for $Name {
            type Item = crate::Result<$Item>;

            fn poll_next(
                mut self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                std::pin::Pin::new(&mut self.0).poll_next(context)
            }
        }

        impl From<$Name> for crate::Pages<$Item> {
            fn from(pages: $Name) -> Self {
                pages.0
            }
        }
    };
}

pub(crate) use {call_type, pages_type};
