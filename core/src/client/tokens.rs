//! Token validation with the environment's keys.

use std::time::SystemTime;

use tokio::time::Instant;

use super::Client;
use crate::error::{Error, ErrorKind};
use crate::token::{
    Checks, IdpInitiatedLoginClaims, Snapshot, TokenError, TokenValidation, Validation,
    VerifiedToken, check_header, seconds,
};

/// The operation name in errors of a validation.
const VALIDATE: &str = "validate_token";

impl Client {
    /// Validates a token: signature, times, and the checks of `checks` or of the client.
    ///
    /// The first validation fetches the environment's keys. They are cached and refreshed when they
    /// are stale. A token with an unknown key (`kid`) causes a fetch too, at most once in 30
    /// seconds.
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
    /// [`ErrorKind::InvalidToken`] if the token is rejected; [`Error::token_error`] contains the
    /// reason. Any other kind means that the keys could not be fetched, so the token was not
    /// checked.
    pub async fn validate_token(
        &self,
        token: &str,
        checks: &TokenValidation,
    ) -> Result<VerifiedToken, Error> {
        let result = loop {
            let seen = self.keys().snapshot();
            let refresh = || self.refresh_keys_in_background();
            let run = |validation: Validation<'_>| validation.run();
            match self.check(seen.as_deref(), token, checks, run, refresh) {
                Attempt::Done(result) => break result,
                Attempt::NeedsKeys { unknown } => {
                    let now = Box::pin(self.keys().fetch(seen, unknown)).await;
                    if let (None, Some(failure)) = (&now.keys, &now.failure) {
                        break Err(failure.clone());
                    }
                }
            }
        };
        result.map_err(|error| error.with_operation(VALIDATE))
    }

    /// Validates a token without waiting; `None` means that keys must be fetched first.
    ///
    /// Needs no runtime and takes no lock. Outside of a tokio runtime, stale keys are not refreshed
    /// in the background: call [`refresh_keys`](Self::refresh_keys) if
    /// [`keys_are_stale`](Self::keys_are_stale).
    pub fn try_validate_cached(
        &self,
        token: &str,
        checks: &TokenValidation,
    ) -> Option<Result<VerifiedToken, Error>> {
        let refresh = || self.refresh_keys_in_background();
        self.try_validate_cached_with(token, checks, |validation| validation.run(), refresh)
    }

    /// Like [`try_validate_cached`](Self::try_validate_cached), for language bindings: `run`
    /// executes the expensive part and is not called if the signature is cached. A host can release
    /// its lock there. `refresh` is called if the keys are stale.
    #[doc(hidden)]
    pub fn try_validate_cached_with(
        &self,
        token: &str,
        checks: &TokenValidation,
        run: impl FnOnce(Validation<'_>) -> Result<VerifiedToken, TokenError>,
        refresh: impl FnOnce(),
    ) -> Option<Result<VerifiedToken, Error>> {
        let snapshot = self.keys().peek();
        match self.check(snapshot.as_deref(), token, checks, run, refresh) {
            Attempt::Done(result) => Some(result.map_err(|error| error.with_operation(VALIDATE))),
            Attempt::NeedsKeys { .. } => None,
        }
    }

    /// Returns `true` if an access token is valid.
    ///
    /// # Errors
    /// The environment's keys cannot be fetched, so the token was not checked.
    pub async fn validate_access_token(
        &self,
        token: &str,
        checks: &TokenValidation,
    ) -> Result<bool, Error> {
        match self.validate_token(token, checks).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::InvalidToken => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Validates a token and checks that it has all these scopes.
    ///
    /// # Errors
    /// As [`validate_token`](Self::validate_token); [`TokenError::Scopes`] contains the missing
    /// scopes.
    pub async fn verify_scopes(&self, token: &str, scopes: &[&str]) -> Result<(), Error> {
        let required_scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let checks = TokenValidation {
            required_scopes,
            ..Default::default()
        };
        self.validate_token(token, &checks).await.map(|_| ())
    }

    /// Validates the `idp_initiated_login` token of a callback and returns its claims.
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
            Error::from(TokenError::Malformed("its login claims are not strings"))
                .with_operation(VALIDATE)
        })
    }

    /// Returns `true` if the signing keys should be refreshed. They remain usable; in a tokio
    /// runtime, validation refreshes them in the background.
    pub fn keys_are_stale(&self) -> bool {
        self.keys().is_stale()
    }

    /// Fetches the signing keys if they are stale or missing.
    ///
    /// # Errors
    /// The endpoint cannot be reached or returns no keys. The last valid keys remain in use.
    pub async fn refresh_keys(&self) -> Result<(), Error> {
        self.keys().refresh().await
    }

    /// Starts to fetch the signing keys in the background. Does nothing outside of a tokio runtime.
    #[doc(hidden)]
    pub fn refresh_keys_in_background(&self) {
        self.keys().refresh_in_background();
    }

    fn check(
        &self,
        snapshot: Option<&Snapshot>,
        token: &str,
        checks: &TokenValidation,
        run: impl FnOnce(Validation<'_>) -> Result<VerifiedToken, TokenError>,
        refresh: impl FnOnce(),
    ) -> Attempt {
        let now = Instant::now();
        let Some((snapshot, keys)) =
            snapshot.and_then(|snapshot| Some((snapshot, snapshot.usable(now)?)))
        else {
            // A malformed token is rejected without keys.
            let failure = snapshot.and_then(|snapshot| snapshot.recent_failure(now));
            return match (check_header(token), failure) {
                (Err(reason), _) => Attempt::Done(Err(reason.into())),
                (Ok(()), Some(failure)) => Attempt::Done(Err(failure.clone())),
                (Ok(()), None) => Attempt::NeedsKeys { unknown: false },
            };
        };
        let config = self.config();
        let time = seconds(checks.as_of.unwrap_or_else(SystemTime::now));
        let checks = Checks {
            issuer: checks.issuer.as_deref().or(config.issuer.as_deref()),
            audience: checks.audience.as_deref().or(config.audience.as_deref()),
            scopes: &checks.required_scopes,
            leeway: checks.leeway.unwrap_or(config.token_leeway).as_secs_f64(),
        };
        let result = keys.check(token, &checks, time, run);
        if snapshot.is_stale(now) {
            refresh();
        }
        match (result, &snapshot.failure) {
            (Err(TokenError::UnknownKey), _) if snapshot.may_fetch_unknown(now) => {
                Attempt::NeedsKeys { unknown: true }
            }
            // The latest fetch failed, so the key may exist.
            (Err(TokenError::UnknownKey), Some(failure)) => Attempt::Done(Err(failure.clone())),
            (result, _) => Attempt::Done(result.map_err(Error::from)),
        }
    }
}

/// The result of a validation with the cached keys.
enum Attempt {
    Done(Result<VerifiedToken, Error>),
    NeedsKeys { unknown: bool },
}
