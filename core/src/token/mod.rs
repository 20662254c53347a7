//! Validating tokens: RS256 over the environment's keys (RFC 7515, 7517, 7519).
//!
//! The parts that decide do no I/O and take the time as a parameter: [`KeySet::parse`] and [`KeySet::validate`]. The
//! [`Client`] adds the environment's keys, fetched and kept.

mod cache;
mod claims;
mod error;
mod header;
mod keys;
mod registered;
mod signatures;
#[cfg(test)]
pub(crate) mod testing;
mod validation;

use std::sync::Arc;
use std::time::SystemTime;

use tokio::time::Instant;

pub(crate) use cache::KeyCache;
pub use claims::{Claims, IdpInitiatedLoginClaims};
pub use error::TokenError;
pub(crate) use keys::REMEMBERED_TOKENS;
pub use keys::{KeySet, Validation};
pub use validation::{TokenValidation, VerifiedToken};

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use cache::Snapshot;
use validation::{Checks, seconds};

impl Client {
    /// Validates a token: signature, times, and what `checks` or the client's defaults ask for.
    ///
    /// The first one fetches the environment's keys; from then on they are kept, and fetched anew when they are stale
    /// or a token names a key that is not among them, for such tokens at most once in 30 seconds.
    ///
    /// ```no_run
    /// # async fn example(client: scalekit::Client, token: &str) -> Result<(), scalekit::Error> {
    /// let claims = client.validate_token(token, &Default::default()).await?.claims()?;
    /// println!("{:?} in {:?}", claims.subject(), claims.organization_id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidToken`] with the reason in [`Error::token_error`]; any other kind means that the keys could
    /// not be fetched, which says nothing about the token.
    pub async fn validate_token(
        &self,
        token: &str,
        checks: &TokenValidation,
    ) -> Result<VerifiedToken, Error> {
        let result = loop {
            let seen = self.keys().snapshot();
            match self.check_with(seen.as_deref(), token, checks, |validation| validation.run()) {
                Attempt::Done(result) => break result,
                Attempt::NeedsKeys { unknown } => {
                    let now = Box::pin(self.fetch_keys(seen, unknown)).await;
                    if let (None, Some(failure)) = (&now.keys, &now.failure) {
                        break Err(failure.clone());
                    }
                }
            }
        };
        result.map_err(|error| error.with_operation("validate_token"))
    }

    /// As [`validate_token`](Self::validate_token), without waiting: `None` means that keys must be fetched first.
    ///
    /// Needs no runtime and takes no lock. Outside of a tokio runtime nobody fetches stale keys in the background: call
    /// [`refresh_keys`](Self::refresh_keys) when [`keys_are_stale`](Self::keys_are_stale).
    pub fn try_validate_cached(
        &self,
        token: &str,
        checks: &TokenValidation,
    ) -> Option<Result<VerifiedToken, Error>> {
        self.try_validate_cached_with(token, checks, |validation| validation.run())
    }

    /// As [`try_validate_cached`](Self::try_validate_cached), with the costly part handed to `run`, which is not called
    /// for a token that is remembered: a host language lets go of its lock there.
    pub fn try_validate_cached_with(
        &self,
        token: &str,
        checks: &TokenValidation,
        run: impl FnOnce(Validation<'_>) -> Result<VerifiedToken, TokenError>,
    ) -> Option<Result<VerifiedToken, Error>> {
        let snapshot = self.keys().peek();
        match self.check_with(snapshot.as_deref(), token, checks, run) {
            Attempt::Done(result) => Some(result.map_err(|error| error.with_operation("validate_token"))),
            Attempt::NeedsKeys { .. } => None,
        }
    }

    /// Whether an access token is valid.
    ///
    /// # Errors
    /// The environment's keys cannot be fetched, so nothing can be said about the token.
    pub async fn validate_access_token(&self, token: &str, checks: &TokenValidation) -> Result<bool, Error> {
        match self.validate_token(token, checks).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::InvalidToken => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Validates a token and makes sure that it has all these scopes.
    ///
    /// # Errors
    /// As [`validate_token`](Self::validate_token); [`TokenError::Scopes`] names the scopes that are missing.
    pub async fn verify_scopes(&self, token: &str, scopes: &[&str]) -> Result<(), Error> {
        let required_scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let checks = TokenValidation {
            required_scopes,
            ..Default::default()
        };
        self.validate_token(token, &checks).await.map(|_| ())
    }

    /// Validates the `idp_initiated_login` token of a callback and reads what a sign-in needs from it.
    ///
    /// # Errors
    /// As [`validate_token`](Self::validate_token).
    pub async fn idp_initiated_login_claims(
        &self,
        token: &str,
        checks: &TokenValidation,
    ) -> Result<IdpInitiatedLoginClaims, Error> {
        let verified = self.validate_token(token, checks).await?;
        serde_json::from_slice(verified.payload()).map_err(|_| {
            Error::from(TokenError::Malformed("its login claims are not text"))
                .with_operation("validate_token")
        })
    }

    fn check_with(
        &self,
        snapshot: Option<&Snapshot>,
        token: &str,
        checks: &TokenValidation,
        run: impl FnOnce(Validation<'_>) -> Result<VerifiedToken, TokenError>,
    ) -> Attempt {
        let now = Instant::now();
        let Some((snapshot, keys)) = snapshot.and_then(|snapshot| Some((snapshot, snapshot.usable(now)?)))
        else {
            // What is refused with any keys needs none.
            let failure = snapshot.and_then(|snapshot| snapshot.recent_failure(now));
            let form = header::Compact::parse(token).and_then(|token| token.key_id().map(drop));
            return match (form, failure) {
                (Err(reason), _) => Attempt::Done(Err(reason.into())),
                (Ok(()), Some(failure)) => Attempt::Done(Err(failure.clone())),
                (Ok(()), None) => Attempt::NeedsKeys { unknown: false },
            };
        };
        let result = keys.check(
            token,
            &Checks::new(checks, self.config()),
            seconds(checks.as_of.unwrap_or_else(SystemTime::now)),
            run,
        );
        if snapshot.is_stale(now) {
            self.refresh_keys_in_background();
        }
        match (result, &snapshot.failure) {
            (Err(TokenError::UnknownKey), _) if snapshot.may_look_again(now) => {
                Attempt::NeedsKeys { unknown: true }
            }
            // The endpoint failed just now, so the key may exist after all.
            (Err(TokenError::UnknownKey), Some(failure)) => Attempt::Done(Err(failure.clone())),
            (result, _) => Attempt::Done(result.map_err(Error::from)),
        }
    }
}

enum Attempt {
    Done(Result<VerifiedToken, Error>),
    NeedsKeys { unknown: bool },
}

/// Keeps the promise that clients are shared between threads.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Arc<KeySet>>();
    shared::<Client>();
};

#[cfg(test)]
mod tests;
