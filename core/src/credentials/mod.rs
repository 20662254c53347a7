//! The client's own access token: fetched on first use, shared by all calls, refreshed ahead of
//! expiry.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::time::Instant;

use crate::error::{Error, Message};
use crate::http::{BearerToken, Deadline, Pipeline, Safety, TokenSource};
use crate::oauth::{TokenResponse, request_token};
use crate::single_flight::SingleFlight;

/// A token is refreshed this long before it expires, or after four fifths of a shorter lifetime.
const REFRESH_AHEAD: Duration = Duration::from_secs(60);

/// The lifetime of a token without `expires_in`.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(600);

/// A token with a shorter lifetime is used for this long. Otherwise every call would fetch a token.
pub(crate) const SHORTEST_LIFETIME: Duration = Duration::from_secs(1);

/// The limit of `expires_in`.
const LONGEST_LIFETIME: Duration = Duration::from_secs(60 * 60 * 24 * 30);

/// The pause after a failed refresh of a token that is still valid.
const REFRESH_PAUSE: Duration = Duration::from_secs(5);

/// After this time, a token may have been revoked. A third-party service that always responds with
/// 401 must not cause a token request for each call.
const NEW: Duration = Duration::from_secs(60);

/// A token and its times.
#[derive(Clone, Debug)]
pub(crate) struct ServiceToken {
    bearer: Arc<BearerToken>,
    received_at: Instant,
    refresh_at: Instant,
    expires_at: Instant,
}

impl ServiceToken {
    fn new(response: &TokenResponse, now: Instant) -> Result<Self, Error> {
        let bearer = Arc::new(BearerToken::new(response.access_token())?);
        let lifetime = response.expires_in().map_or(DEFAULT_LIFETIME, |seconds| {
            Duration::from_secs(seconds.max(0).unsigned_abs())
        });
        let lifetime = lifetime.clamp(SHORTEST_LIFETIME, LONGEST_LIFETIME);
        let expires_at = now + lifetime;
        Ok(Self {
            bearer,
            received_at: now,
            refresh_at: expires_at - REFRESH_AHEAD.min(lifetime / 5),
            expires_at,
        })
    }
}

/// The token and the fetch of the next one.
pub(crate) struct Credentials {
    pipeline: Arc<Pipeline>,
    token: ArcSwapOption<ServiceToken>,
    flight: SingleFlight<Result<Arc<BearerToken>, Error>>,
}

impl Credentials {
    /// Starts with the token of another client, if it has one.
    pub(crate) fn new(pipeline: Arc<Pipeline>, token: Option<Arc<ServiceToken>>) -> Self {
        Self {
            pipeline,
            token: ArcSwapOption::new(token),
            flight: SingleFlight::new(),
        }
    }

    /// The current token, which may have expired.
    pub(crate) fn current(&self) -> Option<Arc<ServiceToken>> {
        self.token.load_full()
    }

    /// Makes the current token older than a new one.
    #[cfg(test)]
    pub(crate) fn age(&self) {
        let token = ServiceToken::clone(&self.current().unwrap());
        let received_at = token.received_at - NEW;
        let token = ServiceToken {
            received_at,
            ..token
        };
        self.token.store(Some(Arc::new(token)));
    }

    /// The bearer of the current token.
    pub(crate) fn current_bearer(&self) -> Option<Arc<BearerToken>> {
        self.token
            .load()
            .as_ref()
            .map(|token| Arc::clone(&token.bearer))
    }

    /// Returns a valid token, fetched if necessary.
    pub(crate) async fn bearer(self: &Arc<Self>) -> Result<Arc<BearerToken>, Error> {
        if let Some(bearer) = self.valid() {
            return Ok(bearer);
        }
        let flight = self.flight.start(Arc::clone(self).fetch());
        flight
            .result()
            .await
            .unwrap_or_else(|| Err(Error::closed()))
    }

    /// Returns the current token if it is valid. Refreshes it in the background if it expires soon.
    fn valid(self: &Arc<Self>) -> Option<Arc<BearerToken>> {
        let now = Instant::now();
        let current = self.token.load();
        let token = current.as_ref().filter(|token| now < token.expires_at)?;
        if now >= token.refresh_at {
            self.flight.start(Arc::clone(self).refresh());
        }
        Some(Arc::clone(&token.bearer))
    }

    /// Fetches a token, unless another caller has just done so.
    async fn fetch(self: Arc<Self>) -> Result<Arc<BearerToken>, Error> {
        let current = self.current();
        match current.filter(|token| Instant::now() < token.expires_at) {
            Some(token) => Ok(Arc::clone(&token.bearer)),
            None => self.replace().await,
        }
    }

    /// Replaces a token that expires soon. After a failure the next attempt waits.
    async fn refresh(self: Arc<Self>) -> Result<Arc<BearerToken>, Error> {
        let current = self.current();
        let now = Instant::now();
        if let Some(token) = current.as_ref().filter(|token| now < token.refresh_at) {
            return Ok(Arc::clone(&token.bearer));
        }
        let result = self.replace().await;
        if let (Err(_), Some(token)) = (&result, &current) {
            let postponed = ServiceToken {
                refresh_at: Instant::now() + REFRESH_PAUSE,
                ..ServiceToken::clone(token)
            };
            self.token
                .compare_and_swap(token, Some(Arc::new(postponed)));
        }
        result
    }

    async fn replace(&self) -> Result<Arc<BearerToken>, Error> {
        let token = self.request().await?;
        let bearer = Arc::clone(&token.bearer);
        self.token.store(Some(Arc::new(token)));
        Ok(bearer)
    }

    async fn request(&self) -> Result<ServiceToken, Error> {
        let config = self.pipeline.config();
        let Some(secret) = &config.client_secret else {
            let message = Message::from("this client has no ").name("client_secret");
            return Err(Error::config(message.text(", so it cannot call the API")));
        };
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &config.client_id),
            ("client_secret", secret.expose()),
        ];
        let deadline = Deadline::after(config.call_timeout);
        // A missed deadline is retryable: only the token request was sent.
        deadline
            .limit(
                true,
                request_token(&self.pipeline, &form, Safety::Idempotent, &deadline),
            )
            .await
            .and_then(|response| ServiceToken::new(&response, Instant::now()))
            .map_err(|error| error.context("no service token"))
    }
}

impl TokenSource for Arc<Credentials> {
    async fn token(&self) -> Result<Option<Arc<BearerToken>>, Error> {
        self.bearer().await.map(Some)
    }

    /// Discards the token, unless a newer one has replaced it.
    fn reject(&self, rejected: &Arc<BearerToken>) {
        let current = self.token.load();
        if let Some(token) = &*current
            && Arc::ptr_eq(&token.bearer, rejected)
        {
            self.token.compare_and_swap(&current, None);
        }
    }

    fn reject_old(&self, rejected: &Arc<BearerToken>) -> bool {
        let current = self.token.load();
        let is_new = current.as_ref().is_some_and(|token| {
            Arc::ptr_eq(&token.bearer, rejected) && token.received_at.elapsed() < NEW
        });
        if !is_new {
            self.reject(rejected);
        }
        !is_new
    }
}
