//! The session cookie, split over several cookies if it is large.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::key_ring::{OpenError, Opened};
use super::{CookieOptions, KeyRing, RequestCookies, Session, SetCookie};
use crate::error::{Error, Message};

/// The maximum length of name and value of a cookie, in characters. Browsers accept 4,096 with the
/// attributes.
const MAX_COOKIE: usize = 3800;

/// The maximum number of cookies of a session. Servers limit the `Cookie` header, most to 16 KiB.
const MAX_CHUNKS: usize = 4;

/// Reads and writes the session cookie.
///
/// A session that does not fit into one cookie is split over `sk_session.0`, `sk_session.1` and so
/// on, at most 4. Cookies of the official packages (version 1) are read, and written in version 2.
#[derive(Debug)]
pub struct SessionCookies {
    keys: KeyRing,
    name: String,
    options: CookieOptions,
}

/// A session from the cookies of a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReadSession {
    /// The session. It may have expired; see [`RefreshPolicy::state`](super::RefreshPolicy::state).
    pub session: Session,
    /// `true` if the cookie should be written again, because it has version 1 or an old secret.
    pub outdated: bool,
}

/// Why a request has no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The request has no session cookie.
    #[error("the request has no session cookie")]
    Missing,
    /// The cookie is not valid. Delete it.
    #[error("the session cookie is not valid: {0}")]
    Invalid(#[from] OpenError),
}

impl SessionCookies {
    /// The default name of the cookie, as in the official packages.
    pub const DEFAULT_NAME: &'static str = "sk_session";

    /// Session cookies named `sk_session` with the default attributes.
    pub fn new(keys: KeyRing) -> Self {
        Self {
            keys,
            name: Self::DEFAULT_NAME.to_owned(),
            options: CookieOptions::default(),
        }
    }

    /// Sets the name and the attributes of the cookie.
    ///
    /// # Errors
    /// Browsers do not accept them; see [`CookieOptions::check`].
    pub fn with_options(
        keys: KeyRing,
        name: impl Into<String>,
        options: CookieOptions,
    ) -> Result<Self, Error> {
        let name = name.into();
        options.check(&name)?;
        Ok(Self {
            keys,
            name,
            options,
        })
    }

    /// The name of the cookie.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the session of a request.
    ///
    /// # Errors
    /// The session cookie is missing or not valid.
    pub fn read(&self, cookies: &RequestCookies<'_>) -> Result<ReadSession, ReadError> {
        let opened = self.read_as(cookies)?;
        Ok(ReadSession {
            session: opened.value,
            outdated: opened.outdated,
        })
    }

    /// Returns the value of the cookie, decrypted.
    pub(crate) fn read_as<T: DeserializeOwned>(
        &self,
        cookies: &RequestCookies<'_>,
    ) -> Result<Opened<T>, ReadError> {
        let open = |value: &str| self.keys.open(&self.name, value, true);
        let whole = cookies.get(&self.name).filter(|value| !value.is_empty());
        let chunks = || {
            let parts: Vec<&str> = (0..MAX_CHUNKS)
                .map_while(|index| cookies.get(&self.chunk(index)))
                .collect();
            Some(parts.concat()).filter(|value| !value.is_empty())
        };
        match (whole.map(open), chunks()) {
            (Some(Ok(opened)), _) => Ok(opened),
            (_, Some(value)) => Ok(open(&value)?),
            (Some(Err(error)), None) => Err(error.into()),
            (None, None) => Err(ReadError::Missing),
        }
    }

    /// Returns the cookies that store `session`, and deletions of the cookies of `cookies` that
    /// stored the previous session and are no longer needed.
    ///
    /// # Errors
    /// The session does not fit into four cookies, or the operating system fails to return random
    /// numbers.
    pub fn write(
        &self,
        session: &Session,
        cookies: &RequestCookies<'_>,
    ) -> Result<Vec<SetCookie>, Error> {
        self.write_as(session, cookies)
    }

    /// Like [`write`](Self::write), for any value.
    pub(crate) fn write_as(
        &self,
        value: &impl Serialize,
        cookies: &RequestCookies<'_>,
    ) -> Result<Vec<SetCookie>, Error> {
        let value = self.keys.seal(&self.name, value)?;
        let mut set = Vec::with_capacity(1);
        if self.name.len() + value.len() <= MAX_COOKIE {
            set.push(SetCookie::new(&self.name, value, None, &self.options));
        } else {
            // The value is ASCII, so every index is a boundary of a character.
            let length = MAX_COOKIE - self.chunk(0).len();
            if value.len() > MAX_CHUNKS * length {
                let message = Message::about("session").text(format_args!(
                    " needs {} characters, but cookies store at most {}; use fewer custom claims",
                    value.len(),
                    MAX_CHUNKS * length
                ));
                return Err(Error::invalid_argument(message));
            }
            let mut rest = value.as_str();
            while !rest.is_empty() {
                let (chunk, later) = rest.split_at(length.min(rest.len()));
                let name = self.chunk(set.len());
                set.push(SetCookie::new(&name, chunk.to_owned(), None, &self.options));
                rest = later;
            }
        }
        let stale = self.deletions(cookies);
        let stale = stale.filter(|old| set.iter().all(|new| new.name != old.name));
        let stale: Vec<SetCookie> = stale.collect();
        set.extend(stale);
        Ok(set)
    }

    /// Returns deletions of all session cookies of the request.
    pub fn clear(&self, cookies: &RequestCookies<'_>) -> Vec<SetCookie> {
        self.deletions(cookies).collect()
    }

    fn deletions<'s>(
        &'s self,
        cookies: &'s RequestCookies<'_>,
    ) -> impl Iterator<Item = SetCookie> + 's {
        cookies
            .names(&self.name)
            .filter(|name| self.owns(name))
            .map(|name| SetCookie::deletion(name, &self.options))
    }

    /// Returns `true` for the name of the cookie and of its chunks.
    fn owns(&self, name: &str) -> bool {
        name.strip_prefix(&self.name).is_some_and(|rest| {
            rest.is_empty()
                || rest
                    .strip_prefix('.')
                    .is_some_and(|index| index.len() == 1 && index.as_bytes()[0].is_ascii_digit())
        })
    }

    fn chunk(&self, index: usize) -> String {
        format!("{}.{index}", self.name)
    }
}
