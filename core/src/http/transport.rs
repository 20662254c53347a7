//! One HTTP exchange over the connection pool of the current runtime.

use std::error::Error as StdError;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use rustls::CertificateError;
use tokio::runtime::{Handle, Id};

use super::pool::{Pool, Tls};
use super::retry::Outcome;
use crate::config::Config;
use crate::error::{Error, Message};

/// The maximum number of pools. The oldest one is dropped first; its active calls continue.
const MAX_POOLS: usize = 64;

/// How much of an error response's body is read. The service's own errors are a thousand times
/// smaller.
const MAX_ERROR_BODY: usize = 256 << 10;

/// A response with its complete body.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why an exchange ended without a response.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) outcome: Outcome,
}

/// The connection pools, created on first use.
///
/// A connection only makes progress while the runtime that opened it runs. So each runtime has its
/// own pool, and a client can be used by several runtimes.
pub(crate) struct Transport {
    pools: ArcSwap<Vec<(Id, Arc<Pool>)>>,
    /// The trusted certificates, which take milliseconds to read. Locked while a pool is created or
    /// all pools are closed.
    tls: Mutex<Option<Tls>>,
    closed: AtomicBool,
}

impl Transport {
    pub(crate) fn new() -> Self {
        Self {
            pools: ArcSwap::default(),
            tls: Mutex::new(None),
            closed: AtomicBool::new(false),
        }
    }

    /// A new transport with an empty pool; closed if `self` is closed.
    pub(crate) fn renewed(&self) -> Self {
        let closed = AtomicBool::new(self.closed.load(Ordering::Acquire));
        Self {
            closed,
            ..Self::new()
        }
    }

    /// Closes all connections; every later exchange fails.
    pub(crate) fn close(&self) {
        let _tls = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        self.closed.store(true, Ordering::Release);
        self.pools.store(Arc::default());
    }

    /// Returns the pool of the current runtime. The first call reads the certificates to trust.
    fn pool(&self, config: &Config) -> Result<Arc<Pool>, Error> {
        let runtime = Handle::current().id();
        let of_runtime = |pools: &[(Id, Arc<Pool>)]| {
            let found = pools.iter().find(|(id, _)| *id == runtime);
            found.map(|(_, pool)| Arc::clone(pool))
        };
        if let Some(pool) = of_runtime(&self.pools.load()) {
            return Ok(pool);
        }
        let mut tls = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::closed());
        }
        let mut pools = Vec::clone(&self.pools.load());
        if let Some(pool) = of_runtime(&pools) {
            return Ok(pool);
        }
        let tls = match &mut *tls {
            Some(tls) => tls,
            none => none.insert(Tls::new(config)?),
        };
        let pool = Arc::new(Pool::new(config, tls)?);
        if pools.len() == MAX_POOLS {
            pools.remove(0);
        }
        pools.push((runtime, Arc::clone(&pool)));
        self.pools.store(Arc::new(pools));
        Ok(pool)
    }

    /// Sends one request and returns the response without its body.
    pub(super) async fn send(
        &self,
        config: &Config,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, Failure> {
        let pool = self.pool(config).map_err(|error| Failure {
            error,
            outcome: Outcome::Final,
        })?;
        let sent = pool.http.execute(request).await;
        sent.map_err(|error| match is_untrusted(&error) {
            true => untrusted(config, &pool, error),
            false => failure(error),
        })
    }
}

impl Response {
    /// Reads a response, whose body may have up to `max_body` bytes.
    pub(super) async fn read(
        mut response: reqwest::Response,
        max_body: usize,
    ) -> Result<Self, Failure> {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = if status.is_success() {
            read_body(response, max_body).await?
        } else {
            read_error_body(response).await
        };
        Ok(Self {
            status,
            headers,
            body,
        })
    }
}

async fn read_body(mut response: reqwest::Response, max: usize) -> Result<Bytes, Failure> {
    let status = response.status().as_u16();
    let too_large = || Failure {
        error: Error::bad_response(
            status,
            format!("the response is larger than {} MiB", max >> 20),
        ),
        outcome: Outcome::Final,
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > max as u64 {
        return Err(too_large());
    }
    let Some(first) = response.chunk().await.map_err(failure)? else {
        return Ok(Bytes::new());
    };
    // Most responses arrive in one chunk, which needs no copy.
    let Some(second) = response.chunk().await.map_err(failure)? else {
        return Ok(first);
    };
    let mut body =
        BytesMut::with_capacity((announced as usize).clamp(first.len() + second.len(), 1 << 20));
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

/// Reads as much of the body as arrives. A broken connection is ignored, since the status is known.
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

pub(super) fn failure(error: reqwest::Error) -> Failure {
    // The URL may contain ids and tokens that must not appear in a log.
    let error = error.without_url();
    let cause = cause(&error);
    if error.is_builder() {
        return Failure {
            error: Error::invalid_argument(format!("the request cannot be sent: {cause}"))
                .with_source(error),
            outcome: Outcome::Final,
        };
    }
    let (outcome, message) = if is_bad_certificate(&error) {
        (Outcome::Final, format!("no secure connection: {cause}"))
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

/// An untrusted certificate. The message explains how to trust its CA, and why configured
/// certificates are ignored.
fn untrusted(config: &Config, pool: &Pool, error: reqwest::Error) -> Failure {
    let mut message = config.trust.advise(Message::from(
        "no secure connection: the server's certificate is not from a trusted CA; ",
    ));
    for reason in &*pool.ignored {
        message = message.text("; ").text(reason);
    }
    let failure = failure(error);
    Failure {
        error: failure.error.with_message(message),
        ..failure
    }
}

fn is_untrusted(error: &reqwest::Error) -> bool {
    chain(error)
        .filter_map(|error| error.downcast_ref::<rustls::Error>())
        .any(|error| {
            matches!(
                error,
                rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)
            )
        })
}

/// Returns the message of the innermost error: "connection refused", not "error sending request".
pub(super) fn cause(error: &(dyn StdError + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Returns `true` if TLS rejected the certificate, which it reports as invalid data. A retry would
/// fail again.
fn is_bad_certificate(error: &reqwest::Error) -> bool {
    error.is_connect()
        && chain(error)
            .filter_map(|error| error.downcast_ref::<io::Error>())
            .any(|error| error.kind() == io::ErrorKind::InvalidData)
}

/// Returns `true` if an HTTP/2 server reports that it did not process the request (RFC 9113,
/// sections 6.8 and 8.7).
fn is_unprocessed(error: &reqwest::Error) -> bool {
    chain(error)
        .filter_map(|error| error.downcast_ref::<h2::Error>())
        .any(|error| match error.reason() {
            Some(h2::Reason::REFUSED_STREAM) => error.is_reset() && error.is_remote(),
            Some(h2::Reason::NO_ERROR) => error.is_go_away() && error.is_remote(),
            _ => false,
        })
}

fn chain<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        // `source` of an I/O error skips the error that it wraps.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = wrapped
            .map(|wrapped| wrapped as _)
            .or_else(|| error.source());
        Some(error)
    })
}
