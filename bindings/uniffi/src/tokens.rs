//! Token validation: synchronous if the keys are cached, otherwise in the background.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use scalekit_bindings::language::KOTLIN;
use scalekit_bindings::options;
use scalekit_bindings::tokens::{self, TokenValidation, VerifiedToken};
use scalekit_bindings::{BindingError, Client, Error};

use crate::cancellation::Cancellation;
use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::login::IdpInitiatedLogin;
use crate::options::number;
use crate::task;

const VALIDATE: &str = "validate_token";

/// The checks of a token in addition to signature and times.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct TokenChecks {
    /// `iss` must be one of these. Default: the client's setting.
    #[uniffi(default)]
    pub issuer: Option<Vec<String>>,
    /// `aud` must contain one of these. Default: the client's setting.
    #[uniffi(default)]
    pub audience: Option<Vec<String>>,
    /// Scopes that the token must all have.
    #[uniffi(default)]
    pub required_scopes: Vec<String>,
    /// Allowed clock difference in milliseconds. Default: the client's setting.
    #[uniffi(default)]
    pub leeway_ms: Option<f64>,
    /// The time of the validation in milliseconds since 1970. Default: the system clock.
    #[uniffi(default)]
    pub now_ms: Option<f64>,
}

impl TokenChecks {
    fn validation(self) -> Result<TokenValidation, Error> {
        let as_of = self.now_ms.map(clock);
        checks(
            self.issuer,
            self.audience,
            self.required_scopes,
            self.leeway_ms,
            as_of,
        )
    }
}

/// Converts milliseconds since 1970 to a time. Values out of range become 1970.
pub(crate) fn clock(now_ms: f64) -> SystemTime {
    Duration::try_from_secs_f64(now_ms / 1000.0).map_or(UNIX_EPOCH, |since| UNIX_EPOCH + since)
}

#[uniffi::export]
impl NativeClient {
    /// Validates a token, and fetches keys if necessary. Returns its claims as JSON.
    ///
    /// # Errors
    /// The token is rejected, or the keys cannot be fetched.
    pub async fn validate_token(
        &self,
        token: String,
        checks: TokenChecks,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<Vec<u8>, NativeError> {
        let client = self.core.clone();
        let validate = async move {
            let verified = client.validate_token(&token, &checks.validation()?).await?;
            Ok(verified.payload().to_vec())
        };
        task::run(VALIDATE, cancellation, validate).await
    }

    /// Returns whether a token is valid, and fetches keys if necessary.
    ///
    /// # Errors
    /// The keys cannot be fetched, so the token was not checked.
    pub async fn is_valid_token(
        &self,
        token: String,
        checks: TokenChecks,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<bool, NativeError> {
        let client = self.core.clone();
        let validate = async move {
            Ok(client
                .validate_access_token(&token, &checks.validation()?)
                .await?)
        };
        task::run(VALIDATE, cancellation, validate).await
    }

    /// Validates the `idp_initiated_login` token of a callback and returns its claims.
    ///
    /// # Errors
    /// The token is rejected, or the keys cannot be fetched.
    pub async fn idp_initiated_login_claims(
        &self,
        token: String,
        checks: TokenChecks,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<IdpInitiatedLogin, NativeError> {
        let client = self.core.clone();
        let validate = async move {
            let checks = checks.validation()?;
            let claims = client.idp_initiated_login_claims(&token, &checks).await?;
            Ok(IdpInitiatedLogin {
                connection_id: claims.connection_id,
                organization_id: claims.organization_id,
                login_hint: claims.login_hint,
                relay_state: claims.relay_state,
            })
        };
        task::run(VALIDATE, cancellation, validate).await
    }

    /// Fetches the signing keys unless fresh keys are cached.
    ///
    /// # Errors
    /// The keys cannot be fetched.
    pub async fn refresh_keys(
        &self,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<(), NativeError> {
        let client = self.core.clone();
        let refresh = async move { Ok(client.refresh_keys().await?) };
        task::run("refresh_keys", cancellation, refresh).await
    }
}

/// Validates a token with cached keys. Stale keys are used and refreshed in the background.
pub(crate) fn validate_cached(
    client: &Client,
    token: &str,
    checks: &TokenValidation,
) -> Result<Option<Result<VerifiedToken, Error>>, BindingError> {
    tokens::validate_cached(client, token, checks, |validation| validation.run())
}

/// Returns the checks of a validation.
pub(crate) fn checks(
    issuer: Option<Vec<String>>,
    audience: Option<Vec<String>>,
    required_scopes: Vec<String>,
    leeway_ms: Option<f64>,
    as_of: Option<SystemTime>,
) -> Result<TokenValidation, Error> {
    let mut checks = tokens::checks((issuer, audience, required_scopes), as_of);
    checks.leeway = leeway_ms
        .map(|leeway| options::leeway(&KOTLIN, number(leeway)))
        .transpose()?;
    Ok(checks)
}
