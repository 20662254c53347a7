//! The HTTP server: accepts connections, and reads and writes HTTP messages.

mod routing;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_LENGTH, HOST};
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::http::{Body, MAX_BODY, REQUEST_ID, Request, Response};

/// Serves connections until the future is dropped. Dropping it also closes all connections.
pub(crate) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, app: Arc<App>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(accept(stream, tls.clone(), peer, Arc::clone(&app)));
                }
                // Usually out of file descriptors: wait for connections to close.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn accept(stream: TcpStream, tls: Option<TlsAcceptor>, peer: SocketAddr, app: Arc<App>) {
    let _ = stream.set_nodelay(true);
    match tls {
        None => connection(stream, peer, app).await,
        // The client reports a failed handshake.
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                connection(stream, peer, app).await;
            }
        }
    }
}

async fn connection<S>(stream: S, peer: SocketAddr, app: Arc<App>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { serve_one(&app, peer, request).await }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    // Errors are ignored: the client disconnected, or a fault closed the connection.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// Handles a request. An error closes the connection without a response.
async fn serve_one(
    app: &Arc<App>,
    peer: SocketAddr,
    request: http::Request<Incoming>,
) -> io::Result<http::Response<Body>> {
    let id = format!("req_{:016x}", fastrand::u64(..));
    let id_header = id.parse();
    let (mut head, body) = request.into_parts();
    // The authority of a request overrides the Host header (RFC 9112, section 3.2.2). HTTP/2
    // requests have only the authority (RFC 9113, section 8.3.1).
    if let Some(authority) = head.uri.authority()
        && let Ok(host) = authority.as_str().parse()
    {
        head.headers.insert(HOST, host);
    }
    // HEAD is handled like GET, without the body (RFC 9110, section 9.3.2).
    let is_head = head.method == Method::HEAD;
    if is_head {
        head.method = Method::GET;
    }
    let response = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => {
            let request = Request {
                method: head.method,
                path: with_one_slash(head.uri.path()).to_owned(),
                query: head.uri.query().map(str::to_owned),
                headers: head.headers,
                body: body.to_bytes(),
                id,
                peer: peer.ip(),
            };
            let response = routing::handle(app, &request).await?;
            match app.failure() {
                Some(failure) => data_file_failed(failure),
                None => response,
            }
        }
        Err(error) if error.is::<LengthLimitError>() => Response::text(
            http::StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large\n",
        ),
        Err(error) => return Err(io::Error::other(error)),
    };
    let response = if is_head {
        without_body(response)
    } else {
        response
    };
    let mut sent = http::Response::new(response.body);
    *sent.status_mut() = response.status;
    *sent.headers_mut() = response.headers;
    if let Ok(id) = id_header {
        sent.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(sent)
}

/// Removes repeated leading slashes. Clients whose base URL ends with a slash send two.
fn with_one_slash(path: &str) -> &str {
    let slashes = path.len() - path.trim_start_matches('/').len();
    &path[slashes.saturating_sub(1)..]
}

/// Removes the body of a response and keeps its `Content-Length`.
fn without_body(response: Response) -> Response {
    let length = response
        .body
        .size_hint()
        .exact()
        .filter(|length| *length > 0);
    let response = Response {
        body: Body::full(Bytes::new()),
        ..response
    };
    match length {
        Some(length) => response.header(CONTENT_LENGTH, &length.to_string()),
        None => response,
    }
}

/// Returns the response after a failure of the data file. Other responses could contain changes
/// that are not saved.
fn data_file_failed(failure: &str) -> Response {
    Response::text(
        http::StatusCode::INTERNAL_SERVER_ERROR,
        format!("{failure}\n"),
    )
}
