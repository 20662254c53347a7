//! The HTTP server: accepts connections and routes requests.

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

use crate::admin;
use crate::api::{self, Match};
use crate::app::App;
use crate::dashboard;
use crate::endpoints::{self, Endpoint};
use crate::http::{Body, MAX_BODY, NoMatch, REQUEST_ID, Reply, Request};
use crate::pages;
use crate::scim;
use crate::traffic::Effect;

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
    let reply = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => {
            let request = Request {
                method: head.method,
                path: with_one_slash(head.uri.path()).to_owned(),
                query: head.uri.query().map(str::to_owned),
                headers: head.headers,
                body: body.to_bytes(),
                id: id.clone(),
                peer: peer.ip(),
            };
            let reply = route(app, &request).await?;
            match app.failure() {
                Some(failure) => data_file_failed(failure),
                None => reply,
            }
        }
        Err(error) if error.is::<LengthLimitError>() => Reply::text(
            http::StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large\n",
        ),
        Err(error) => return Err(io::Error::other(error)),
    };
    let reply = if is_head { without_body(reply) } else { reply };
    let mut response = http::Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if let Ok(id) = id.parse() {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}

/// Removes repeated leading slashes. Clients whose base URL ends with a slash send two.
fn with_one_slash(path: &str) -> &str {
    let slashes = path.len() - path.trim_start_matches('/').len();
    &path[slashes.saturating_sub(1)..]
}

/// Removes the body of a response and keeps its `Content-Length`.
fn without_body(reply: Reply) -> Reply {
    let length = reply.body.size_hint().exact().filter(|length| *length > 0);
    let reply = Reply {
        body: Body::full(Bytes::new()),
        ..reply
    };
    match length {
        Some(length) => reply.header(CONTENT_LENGTH, &length.to_string()),
        None => reply,
    }
}

/// Returns the response after a failure of the data file. Other responses could contain changes
/// that are not saved.
fn data_file_failed(failure: &str) -> Reply {
    Reply::text(
        http::StatusCode::INTERNAL_SERVER_ERROR,
        format!("{failure}\n"),
    )
}

/// The handler of a request.
enum Target {
    Endpoint(Endpoint),
    Operation(Match),
    /// The directory id, and the path after `/scim/v2/`.
    Scim(String, String),
    NoRoute(NoMatch),
}

fn target(request: &Request) -> Target {
    let method = request.method.as_str();
    match endpoints::find(method, &request.path) {
        Ok(endpoint) => return Target::Endpoint(endpoint),
        Err(reason @ NoMatch::Method(_)) => return Target::NoRoute(reason),
        Err(NoMatch::Path) => {}
    }
    if let Some((directory, rest)) = scim::find(&request.path) {
        return Target::Scim(directory.to_owned(), rest.to_owned());
    }
    match api::find(method, &request.path) {
        Ok(found) => Target::Operation(found),
        Err(reason) => Target::NoRoute(reason),
    }
}

async fn route(app: &Arc<App>, request: &Request) -> io::Result<Reply> {
    if let Some(reply) = pages::asset(request).or_else(|| dashboard::handle(app, request)) {
        return Ok(reply);
    }
    let result = log_and_handle(app, request).await;
    // Update open dashboards.
    app.pulse.beat();
    result
}

async fn log_and_handle(app: &Arc<App>, request: &Request) -> io::Result<Reply> {
    if let Some(path) = request.path.strip_prefix(admin::PREFIX) {
        return Ok(admin::handle(app, path, request).await);
    }
    if let Some(reply) = endpoints::preflight(request) {
        return Ok(reply);
    }
    let target = target(request);
    let name = match &target {
        Target::Endpoint(endpoint) => Some(endpoint.name()),
        Target::Operation(found) => Some(found.operation.name),
        Target::Scim(..) => Some(scim::NAME),
        Target::NoRoute(_) => None,
    };
    let has_secrets = matches!(target, Target::Endpoint(_) | Target::NoRoute(_));
    let pending = app.log.begin(app.clock.now(), request, name, has_secrets);
    let mut reply = apply_fault(app, request, name, &target).await?;
    if let Target::Endpoint(endpoint) = target {
        reply = endpoint.add_cors(reply);
    }
    pending.complete(reply.status);
    Ok(reply)
}

async fn apply_fault(
    app: &Arc<App>,
    request: &Request,
    name: Option<&str>,
    target: &Target,
) -> io::Result<Reply> {
    let Some(fault) = name.and_then(|name| app.faults.take(name)) else {
        return Ok(handle(app, request, target).await);
    };
    tokio::time::sleep(fault.delay()).await;
    if fault.effect == Effect::Drop {
        return Err(io::Error::other("dropped by a fault"));
    }
    let mut reply = match fault.replacement(&request.id) {
        Some(reply) => reply,
        None => handle(app, request, target).await,
    };
    fault.add_headers(&mut reply);
    let body = reply.body.bytes();
    match fault.effect {
        Effect::Truncate => reply.body = Body::truncated(&body),
        Effect::Endless => reply.body = Body::endless(&body),
        Effect::Answer | Effect::Drop => {}
    }
    Ok(reply)
}

async fn handle(app: &Arc<App>, request: &Request, target: &Target) -> Reply {
    match target {
        Target::Endpoint(endpoint) => endpoints::handle(app, *endpoint, request).await,
        Target::Operation(found) => api::handle(app, found, request).await,
        Target::Scim(directory, rest) => scim::handle(app, directory, rest, request),
        Target::NoRoute(reason) => api::no_route(reason, request),
    }
}
