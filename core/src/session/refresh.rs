//! Decides when to refresh a session, and whether it survives a failed refresh.

use std::time::Duration;

use super::Session;
use crate::error::{Error, ErrorKind};

/// Decides when to refresh a session, and how long it survives failed refreshes.
///
/// ```
/// use std::time::Duration;
/// use scalekit::session::RefreshPolicy;
///
/// let policy = RefreshPolicy::new().grace(Duration::from_secs(300));
/// assert_eq!(policy.ahead, Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefreshPolicy {
    /// A session is refreshed this long before it expires. Default: 10 s.
    pub ahead: Duration,
    /// An expired session stays usable this long while refreshing fails for a transient reason.
    /// Default: 60 s.
    pub grace: Duration,
}

/// The state of a session at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// The session is valid.
    Active,
    /// The session has expired or expires soon. Refresh it.
    RefreshDue,
    /// The session has expired and has no refresh token. Sign the user in again.
    Expired,
}

/// The consequence of a failed refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AfterFailure {
    /// The failure is transient. Serve the request with the present session.
    KeepSession,
    /// The failure is transient, but the session expired too long ago. Respond with 503, and keep
    /// the cookie, so that the user stays signed in when the service is back.
    Unavailable,
    /// The service ended the session. Delete the cookie and sign the user in again.
    EndSession,
}

impl Default for RefreshPolicy {
    fn default() -> Self {
        Self {
            ahead: Duration::from_secs(10),
            grace: Duration::from_secs(60),
        }
    }
}

impl RefreshPolicy {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long before its expiry a session is refreshed.
    #[must_use]
    pub fn ahead(mut self, ahead: Duration) -> Self {
        self.ahead = ahead;
        self
    }

    /// Sets how long an expired session stays usable while refreshing fails.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Returns the state of `session` at `now`, in seconds since 1970.
    pub fn state(&self, session: &Session, now: i64) -> SessionState {
        if now.saturating_add(seconds(self.ahead)) < session.expires_at {
            SessionState::Active
        } else if session
            .refresh_token
            .as_deref()
            .unwrap_or_default()
            .is_empty()
        {
            if now < session.expires_at {
                SessionState::Active
            } else {
                SessionState::Expired
            }
        } else {
            SessionState::RefreshDue
        }
    }

    /// Returns what to do after `error` ended a refresh of `session` at `now`, in seconds since 1970.
    ///
    /// Only two failures end a session: error code `invalid_grant` (RFC 6749, section 5.2), and a new
    /// access token that is not valid. All others are transient or errors of the configuration,
    /// which must not sign out every user.
    pub fn after_failure(&self, session: &Session, error: &Error, now: i64) -> AfterFailure {
        if error.error_code() == Some("invalid_grant") || error.kind() == ErrorKind::InvalidToken {
            return AfterFailure::EndSession;
        }
        let end = session.expires_at.saturating_add(seconds(self.grace));
        if now < end {
            AfterFailure::KeepSession
        } else {
            AfterFailure::Unavailable
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
