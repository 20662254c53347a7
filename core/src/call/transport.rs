//! One HTTP exchange over the shared connection pool.

use std::error::Error as StdError;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use reqwest::redirect;

use super::retry::Outcome;
use crate::config::{API_VERSION, Config};
use crate::error::Error;

/// How long an unused connection is kept: less than the minute after which load balancers drop theirs.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// How many unused connections are kept. A burst over HTTP/1.1 opens one for each call.
const POOL_SIZE: usize = 32;

/// As much of an error's body as is read. The service's are a thousandth of it.
const MAX_ERROR_BODY: usize = 256 << 10;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why an exchange came to no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) outcome: Outcome,
}

/// The connection pool, made when it is first needed.
pub(crate) struct Transport {
    pool: ArcSwapOption<reqwest::Client>,
    making: Mutex<()>,
    closed: AtomicBool,
}

impl Transport {
    pub(crate) fn new() -> Self {
        Self {
            pool: ArcSwapOption::empty(),
            making: Mutex::new(()),
            closed: AtomicBool::new(false),
        }
    }

    /// One without connections, closed if this one is.
    pub(crate) fn renewed(&self) -> Self {
        let closed = AtomicBool::new(self.closed.load(Ordering::Acquire));
        Self {
            closed,
            ..Self::new()
        }
    }

    /// Lets go of all connections; every later exchange fails.
    pub(crate) fn close(&self) {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        self.closed.store(true, Ordering::Release);
        self.pool.store(None);
    }

    /// The pool. Making it reads the system's certificates but opens no connection.
    pub(crate) fn pool(&self, config: &Config) -> Result<Arc<reqwest::Client>, Error> {
        if let Some(pool) = &*self.pool.load() {
            return Ok(Arc::clone(pool));
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::closed());
        }
        if let Some(pool) = self.pool.load_full() {
            return Ok(pool);
        }
        let pool = Arc::new(make_pool(config)?);
        self.pool.store(Some(Arc::clone(&pool)));
        Ok(pool)
    }

    /// Sends one request and reads the answer up to `max_body` bytes.
    pub(crate) async fn exchange(
        &self,
        config: &Config,
        request: reqwest::Request,
        max_body: usize,
    ) -> Result<Reply, Failure> {
        let pool = self.pool(config).map_err(|error| Failure {
            error,
            outcome: Outcome::Final,
        })?;
        let mut response = pool.execute(request).await.map_err(failure)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = if status.is_success() {
            read_body(response, max_body).await?
        } else {
            read_error_body(response).await
        };
        Ok(Reply {
            status,
            headers,
            body,
        })
    }
}

fn make_pool(config: &Config) -> Result<reqwest::Client, Error> {
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::USER_AGENT, config.user_agent.clone());
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(
        HeaderName::from_static("x-sdk-version"),
        config.sdk_version.clone(),
    );
    headers.insert(
        HeaderName::from_static("x-api-version"),
        HeaderValue::from_static(API_VERSION),
    );
    let mut builder = reqwest::Client::builder()
        .default_headers(headers)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(config.connect_timeout)
        .tcp_nodelay(true)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_SIZE)
        // What may be sent again is ours to say.
        .retry(reqwest::retry::never())
        .tcp_keepalive(config.keepalive.interval)
        .http2_keep_alive_interval(config.keepalive.interval)
        .http2_keep_alive_timeout(config.keepalive.timeout);
    if let Some(proxy) = &config.proxy {
        builder = builder.proxy(proxy.clone());
    } else if config.env_url.is_loopback() {
        builder = builder.no_proxy();
        if config.env_url.is_plain() {
            // Nothing here needs the system's certificates, and reading them takes longer than the first call.
            builder = builder.tls_certs_only([]);
        }
    }
    if let Some(certificates) = &config.ca_certificates {
        builder = builder.tls_certs_merge(certificates.iter().cloned());
    }
    builder.build().map_err(|error| {
        Error::config(format!("the HTTP client cannot be set up: {}", cause(&error))).with_source(error)
    })
}

async fn read_body(mut response: reqwest::Response, max: usize) -> Result<Bytes, Failure> {
    let status = response.status().as_u16();
    let too_large = || Failure {
        error: Error::bad_reply(status, format!("the answer is larger than {} MiB", max >> 20)),
        outcome: Outcome::Final,
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > max as u64 {
        return Err(too_large());
    }
    let Some(first) = response.chunk().await.map_err(failure)? else {
        return Ok(Bytes::new());
    };
    // Most answers arrive in one piece, which is handed on as it is.
    let Some(second) = response.chunk().await.map_err(failure)? else {
        return Ok(first);
    };
    let mut body = BytesMut::with_capacity((announced as usize).clamp(first.len() + second.len(), 1 << 20));
    body.extend_from_slice(&first);
    body.extend_from_slice(&second);
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// What arrives of it: the status says already what happened.
async fn read_error_body(mut response: reqwest::Response) -> Bytes {
    let mut body = BytesMut::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_ERROR_BODY - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    body.freeze()
}

fn failure(error: reqwest::Error) -> Failure {
    // The URL may hold ids and tokens that a user did not expect in a log.
    let error = error.without_url();
    let cause = cause(&error);
    if error.is_builder() {
        return Failure {
            error: Error::invalid_argument(format!("the request cannot be sent: {cause}")).with_source(error),
            outcome: Outcome::Final,
        };
    }
    let (outcome, message) = if is_bad_certificate(&error) {
        (
            Outcome::Final,
            format!("no secure connection: {cause}; a CA can be trusted by option"),
        )
    } else if error.is_connect() {
        (Outcome::NotConnected, format!("no connection: {cause}"))
    } else if is_unprocessed(&error) {
        (Outcome::NotConnected, format!("not accepted: {cause}"))
    } else {
        (Outcome::Broken, format!("the connection broke: {cause}"))
    };
    Failure {
        error: Error::unavailable(message).with_source(error),
        outcome,
    }
}

/// The innermost error says it best: "connection refused", not "error sending request".
fn cause(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// TLS reports what it refuses as invalid data; a second attempt meets the same certificate.
fn is_bad_certificate(error: &reqwest::Error) -> bool {
    error.is_connect()
        && chain(error)
            .filter_map(|error| error.downcast_ref::<io::Error>())
            .any(|error| error.kind() == io::ErrorKind::InvalidData)
}

/// HTTP/2 lets a server say that it did nothing with a request (RFC 9113, sections 6.8 and 8.7).
fn is_unprocessed(error: &reqwest::Error) -> bool {
    chain(error)
        .filter_map(|error| error.downcast_ref::<h2::Error>())
        .any(|error| match error.reason() {
            Some(h2::Reason::REFUSED_STREAM) => error.is_reset() && error.is_remote(),
            Some(h2::Reason::NO_ERROR) => error.is_go_away() && error.is_remote(),
            _ => false,
        })
}

fn chain<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        // `source` of an I/O error skips the error that it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as _).or_else(|| error.source());
        Some(error)
    })
}
