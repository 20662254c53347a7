//! The attempts of one request: token, exchange, and a retry where that is safe.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderValue, StatusCode, header};
use tokio::time::sleep;

use super::deadline::Deadline;
use super::outgoing::{Outgoing, add_headers, wiped};
use super::retry::{self, Outcome, Safety};
use super::transport::{Failure, Response, Transport};
use crate::config::Config;
use crate::error::{Error, request_id};
use crate::observe::{ActiveCall, CallStarted};
use crate::secret::Secret;

/// An access token, also as an `authorization` header.
#[derive(Debug)]
pub(crate) struct BearerToken {
    secret: Secret,
    header: HeaderValue,
}

impl BearerToken {
    pub(crate) fn new(token: &str) -> Result<Self, Error> {
        let secret = Secret::from(token);
        let mut header =
            HeaderValue::from_maybe_shared(wiped(format!("Bearer {token}"))).map_err(|_| {
                Error::bad_response(
                    200,
                    "the token has characters that are not allowed in a header",
                )
            })?;
        header.set_sensitive(true);
        Ok(Self { secret, header })
    }

    pub(crate) fn expose(&self) -> &str {
        self.secret.expose()
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// Supplies the token of a request.
pub(crate) trait TokenSource: Sync {
    /// Returns a valid token, or `None` if the request is sent without one.
    fn token(&self) -> impl Future<Output = Result<Option<Arc<BearerToken>>, Error>> + Send;

    /// Discards a token that the service rejected.
    fn reject(&self, token: &Arc<BearerToken>);

    /// Discards a token that the service may have rejected, unless it is so new that it must be
    /// valid. Returns `true` if the next token differs.
    fn reject_old(&self, token: &Arc<BearerToken>) -> bool;
}

/// Sends requests without a token.
pub(crate) struct Anonymous;

impl TokenSource for Anonymous {
    async fn token(&self) -> Result<Option<Arc<BearerToken>>, Error> {
        Ok(None)
    }

    fn reject(&self, _token: &Arc<BearerToken>) {}

    fn reject_old(&self, _token: &Arc<BearerToken>) -> bool {
        false
    }
}

/// The configuration and the connections of a client.
pub(crate) struct Pipeline {
    config: Arc<Config>,
    transport: Transport,
}

impl Pipeline {
    /// Opens no connection.
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config: Arc::new(config),
            transport: Transport::new(),
        }
    }

    /// A pipeline with the same configuration and an empty connection pool; closed if `self` is
    /// closed.
    pub(crate) fn renewed(&self) -> Self {
        Self {
            config: Arc::clone(&self.config),
            transport: self.transport.renewed(),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Closes all connections; later requests fail.
    pub(crate) fn close(&self) {
        self.transport.close();
    }

    /// Sends a request until it succeeds or must not be repeated. The caller enforces the deadline;
    /// it is read here to skip waits that would miss it.
    pub(crate) async fn send(
        &self,
        outgoing: &Outgoing,
        tokens: &impl TokenSource,
        deadline: &Deadline,
    ) -> Result<Response, Error> {
        let mut observed = self.observe(outgoing);
        let result = self
            .attempts_of(outgoing, tokens, deadline, &mut observed)
            .await;
        observed.ended(result.as_ref().err());
        result
    }

    fn observe(&self, outgoing: &Outgoing) -> ActiveCall {
        let observers = [self.config.observer.as_ref(), outgoing.observer.as_ref()];
        ActiveCall::start(observers, || {
            CallStarted::new(outgoing.operation, &outgoing.method, &outgoing.url)
        })
    }

    async fn attempts_of(
        &self,
        outgoing: &Outgoing,
        tokens: &impl TokenSource,
        deadline: &Deadline,
        observed: &mut ActiveCall,
    ) -> Result<Response, Error> {
        let mut token_renewed = false;
        let mut attempt = 1;
        loop {
            let mut request = outgoing.request();
            add_headers(request.headers_mut(), observed.headers());
            let token = tokens.token().await?;
            if let Some(token) = &token {
                request
                    .headers_mut()
                    .insert(header::AUTHORIZATION, token.header());
            }
            let result = match self.transport.send(&self.config, request).await {
                Ok(response) => Response::read(response, outgoing.max_response).await,
                Err(failure) => Err(failure),
            };
            let (error, outcome) = match result {
                Ok(response) if response.status.is_success() => {
                    let status = response.status.as_u16();
                    let id = || request_id(&response.headers);
                    observed.attempt_ended(Some(status), id, None, None);
                    return Ok(response);
                }
                Ok(response) => response_error(&response),
                Err(failure) => (failure.error, failure.outcome),
            };
            let error = self.redact(error, outgoing, token.as_deref());
            if let Some(token) = token
                && error.status() == Some(StatusCode::UNAUTHORIZED.as_u16())
                && !(token_renewed || error.is_tool())
            {
                token_renewed = true;
                tokens.reject(&token);
                observed.failed(&error, Some(Duration::ZERO));
                deadline.record(error);
                continue;
            }
            let error = error.with_retryable(retry::may_repeat(outcome, outgoing.safety));
            match self.wait(outcome, outgoing.safety, attempt) {
                Some(wait) if deadline.allows(wait) => {
                    observed.failed(&error, Some(wait));
                    deadline.record(error);
                    sleep(wait).await;
                    attempt += 1;
                }
                _ => {
                    observed.failed(&error, None);
                    return Err(error);
                }
            }
        }
    }

    /// Sends one request and returns the response without its body.
    pub(super) async fn open(
        &self,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, Failure> {
        self.transport.send(&self.config, request).await
    }

    /// Returns how long to wait before the next attempt; see [`retry::wait`].
    pub(super) fn wait(&self, outcome: Outcome, safety: Safety, attempt: u32) -> Option<Duration> {
        let max_attempts = self.config.max_attempts;
        retry::wait(outcome, safety, attempt, max_attempts, fastrand::f64())
    }

    /// Removes the secrets of a request from an error: the client's own, the token and those in the
    /// body.
    pub(crate) fn redact(
        &self,
        error: Error,
        outgoing: &Outgoing,
        token: Option<&BearerToken>,
    ) -> Error {
        self.redact_with(error, &outgoing.secrets, token)
    }

    pub(super) fn redact_with(
        &self,
        error: Error,
        sent: &[Secret],
        token: Option<&BearerToken>,
    ) -> Error {
        let sent = sent.iter().chain(&self.config.client_secret);
        let secrets: Vec<&str> = sent
            .map(|secret| secret.expose())
            .chain(token.map(BearerToken::expose))
            .collect();
        error.redact(&secrets)
    }
}

fn response_error(response: &Response) -> (Error, Outcome) {
    let error = Error::from_response(response.status, &response.headers, &response.body);
    let outcome = Outcome::Responded {
        status: response.status.as_u16(),
        retry_after: retry::retry_after(&response.headers, SystemTime::now()),
        tool_error: error.is_tool(),
    };
    (error, outcome)
}
