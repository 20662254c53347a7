//! The client's own access token: fetched when first needed, shared by all calls, renewed ahead of its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::HeaderValue;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use crate::call::retry::Safety;
use crate::call::{deadline_in, own_task};
use crate::client::Client;
use crate::error::Error;
use crate::oauth::TokenReply;
use crate::secret::{Secret, wiped};

/// Renewal starts this long before the end, or a fifth of the token's life if that is shorter.
const AHEAD: Duration = Duration::from_secs(60);

/// The life of a token whose issuer does not state it.
const UNSTATED_LIFE: Duration = Duration::from_secs(600);

/// A token that ends sooner, or has ended already, is used for this long, else every call would fetch one of its own.
const SHORTEST_LIFE: Duration = Duration::from_secs(1);

/// The pause after a renewal ahead of time that failed; the token in hand still serves.
const RENEWAL_PAUSE: Duration = Duration::from_secs(5);

/// A token as it goes into the header.
#[derive(Debug)]
pub(crate) struct ServiceToken {
    secret: Secret,
    header: HeaderValue,
    renew_at: Instant,
    ends_at: Instant,
}

impl ServiceToken {
    fn new(reply: &TokenReply, now: Instant) -> Result<Self, Error> {
        let secret = Secret::from(reply.access_token());
        let mut header = HeaderValue::from_maybe_shared(wiped(format!("Bearer {}", secret.expose())))
            .map_err(|_| Error::bad_reply(200, "the token holds characters that an HTTP header cannot"))?;
        header.set_sensitive(true);
        let life = reply.expires_in().map_or(UNSTATED_LIFE, |seconds| {
            Duration::from_secs(seconds.max(0).unsigned_abs())
        });
        let life = life.clamp(SHORTEST_LIFE, Duration::from_secs(60 * 60 * 24 * 30));
        let ends_at = now + life;
        Ok(Self {
            secret,
            header,
            renew_at: ends_at - AHEAD.min(life / 5),
            ends_at,
        })
    }

    pub(crate) fn expose(&self) -> &str {
        self.secret.expose()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// The token and who is fetching the next one.
pub(crate) struct Credentials {
    token: ArcSwapOption<ServiceToken>,
    /// Held by the one that fetches; the failure is for those who waited on it.
    flight: Mutex<Option<Error>>,
    flights: AtomicU64,
    renewing: AtomicBool,
}

impl Credentials {
    /// Starts with the token of another client, if it has one.
    pub(crate) fn new(token: Option<Arc<ServiceToken>>) -> Self {
        Self {
            token: ArcSwapOption::new(token),
            flight: Mutex::new(None),
            flights: AtomicU64::new(0),
            renewing: AtomicBool::new(false),
        }
    }

    /// The token in hand, valid or not.
    pub(crate) fn token(&self) -> Option<Arc<ServiceToken>> {
        self.token.load_full()
    }

    /// Forgets a token that the service refused, unless a newer one is there already.
    pub(crate) fn reject(&self, token: &Arc<ServiceToken>) {
        self.token.compare_and_swap(token, None);
    }

    fn valid(&self, now: Instant) -> Option<Arc<ServiceToken>> {
        self.token().filter(|token| now < token.ends_at)
    }
}

/// Lowers the flag when its task ends, also when it is dropped with its runtime.
struct Renewing(Client);

impl Drop for Renewing {
    fn drop(&mut self) {
        self.0.credentials().renewing.store(false, Ordering::Release);
    }
}

impl Client {
    /// A token for the next request.
    pub(crate) async fn service_token(&self) -> Result<Arc<ServiceToken>, Error> {
        let now = Instant::now();
        match self.credentials().valid(now) {
            Some(token) => {
                if now >= token.renew_at {
                    self.renew_in_background();
                }
                Ok(token)
            }
            None => own_task(self.token_flight(), || Err(Error::closed())).await,
        }
    }

    /// A task of its own: the one who waits may give up, while others wait for the same token.
    fn token_flight(&self) -> JoinHandle<Result<Arc<ServiceToken>, Error>> {
        let client = self.clone();
        tokio::spawn(async move { client.fetch_service_token(false).await })
    }

    /// Fetches a token: one fetch, and one failure, for all who wait.
    async fn fetch_service_token(&self, ahead: bool) -> Result<Arc<ServiceToken>, Error> {
        let credentials = self.credentials();
        let seen = credentials.flights.load(Ordering::Acquire);
        let mut flight = credentials.flight.lock().await;
        if credentials.flights.load(Ordering::Acquire) != seen {
            match flight.as_ref() {
                Some(error) => return Err(error.clone()),
                None => {
                    if let Some(token) = credentials.valid(Instant::now()) {
                        return Ok(token);
                    }
                }
            }
        } else if let Some(token) = credentials.valid(Instant::now()).filter(|_| !ahead) {
            return Ok(token);
        }
        let result = self.request_service_token().await;
        credentials.flights.fetch_add(1, Ordering::AcqRel);
        match result {
            Ok(token) => {
                let token = Arc::new(token);
                credentials.token.store(Some(Arc::clone(&token)));
                *flight = None;
                Ok(token)
            }
            Err(error) => {
                *flight = Some(error.clone());
                Err(error)
            }
        }
    }

    async fn request_service_token(&self) -> Result<ServiceToken, Error> {
        let config = self.config();
        let Some(secret) = &config.client_secret else {
            return Err(Error::config(
                "this client has no client_secret, so it cannot call the API",
            ));
        };
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &config.client_id),
            ("client_secret", secret.expose()),
        ];
        let deadline = deadline_in(config.call_timeout);
        let mut last = None;
        let reply = timeout_at(
            deadline,
            self.token_endpoint(&form, Safety::Idempotent, deadline, &mut last),
        )
        .await;
        // Nothing but the request for the token has been sent.
        let late = || Error::deadline(config.call_timeout, last).with_retryable(true);
        let reply = reply.unwrap_or_else(|_| Err(late()));
        reply
            .and_then(|reply| ServiceToken::new(&reply, Instant::now()))
            .map_err(|error| error.context("no service token"))
    }

    /// Renews the token while the old one still serves; one task at a time.
    fn renew_in_background(&self) {
        let renewing = &self.credentials().renewing;
        if renewing.load(Ordering::Relaxed) || renewing.swap(true, Ordering::AcqRel) {
            return;
        }
        let task = Renewing(self.clone());
        tokio::spawn(async move {
            if task.0.fetch_service_token(true).await.is_err() {
                sleep(RENEWAL_PAUSE).await;
            }
        });
    }
}

#[cfg(test)]
mod tests;
