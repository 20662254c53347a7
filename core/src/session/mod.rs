//! Sessions of a web application in sealed cookies, without a framework and without I/O.
//!
//! | type | task |
//! |---|---|
//! | [`KeyRing`] | encrypts cookies; old secrets stay readable while you rotate them |
//! | [`LoginCookies`] | one cookie per login attempt: state, nonce, PKCE verifier, return path |
//! | [`SessionCookies`] | the session of a signed-in user, split over several cookies if it is large |
//! | [`RefreshPolicy`] | decides when to refresh a session, and whether it survives a failed refresh |
//! | [`return_path`] | rejects return paths that lead to another origin |
//!
//! The caller passes in the cookies of the request and the current time, and sends the returned
//! cookies with the response.
//!
//! ```
//! use scalekit::session::{KeyRing, RequestCookies, Session, SessionCookies};
//!
//! let keys = KeyRing::new(["a secret of at least thirty-two characters"])?;
//! let sessions = SessionCookies::new(keys);
//!
//! // After the login:
//! let claims = serde_json::json!({ "sub": "usr_1", "exp": 1_900_000_000 });
//! let session = Session::new(claims.as_object().cloned().unwrap_or_default(), "access token");
//! let cookies = sessions.write(&session, &RequestCookies::default())?;
//! let header = cookies[0].to_string(); // a value for `Set-Cookie`
//! assert!(header.starts_with("sk_session=") && header.contains("; HttpOnly; "));
//!
//! // In a later request:
//! let header = header.split(';').next().unwrap_or_default();
//! let read = sessions.read(&RequestCookies::parse(header))?;
//! assert_eq!(read.session.user_id(), Some("usr_1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cookie;
mod key_ring;
mod login;
mod payload;
mod refresh;
mod return_path;
mod session_cookies;
#[cfg(test)]
mod tests;

pub use cookie::{CookieOptions, RequestCookies, SameSite, SetCookie};
pub use key_ring::{KeyRing, OpenError};
#[cfg(feature = "client")]
pub(crate) use login::random;
pub use login::{LoginAttempt, LoginCookies, LoginError, StartedLogin};
pub use payload::Session;
pub use refresh::{AfterFailure, RefreshPolicy, SessionState};
pub use return_path::return_path;
pub use session_cookies::{ReadError, ReadSession, SessionCookies};
