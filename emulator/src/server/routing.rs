//! Routing of requests to their handlers, with the request log and faults.

use std::io;

use crate::api::{self, Match};
use crate::app::App;
use crate::endpoints::{self, Endpoint};
use crate::http::{Body, NoMatch, Request, Response};
use crate::pages::assets;
use crate::services::McpUrl;
use crate::traffic::Effect;
use crate::{admin, dashboard, mcp, proxy, scim};

/// Handles a request. Requests for assets and for the dashboard are not logged.
///
/// # Errors
/// Returns an error if a fault closes the connection.
pub(super) async fn handle(app: &App, request: &Request) -> io::Result<Response> {
    if let Some(response) = assets::handle(request).or_else(|| dashboard::handle(app, request)) {
        return Ok(response);
    }
    let result = log_and_handle(app, request).await;
    // Update open dashboards.
    app.updates.notify();
    result
}

async fn log_and_handle(app: &App, request: &Request) -> io::Result<Response> {
    if let Some(path) = request.path.strip_prefix(admin::PREFIX) {
        return Ok(Box::pin(admin::handle(app, path, request)).await);
    }
    if let Some(response) = endpoints::handle_preflight(request) {
        return Ok(response);
    }
    let target = Target::of(request);
    let (name, has_secrets) = (target.name(), target.has_secrets());
    let pending = app.log.begin(app.clock.now(), request, name, has_secrets);
    let mut response = apply_fault(app, request, &target).await?;
    if let Target::Endpoint(endpoint) = target {
        response = endpoint.add_cors(response);
    }
    pending.complete(response.status);
    Ok(response)
}

/// Handles a request and applies a fault for it, if there is one.
async fn apply_fault(app: &App, request: &Request, target: &Target) -> io::Result<Response> {
    let Some(fault) = target.name().and_then(|name| app.faults.take(name)) else {
        return Ok(target.handle(app, request).await);
    };
    tokio::time::sleep(fault.delay()).await;
    if fault.effect == Effect::Drop {
        return Err(io::Error::other("dropped by a fault"));
    }
    let mut response = match fault.replacement(&request.id) {
        Some(response) => response,
        None => target.handle(app, request).await,
    };
    fault.add_headers(&mut response);
    let body = response.body.bytes();
    match fault.effect {
        Effect::Truncate => response.body = Body::truncated(&body),
        Effect::Endless => response.body = Body::endless(&body),
        Effect::Respond | Effect::Drop => {}
    }
    Ok(response)
}

/// The handler of a request.
enum Target {
    Endpoint(Endpoint),
    Operation(Match),
    /// The directory id, and the path after `/scim/v2/`.
    Scim(String, String),
    /// The path of the third-party service.
    Proxy(String),
    Mcp(McpUrl),
    NoRoute(NoMatch),
}

impl Target {
    fn of(request: &Request) -> Self {
        let method = request.method.as_str();
        match endpoints::find(method, &request.path) {
            Ok(endpoint) => return Self::Endpoint(endpoint),
            Err(reason @ NoMatch::Method(_)) => return Self::NoRoute(reason),
            Err(NoMatch::Path) => {}
        }
        if let Some((directory, rest)) = scim::find(&request.path) {
            return Self::Scim(directory.to_owned(), rest.to_owned());
        }
        if let Some(path) = proxy::find(&request.path) {
            return Self::Proxy(path.to_owned());
        }
        if let Some(server) = mcp::find(&request.path) {
            return Self::Mcp(server);
        }
        match api::find(method, &request.path) {
            Ok(found) => Self::Operation(found),
            Err(reason) => Self::NoRoute(reason),
        }
    }

    /// Returns the name used in the request log and in faults.
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Endpoint(endpoint) => Some(endpoint.name()),
            Self::Operation(found) => Some(found.operation.name),
            Self::Scim(..) => Some(scim::NAME),
            Self::Proxy(_) => Some(proxy::NAME),
            Self::Mcp(_) => Some(mcp::NAME),
            Self::NoRoute(_) => None,
        }
    }

    /// Returns `true` if the parameters of the request may contain secrets. A request without a
    /// route can be meant for an endpoint.
    fn has_secrets(&self) -> bool {
        matches!(self, Self::Endpoint(_) | Self::Proxy(_) | Self::NoRoute(_))
    }

    async fn handle(&self, app: &App, request: &Request) -> Response {
        // The larger futures are boxed: every request would pay for moving them.
        match self {
            Self::Endpoint(endpoint) => Box::pin(endpoints::handle(app, *endpoint, request)).await,
            Self::Operation(found) => api::handle(app, found, request).await,
            Self::Scim(directory, rest) => scim::handle(app, directory, rest, request),
            Self::Proxy(path) => Box::pin(proxy::handle(app, path, request)).await,
            Self::Mcp(server) => mcp::handle(app, server, request),
            Self::NoRoute(reason) => api::handle_no_route(reason, request),
        }
    }
}
