//! A key-value store that several processes share.

use std::collections::HashMap;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The future that a method of a [`SessionStore`] returns.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The store cannot be reached.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the session store failed: {0}")]
pub struct StoreError(pub String);

/// A key-value store that all processes of an application share, such as Redis.
///
/// It lets processes refresh a session only once, remembers revoked sessions and, with
/// [`server_sessions`](super::WebAuthOptions::server_sessions), stores sessions. Keys and values are
/// ASCII text. Sessions and tokens in values are encrypted.
pub trait SessionStore: Send + Sync {
    /// Returns the value of `key`; `None` if it is missing or has expired.
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<String>>;

    /// Sets the value of `key` for `lifetime`. With `if_absent`, only if `key` is missing, as one
    /// atomic step. Returns `true` if the value was set.
    fn set<'a>(
        &'a self,
        key: &'a str,
        value: &'a str,
        lifetime: Duration,
        if_absent: bool,
    ) -> StoreFuture<'a, bool>;

    /// Deletes `key`. A missing key is not an error.
    fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()>;
}

/// A store in the memory of this process: for tests, and for applications of one process.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<String, (String, Instant)>>);

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl SessionStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<String>> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.get(key).filter(|(_, end)| Instant::now() < *end);
        Box::pin(ready(Ok(value.map(|(value, _)| value.clone()))))
    }

    fn set<'a>(
        &'a self,
        key: &'a str,
        value: &'a str,
        lifetime: Duration,
        if_absent: bool,
    ) -> StoreFuture<'a, bool> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        values.retain(|_, (_, end)| now < *end);
        let set = !(if_absent && values.contains_key(key));
        if set {
            values.insert(key.to_owned(), (value.to_owned(), now + lifetime));
        }
        Box::pin(ready(Ok(set)))
    }

    fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.remove(key);
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
