//! Login attempts. Each attempt has a separate cookie, so two tabs do not affect each other.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CookieOptions, KeyRing, RequestCookies, SetCookie, return_path};
use crate::error::Error;
use crate::oauth::Pkce;

/// The time that a user has to sign in, in seconds.
const LIFETIME: i64 = 600;

/// The maximum number of attempts in progress. A new attempt deletes the oldest ones.
const MAX_ATTEMPTS: usize = 5;

/// The number of characters of `state` in the name of the cookie. The other 32 (192 random bits)
/// are only in the encrypted value.
const ID: usize = 11;

/// Reads and writes the cookies of login attempts: `sk_oauth_state.<id>`.
///
/// ```
/// use scalekit::oauth::AuthorizationUrlOptions;
/// use scalekit::session::{KeyRing, LoginCookies, RequestCookies};
///
/// # fn redirect(now: i64, header: &str, state: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let keys = KeyRing::new(["a secret of at least thirty-two characters"])?;
/// let logins = LoginCookies::new(keys);
///
/// // The login route: redirect to the authorization URL, and set the cookies.
/// let started = logins.start(Some("/orders"), now, &RequestCookies::parse(header))?;
/// let options = AuthorizationUrlOptions::new()
///     .state(&started.attempt.state)
///     .nonce(&started.attempt.nonce)
///     .pkce(started.attempt.pkce()?);
///
/// // The callback route: exchange the code with `attempt.code_verifier`, then delete the cookie.
/// let (attempt, deletion) = logins.finish(state, now, &RequestCookies::parse(header))?;
/// let location = attempt.return_path.as_deref().unwrap_or("/");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LoginCookies {
    keys: KeyRing,
    prefix: String,
    options: CookieOptions,
}

/// A login attempt: the values that the callback needs. `Debug` does not show them.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoginAttempt {
    /// `state` of the authorization URL (RFC 6749, section 10.12): 43 random characters.
    pub state: String,
    /// `nonce` of the authorization URL (OpenID Connect Core 1.0, section 3.1.2.1): 43 random
    /// characters.
    pub nonce: String,
    /// The PKCE code verifier (RFC 7636).
    pub code_verifier: String,
    /// Where to send the user after the login.
    pub return_path: Option<String>,
    /// The start of the attempt, in seconds since 1970.
    pub started_at: i64,
}

/// A new login attempt.
#[derive(Debug)]
#[non_exhaustive]
pub struct StartedLogin {
    /// The attempt. Pass `state`, `nonce` and the PKCE challenge to the authorization URL.
    pub attempt: LoginAttempt,
    /// The cookies to send with the redirect.
    pub cookies: Vec<SetCookie>,
}

/// Why a callback does not belong to a login attempt of this browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The request has no cookie for this `state`. Another browser started the login, or the
    /// callback was opened twice.
    #[error("no login with this state was started in this browser")]
    NotStarted,
    /// The cookie is not valid, or it belongs to another `state`.
    #[error("the state does not match the login of this browser")]
    StateMismatch,
    /// The attempt is older than 10 minutes.
    #[error("the login took longer than 10 minutes")]
    Expired,
    /// The ID token has another `nonce`, so it belongs to another login.
    #[error("the nonce of the ID token does not match the login")]
    NonceMismatch,
}

impl LoginCookies {
    /// The default start of the names, as in the official packages.
    pub const DEFAULT_NAME: &'static str = "sk_oauth_state";

    /// Cookies named `sk_oauth_state.<id>` with the default attributes.
    pub fn new(keys: KeyRing) -> Self {
        Self {
            keys,
            prefix: format!("{}.", Self::DEFAULT_NAME),
            options: CookieOptions::default(),
        }
    }

    /// Sets the start of the names and the attributes of the cookies.
    ///
    /// # Errors
    /// Browsers do not accept them; see [`CookieOptions::check`].
    pub fn with_options(keys: KeyRing, name: &str, options: CookieOptions) -> Result<Self, Error> {
        options.check(name)?;
        Ok(Self {
            keys,
            prefix: format!("{name}."),
            options,
        })
    }

    /// Starts a login attempt at `now`, in seconds since 1970. A return path that leads to another
    /// origin is ignored; see [`return_path`].
    ///
    /// # Errors
    /// The operating system fails to return random numbers.
    pub fn start(
        &self,
        return_to: Option<&str>,
        now: i64,
        cookies: &RequestCookies<'_>,
    ) -> Result<StartedLogin, Error> {
        let attempt = LoginAttempt {
            state: random()?,
            nonce: random()?,
            code_verifier: Pkce::generate()?.verifier().to_owned(),
            return_path: return_to.and_then(return_path).map(str::to_owned),
            started_at: now,
        };
        let name = self.cookie_name(&attempt.state[..ID]);
        let value = self.keys.seal(&name, &attempt)?;
        let mut set = vec![SetCookie::new(
            &name,
            value,
            Some(LIFETIME.unsigned_abs()),
            &self.options,
        )];
        set.extend(self.surplus(now, cookies));
        Ok(StartedLogin {
            attempt,
            cookies: set,
        })
    }

    /// Deletions of attempts that have ended, and of the oldest ones if there are too many.
    fn surplus(&self, now: i64, cookies: &RequestCookies<'_>) -> Vec<SetCookie> {
        let mut started: Vec<(i64, &str)> = cookies
            .names(&self.prefix)
            .map(|name| {
                let attempt = self.open(name, cookies).ok();
                let current = attempt.filter(|attempt| !attempt.has_expired(now));
                (current.map_or(i64::MIN, |attempt| attempt.started_at), name)
            })
            .collect();
        started.sort_unstable_by(|one, other| other.cmp(one));
        started
            .iter()
            .enumerate()
            .filter(|(index, (at, _))| *at == i64::MIN || index + 1 >= MAX_ATTEMPTS)
            .map(|(_, (_, name))| SetCookie::deletion(name, &self.options))
            .collect()
    }

    /// Returns the attempt that the callback with `state` ends, and the deletion of its cookie, at
    /// `now`, in seconds since 1970.
    ///
    /// # Errors
    /// This browser did not start a login with `state`, or started it more than 10 minutes ago.
    pub fn finish(
        &self,
        state: &str,
        now: i64,
        cookies: &RequestCookies<'_>,
    ) -> Result<(LoginAttempt, SetCookie), LoginError> {
        let id = state.get(..ID).ok_or(LoginError::NotStarted)?;
        let name = self.cookie_name(id);
        let attempt = self.open(&name, cookies)?;
        verify_slices_are_equal(attempt.state.as_bytes(), state.as_bytes())
            .map_err(|_| LoginError::StateMismatch)?;
        if attempt.has_expired(now) {
            return Err(LoginError::Expired);
        }
        Ok((attempt, SetCookie::deletion(&name, &self.options)))
    }

    fn open(&self, name: &str, cookies: &RequestCookies<'_>) -> Result<LoginAttempt, LoginError> {
        let value = cookies.get(name).ok_or(LoginError::NotStarted)?;
        let opened = self.keys.open(name, value, false);
        let opened = opened.map_err(|_| LoginError::StateMismatch)?;
        Ok(opened.value)
    }

    fn cookie_name(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }
}

impl LoginAttempt {
    /// The verifier and the challenge of PKCE.
    ///
    /// # Errors
    /// The verifier is not valid (RFC 7636, section 4.1).
    pub fn pkce(&self) -> Result<Pkce, Error> {
        Pkce::from_verifier(self.code_verifier.as_str())
    }

    /// Checks that an ID token belongs to this login. Call it with the claims of the validated
    /// token.
    ///
    /// # Errors
    /// Claim `nonce` is missing or different.
    pub fn check_nonce(&self, claims: &serde_json::Map<String, Value>) -> Result<(), LoginError> {
        let nonce = claims.get("nonce").and_then(Value::as_str);
        let nonce = nonce.ok_or(LoginError::NonceMismatch)?;
        verify_slices_are_equal(nonce.as_bytes(), self.nonce.as_bytes())
            .map_err(|_| LoginError::NonceMismatch)
    }

    fn has_expired(&self, now: i64) -> bool {
        now.saturating_sub(self.started_at) > LIFETIME
    }
}

impl fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginAttempt")
            .field("started_at", &self.started_at)
            .finish_non_exhaustive()
    }
}

/// Returns 32 random bytes as 43 characters.
pub(crate) fn random() -> Result<String, Error> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes)
        .map_err(|_| Error::config("the operating system failed to return random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
