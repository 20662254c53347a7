//! The session of a request.

use serde::{Deserialize, Serialize};

use super::response::{Event, Outcome, Reason};
use super::{StoreError, WebAuth, WebRequest, now};
use crate::error::Error;
use crate::session::{
    AfterFailure, OpenError, ReadError, Session, SessionState, SetCookie, random,
};

/// The content of a session cookie if the session is in the store.
#[derive(Serialize, Deserialize)]
struct Reference {
    /// The id of the session in the store.
    server_session: String,
}

/// The content of a session cookie.
enum Stored {
    Reference(String),
    Session(Session),
}

/// A session of a request.
struct Found {
    session: Session,
    /// The id in the store, if it is there.
    id: Option<String>,
    /// `true` if the session should be written again.
    outdated: bool,
}

impl WebAuth {
    /// Returns the session of a request, refreshed if it has expired or expires soon.
    ///
    /// Requests that arrive together share one refresh. If the service cannot be reached, the
    /// session stays valid for [`RefreshPolicy::grace`](crate::session::RefreshPolicy::grace); after
    /// that, `reason` is [`Reason::Unavailable`] and the cookie is kept, so that the user stays
    /// signed in when the service is back.
    pub async fn session(&self, request: &WebRequest<'_>) -> Outcome {
        if let Some(outcome) = self.try_session(request) {
            return outcome;
        }
        let (found, store_error) = match self.find_valid(request).await {
            Ok(found) => found,
            Err(reason) => return self.without_session(request, reason, None),
        };
        let mut outcome = self.refreshed(request, found).await;
        outcome.error = outcome.error.or(store_error);
        outcome
    }

    /// Returns the session of a request if it has not expired. Sets no cookies: for code that cannot
    /// send them, such as a page that is being rendered.
    ///
    /// A session in a cookie is not refreshed, because the browser would keep the used refresh token.
    /// A session in the store is refreshed, because its cookie stays the same.
    pub async fn peek_session(&self, request: &WebRequest<'_>) -> Outcome {
        let mut outcome = match self.find_valid(request).await {
            Ok((found, error)) if found.id.is_none() => Outcome {
                error,
                ..peeked(found.session)
            },
            Ok((found, _)) => self.refreshed(request, found).await,
            Err(reason) => self.without_session(request, reason, None),
        };
        outcome.cookies.clear();
        outcome
    }

    /// Like [`peek_session`](Self::peek_session), without waiting. `None` if there is a store.
    pub fn try_peek_session(&self, request: &WebRequest<'_>) -> Option<Outcome> {
        if self.store.is_some() {
            return None;
        }
        Some(match self.read_cookies(request) {
            Ok((Stored::Session(session), _)) => peeked(session),
            Ok(_) => Outcome {
                reason: Some(Reason::InvalidSession),
                ..Outcome::default()
            },
            Err(reason) => Outcome {
                reason: Some(reason),
                ..Outcome::default()
            },
        })
    }

    /// Returns the session of a request, unless it was revoked. Returns the error of a store that
    /// cannot be reached: a session in a cookie does not need the store.
    async fn find_valid(&self, request: &WebRequest<'_>) -> Result<(Found, Option<Error>), Reason> {
        let found = self.find(request).await?;
        let Some(id) = found.session.session_id() else {
            return Ok((found, None));
        };
        match self.is_revoked(id).await {
            Ok(false) => Ok((found, None)),
            Ok(true) => {
                let _ = self.delete_session(request).await;
                Err(Reason::Revoked)
            }
            Err(error) => Ok((found, Some(error))),
        }
    }

    /// Like [`session`](Self::session), without waiting. `None` means that the session must be
    /// refreshed or the store must be asked.
    pub fn try_session(&self, request: &WebRequest<'_>) -> Option<Outcome> {
        let (session, outdated) = match self.read_cookies(request) {
            Err(reason) => return Some(self.without_session(request, reason, None)),
            Ok((Stored::Session(session), outdated)) if self.store.is_none() => (session, outdated),
            Ok(_) => return None,
        };
        match self.options().refresh.state(&session, now()) {
            SessionState::Active if !outdated => Some(Outcome {
                session: Some(session),
                ..Outcome::default()
            }),
            SessionState::Expired => {
                Some(self.without_session(request, Reason::InvalidSession, None))
            }
            _ => None,
        }
    }

    async fn refreshed(&self, request: &WebRequest<'_>, found: Found) -> Outcome {
        let policy = &self.options().refresh;
        let Found {
            session,
            id,
            outdated,
        } = found;
        match policy.state(&session, now()) {
            SessionState::Active => {
                return self
                    .with_session(request, session, id, outdated, None)
                    .await;
            }
            SessionState::Expired => {
                return self.without_session(request, Reason::InvalidSession, None);
            }
            SessionState::RefreshDue => {}
        }
        match self.refresh(&session).await {
            Ok((refreshed, here)) => {
                let event = here.then_some(Event::Refresh);
                self.with_session(request, refreshed, id, true, event).await
            }
            Err(error) => match policy.after_failure(&session, &error, now()) {
                AfterFailure::KeepSession => Outcome {
                    session: Some(session),
                    error: Some(error),
                    ..Outcome::default()
                },
                AfterFailure::Unavailable => Outcome {
                    reason: Some(Reason::Unavailable),
                    error: Some(error),
                    ..Outcome::default()
                },
                AfterFailure::EndSession => {
                    let _ = self.delete_session(request).await;
                    self.without_session(request, Reason::RefreshFailed, Some(error))
                }
            },
        }
    }

    async fn with_session(
        &self,
        request: &WebRequest<'_>,
        session: Session,
        id: Option<String>,
        write: bool,
        event: Option<Event>,
    ) -> Outcome {
        let mut outcome = Outcome {
            event,
            ..Outcome::default()
        };
        if write {
            match self.write_session(request, &session, id).await {
                Ok(cookies) => outcome.cookies = cookies,
                Err(error) => outcome.error = Some(error),
            }
        }
        outcome.session = Some(session);
        outcome
    }

    /// The outcome of a request without a session. Deletes its cookies, unless the session is kept.
    fn without_session(
        &self,
        request: &WebRequest<'_>,
        reason: Reason,
        error: Option<Error>,
    ) -> Outcome {
        let cookies = match reason {
            Reason::Unavailable => Vec::new(),
            _ => self.settings.sessions.clear(&request.cookies),
        };
        Outcome {
            cookies,
            reason: Some(reason),
            error,
            ..Outcome::default()
        }
    }

    /// The session of a request, expired or not.
    pub(super) async fn stored_session(&self, request: &WebRequest<'_>) -> Option<Session> {
        self.find(request).await.ok().map(|found| found.session)
    }

    async fn find(&self, request: &WebRequest<'_>) -> Result<Found, Reason> {
        let (stored, outdated) = self.read_cookies(request)?;
        let id = match stored {
            Stored::Session(session) => {
                return Ok(Found {
                    session,
                    id: None,
                    // A session moves to the store when the option is set.
                    outdated: outdated || self.options().server_sessions,
                });
            }
            Stored::Reference(id) => id,
        };
        let store = self.store.as_deref().ok_or(Reason::InvalidSession)?;
        let key = session_key(&id);
        let value = store.get(&key).await.map_err(|_| Reason::Unavailable)?;
        let value = value.ok_or(Reason::InvalidSession)?;
        let opened = self.options().keys.open(&key, &value, false);
        let opened = opened.map_err(|_| Reason::InvalidSession)?;
        Ok(Found {
            session: opened.value,
            id: Some(id),
            outdated: outdated || opened.outdated,
        })
    }

    /// Writes a session to the cookies, or to the store: under `id`, or under a new one.
    pub(super) async fn write_session(
        &self,
        request: &WebRequest<'_>,
        session: &Session,
        id: Option<String>,
    ) -> Result<Vec<SetCookie>, Error> {
        let sessions = &self.settings.sessions;
        let options = self.options();
        let Some(store) = self.store.as_deref().filter(|_| options.server_sessions) else {
            return sessions.write(session, &request.cookies);
        };
        let id = match id {
            Some(id) => id,
            None => random()?,
        };
        let key = session_key(&id);
        let value = options.keys.seal(&key, session)?;
        let set = store.set(&key, &value, options.session_lifetime, false);
        set.await.map_err(store_failure)?;
        let reference = Reference { server_session: id };
        sessions.write_as(&reference, &request.cookies)
    }

    /// Deletes the session of a request from the store.
    pub(super) async fn delete_session(&self, request: &WebRequest<'_>) -> Result<(), Error> {
        match (self.read_cookies(request), self.store.as_deref()) {
            (Ok((Stored::Reference(id), _)), Some(store)) => {
                store.delete(&session_key(&id)).await.map_err(store_failure)
            }
            _ => Ok(()),
        }
    }

    /// Also returns `true` if the cookie should be written again.
    fn read_cookies(&self, request: &WebRequest<'_>) -> Result<(Stored, bool), Reason> {
        let (cookies, sessions) = (&request.cookies, &self.settings.sessions);
        match sessions.read(cookies) {
            Ok(read) => Ok((Stored::Session(read.session), read.outdated)),
            Err(ReadError::Missing) => Err(Reason::NoSession),
            Err(ReadError::Invalid(OpenError::Content)) => {
                let opened = sessions.read_as::<Reference>(cookies);
                let opened = opened.map_err(|_| Reason::InvalidSession)?;
                let id = opened.value.server_session;
                Ok((Stored::Reference(id), opened.outdated))
            }
            Err(ReadError::Invalid(_)) => Err(Reason::InvalidSession),
        }
    }
}

/// The outcome of a session that is not refreshed.
fn peeked(session: Session) -> Outcome {
    let active = now() < session.expires_at;
    Outcome {
        session: active.then_some(session),
        reason: (!active).then_some(Reason::InvalidSession),
        ..Outcome::default()
    }
}

fn session_key(id: &str) -> String {
    format!("scalekit:session:{id}")
}

pub(super) fn store_failure(error: StoreError) -> Error {
    Error::bad_response(503, error.to_string())
}
