//! Requests to third-party services, with responses that are read in pieces.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tokio::time::sleep;
use url::Url;

use super::deadline::Deadline;
use super::outgoing::{MAX_RESPONSE, add_headers};
use super::pipeline::{Pipeline, TokenSource};
use super::retry::{self, Outcome, Safety};
use super::transport::failure;
use crate::error::Error;
use crate::observe::{ActiveCall, CallStarted};

/// A request to a third-party service.
#[derive(Clone)]
pub(crate) struct Forwarded {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

impl Forwarded {
    /// Returns `true` if the method is safe (RFC 9110, section 9.2.1) and the request has no body.
    /// The client repeats only such requests after they may have reached the third-party service.
    pub(crate) fn is_safe(&self) -> bool {
        self.method.is_safe() && self.body.is_none()
    }

    fn safety(&self) -> Safety {
        if self.is_safe() {
            Safety::Idempotent
        } else {
            Safety::Once
        }
    }

    fn request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        match &self.body {
            Some(body) => *request.body_mut() = Some(body.clone().into()),
            // Some proxies reject a request without a body or length (411).
            None if !(self.method.is_safe() || self.method == Method::DELETE) => {
                request
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            None => {}
        }
        request
    }
}

/// A response whose body has not been read yet. Dropping it closes its connection, or its HTTP/2
/// stream.
pub(crate) struct Streaming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    response: reqwest::Response,
    deadline: Deadline,
    safety: Safety,
}

impl Streaming {
    /// Returns an error if the status is not 2xx.
    pub(crate) fn status_error(&self) -> Option<Error> {
        let outcome = Outcome::Responded {
            status: self.status.as_u16(),
            retry_after: None,
            tool_error: false,
        };
        let error = || {
            Error::third_party(self.status).with_retryable(retry::may_repeat(outcome, self.safety))
        };
        (!self.status.is_success()).then(error)
    }

    /// Returns the next piece of the body, or `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let Self {
            response, deadline, ..
        } = self;
        let chunk = async { response.chunk().await.map_err(|error| failure(error).error) };
        deadline.limit(false, chunk).await
    }

    /// Returns the rest of the body, which may have up to 64 MiB.
    pub(crate) async fn bytes(&mut self) -> Result<Bytes, Error> {
        let announced = self.response.content_length().unwrap_or(0);
        let mut body = BytesMut::new();
        if announced <= MAX_RESPONSE as u64 {
            while let Some(chunk) = self.chunk().await? {
                if body.len() + chunk.len() > MAX_RESPONSE {
                    return Err(self.too_large());
                }
                body.extend_from_slice(&chunk);
            }
            return Ok(body.freeze());
        }
        Err(self.too_large())
    }

    fn too_large(&self) -> Error {
        let message = format!(
            "the response is larger than {} MiB; read it in chunks",
            MAX_RESPONSE >> 20
        );
        Error::bad_response(self.status.as_u16(), message)
    }
}

impl Pipeline {
    /// Sends a request and returns the response of any status.
    ///
    /// The request is sent again if it did not reach the service. If it is safe, it is also sent
    /// again if the connection broke before the response, and once if the service may have rejected
    /// the token. The deadline includes the body of the response.
    pub(crate) async fn forward(
        &self,
        request: &Forwarded,
        tokens: &impl TokenSource,
        deadline: Deadline,
    ) -> Result<Streaming, Error> {
        let attempts = self.observed_attempts(request, tokens, &deadline);
        let mut response = deadline.limit(request.is_safe(), attempts).await?;
        Ok(Streaming {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            response,
            deadline,
            safety: request.safety(),
        })
    }

    async fn observed_attempts(
        &self,
        forwarded: &Forwarded,
        tokens: &impl TokenSource,
        deadline: &Deadline,
    ) -> Result<reqwest::Response, Error> {
        let observers = [self.config().observer.as_ref(), None];
        let mut observed = ActiveCall::start(observers, || {
            CallStarted::new("proxy", &forwarded.method, &forwarded.url)
        });
        let result = self
            .attempts(forwarded, tokens, deadline, &mut observed)
            .await;
        observed.ended(result.as_ref().err());
        result
    }

    async fn attempts(
        &self,
        forwarded: &Forwarded,
        tokens: &impl TokenSource,
        deadline: &Deadline,
        observed: &mut ActiveCall,
    ) -> Result<reqwest::Response, Error> {
        let mut token_renewed = false;
        let mut attempt = 1;
        loop {
            let mut request = forwarded.request();
            add_headers(request.headers_mut(), observed.headers());
            let token = tokens.token().await?;
            if let Some(token) = &token {
                request
                    .headers_mut()
                    .insert(header::AUTHORIZATION, token.header());
            }
            let failure = match self.open(request).await {
                Ok(response) => {
                    let status = response.status().as_u16();
                    observed.attempt_ended(Some(status), || None, None, None);
                    // A third-party service may have sent the status.
                    if response.status() == StatusCode::UNAUTHORIZED
                        && !token_renewed
                        && token.is_some_and(|token| tokens.reject_old(&token))
                        && forwarded.is_safe()
                    {
                        token_renewed = true;
                        continue;
                    }
                    return Ok(response);
                }
                Err(failure) => failure,
            };
            let safety = forwarded.safety();
            let error = self
                .redact_with(failure.error, &[], token.as_deref())
                .with_retryable(retry::may_repeat(failure.outcome, safety));
            match self.wait(failure.outcome, safety, attempt) {
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
}
