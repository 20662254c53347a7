//! The attempts of one call: credentials, exchange, and again where that is safe.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use tokio::time::{Instant, sleep};
use url::Url;

use super::retry::{self, Outcome, Safety};
use super::transport::Reply;
use crate::client::Client;
use crate::error::Error;
use crate::secret::Secret;

/// The largest answer of an operation.
pub(crate) const MAX_BODY: usize = 64 << 20;

/// The largest answer of the token and key endpoints.
pub(crate) const MAX_SMALL_BODY: usize = 1 << 20;

/// A request that can be sent as often as needed.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) content_type: HeaderValue,
    pub(crate) body: Option<Bytes>,
    pub(crate) safety: Safety,
    /// With the service token. Never set on a request that carries a user's own credentials.
    pub(crate) service_token: bool,
    pub(crate) max_body: usize,
    /// What no error may repeat, for a server that echoes what it was sent.
    pub(crate) secrets: Vec<Secret>,
}

impl Outgoing {
    /// A GET of a document that needs no token.
    pub(crate) fn document(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            content_type: JSON,
            body: None,
            safety: Safety::Idempotent,
            service_token: false,
            max_body: MAX_SMALL_BODY,
            secrets: Vec::new(),
        }
    }

    fn request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        match &self.body {
            Some(body) => {
                request
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, self.content_type.clone());
                *request.body_mut() = Some(body.clone().into());
            }
            // Some proxies refuse such a request without a length (411).
            None if !matches!(self.method, Method::GET | Method::DELETE) => {
                request
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            None => {}
        }
        request
    }
}

/// The content type of operations.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The content type of the token endpoint.
pub(crate) const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

impl Client {
    /// Sends until there is a success or no reason left to try. `last` always holds the latest failure, so that
    /// whoever gives up in between knows why it took so long.
    pub(crate) async fn attempts(
        &self,
        outgoing: &Outgoing,
        deadline: Instant,
        last: &mut Option<Error>,
    ) -> Result<Reply, Error> {
        let config = self.config();
        let mut token_renewed = false;
        let mut attempt = 1;
        loop {
            let mut request = outgoing.request();
            let token = if outgoing.service_token {
                Some(self.service_token().await?)
            } else {
                None
            };
            if let Some(token) = &token {
                request
                    .headers_mut()
                    .insert(header::AUTHORIZATION, token.header());
            }
            let result = self
                .transport()
                .exchange(config, request, outgoing.max_body)
                .await;
            let (error, outcome) = match result {
                Ok(reply) if reply.status.is_success() => return Ok(reply),
                Ok(reply) => read_error(&reply),
                Err(failure) => (failure.error, failure.outcome),
            };
            let token_text = token.as_ref().map(|token| token.expose());
            let error = self.strike_out(error, outgoing, token_text);
            if let Some(token) = token
                && error.status() == Some(StatusCode::UNAUTHORIZED.as_u16())
                && !(token_renewed || error.is_tool())
            {
                token_renewed = true;
                self.credentials().reject(&token);
                *last = Some(error);
                continue;
            }
            let error = error.with_retryable(retry::may_repeat(outcome, outgoing.safety));
            let wait = retry::wait(
                outcome,
                outgoing.safety,
                attempt,
                config.max_attempts,
                fastrand::f64(),
            );
            match wait {
                Some(wait) if Instant::now() + wait < deadline => {
                    *last = Some(error);
                    sleep(wait).await;
                    attempt += 1;
                }
                _ => return Err(error),
            }
        }
    }

    pub(crate) fn strike_out(&self, error: Error, outgoing: &Outgoing, token: Option<&str>) -> Error {
        let sent = outgoing.secrets.iter().chain(&self.config().client_secret);
        let secrets: Vec<&str> = sent.map(|secret| secret.expose()).chain(token).collect();
        error.scrub(&secrets)
    }
}

fn read_error(reply: &Reply) -> (Error, Outcome) {
    let error = Error::from_reply(reply.status, &reply.headers, &reply.body);
    let outcome = Outcome::Answered {
        status: reply.status.as_u16(),
        retry_after: retry::retry_after(&reply.headers, SystemTime::now()),
        tool_error: error.is_tool(),
    };
    (error, outcome)
}
