//! Accepts connections and hands requests to whoever answers them.

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
use crate::admin::faults::Effect;
use crate::app::App;
use crate::dashboard;
use crate::engine::{self, Match, NoMatch};
use crate::http::{Body, MAX_BODY, REQUEST_ID, Reply, Request};
use crate::oauth::{self, Endpoint};
use crate::pages;
use crate::scim;

/// Serves until the future is dropped, and all connections with it.
pub(crate) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, app: Arc<App>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(accept(stream, tls.clone(), peer, Arc::clone(&app)));
                }
                // Out of file descriptors, most likely: some connection has to end first.
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
        // A failed handshake concerns the client only, which reports it.
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
    // Its error is the client's going away or a break that was asked for.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// Answers one request; an error closes the connection without an answer.
async fn serve_one(
    app: &Arc<App>,
    peer: SocketAddr,
    request: http::Request<Incoming>,
) -> io::Result<http::Response<Body>> {
    let id = format!("req_{:016x}", fastrand::u64(..));
    let (mut head, body) = request.into_parts();
    // A HEAD is a GET whose answer has no body (RFC 9110, section 9.3.2).
    // The authority of a request wins over its Host header (RFC 9112, section 3.2.2), and HTTP/2 has
    // only the former.
    if let Some(authority) = head.uri.authority()
        && let Ok(host) = authority.as_str().parse()
    {
        head.headers.insert(HOST, host);
    }
    let without_body = head.method == Method::HEAD;
    if without_body {
        head.method = Method::GET;
    }
    // HTTP/2 has the host in the URI (RFC 9113, section 8.3.1).
    if let (None, Some(authority)) = (head.headers.get(HOST), head.uri.authority())
        && let Ok(host) = authority.as_str().parse()
    {
        head.headers.insert(HOST, host);
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
                Some(failure) => broken(failure),
                None => reply,
            }
        }
        Err(error) if error.is::<LengthLimitError>() => {
            Reply::text(http::StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n")
        }
        Err(error) => return Err(io::Error::other(error)),
    };
    let reply = if without_body { emptied(reply) } else { reply };
    let mut response = http::Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if let Ok(id) = id.parse() {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}

/// The path from its last leading slash on: clients whose base URL ends with a slash send two.
fn with_one_slash(path: &str) -> &str {
    let doubled = path.len() - path.trim_start_matches('/').len();
    &path[doubled.saturating_sub(1)..]
}

/// An answer without its body, whose length it still says where there is one.
fn emptied(reply: Reply) -> Reply {
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

/// The answer once the data file failed: any other one might tell of what a restart does not find again.
fn broken(failure: &str) -> Reply {
    Reply::text(http::StatusCode::INTERNAL_SERVER_ERROR, format!("{failure}\n"))
}

/// What a request is for.
enum Target {
    Endpoint(Endpoint),
    Operation(Match),
    /// A push to a directory: its id, and the rest of the path.
    Scim(String, String),
    Nothing(NoMatch),
}

fn target(request: &Request) -> Target {
    let method = request.method.as_str();
    match oauth::find(method, &request.path) {
        Ok(endpoint) => return Target::Endpoint(endpoint),
        Err(reason @ NoMatch::Method(_)) => return Target::Nothing(reason),
        Err(NoMatch::Path) => {}
    }
    if let Some((directory, rest)) = scim::find(&request.path) {
        return Target::Scim(directory.to_owned(), rest.to_owned());
    }
    match engine::find(method, &request.path) {
        Ok(found) => Target::Operation(found),
        Err(reason) => Target::Nothing(reason),
    }
}

async fn route(app: &Arc<App>, request: &Request) -> io::Result<Reply> {
    if let Some(reply) = pages::asset(request).or_else(|| dashboard::answer(app, request)) {
        return Ok(reply);
    }
    let answered = log_and_answer(app, request).await;
    // Whoever watches the dashboard sees what came of it.
    app.pulse.beat();
    answered
}

async fn log_and_answer(app: &Arc<App>, request: &Request) -> io::Result<Reply> {
    if let Some(path) = request.path.strip_prefix(admin::PREFIX) {
        return Ok(admin::answer(app, path, request).await);
    }
    if let Some(reply) = oauth::preflight(request) {
        return Ok(reply);
    }
    let target = target(request);
    let name = match &target {
        Target::Endpoint(endpoint) => Some(endpoint.name()),
        Target::Operation(found) => Some(found.operation.name),
        Target::Scim(..) => Some(scim::NAME),
        Target::Nothing(_) => None,
    };
    let pending = app.log.begin(app.clock.now(), request, name);
    let mut reply = apply_fault(app, request, name, &target).await?;
    if let Target::Endpoint(endpoint) = target {
        reply = endpoint.share(reply);
    }
    pending.answered(reply.status);
    Ok(reply)
}

async fn apply_fault(
    app: &Arc<App>,
    request: &Request,
    name: Option<&str>,
    target: &Target,
) -> io::Result<Reply> {
    let Some(fault) = name.and_then(|name| app.faults.take(name)) else {
        return Ok(answer(app, request, target).await);
    };
    tokio::time::sleep(fault.delay()).await;
    if fault.effect == Effect::Drop {
        return Err(io::Error::other("dropped, as a fault asked for"));
    }
    let mut reply = match fault.canned(&request.id) {
        Some(reply) => reply,
        None => answer(app, request, target).await,
    };
    fault.add_headers(&mut reply);
    let whole = reply.body.bytes();
    match fault.effect {
        Effect::Truncate => reply.body = Body::truncated(&whole),
        Effect::Endless => reply.body = Body::endless(&whole),
        Effect::Answer | Effect::Drop => {}
    }
    Ok(reply)
}

async fn answer(app: &Arc<App>, request: &Request, target: &Target) -> Reply {
    match target {
        Target::Endpoint(endpoint) => oauth::answer(app, *endpoint, request).await,
        Target::Operation(found) => engine::answer(app, found, request).await,
        Target::Scim(directory, rest) => scim::answer(app, directory, rest, request),
        Target::Nothing(reason) => engine::nothing_here(reason, request),
    }
}
