//! Access tokens of APIs and MCP servers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use scalekit::token::Claims;
use scalekit::web_auth::{BearerAuth, Requirements};
use tower_layer::Layer;
use tower_service::Service;

use crate::context::response;

/// Protects the routes of an API: requests need a valid access token.
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use scalekit::web_auth::{BearerAuth, Requirements};
/// use scalekit_axum::{Bearer, BearerLayer};
///
/// async fn orders(Bearer(claims): Bearer) -> String {
///     claims.subject().unwrap_or_default().to_owned()
/// }
///
/// # fn example(client: scalekit::Client) {
/// let auth = BearerAuth::new(client).audience(["https://api.example.com"]);
/// let required = Requirements::new().scope("orders:read");
/// let app: Router = Router::new()
///     .route("/orders", get(orders))
///     .layer(BearerLayer::new(auth, required));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BearerLayer(Arc<(BearerAuth, Requirements)>);

/// The service of a [`BearerLayer`].
#[derive(Clone, Debug)]
pub struct BearerService<S> {
    layer: BearerLayer,
    inner: S,
}

/// The claims of the access token of a request.
#[derive(Clone, Debug)]
pub struct Bearer(pub Claims);

impl BearerLayer {
    /// Requires a token with these properties.
    pub fn new(auth: BearerAuth, required: Requirements) -> Self {
        Self(Arc::new((auth, required)))
    }
}

/// Returns routes that serve the metadata of the protected resource (RFC 9728). Without a resource,
/// there are none.
pub fn metadata_routes<S: Clone + Send + Sync + 'static>(auth: &BearerAuth) -> Router<S> {
    let paths = auth
        .protected_resource()
        .map(|resource| resource.metadata_paths())
        .unwrap_or_default();
    paths.into_iter().fold(Router::new(), |router, path| {
        let auth = auth.clone();
        let handler = async move |OriginalUri(uri): OriginalUri| match auth.metadata(uri.path()) {
            Some(metadata) => response(metadata),
            None => StatusCode::NOT_FOUND.into_response(),
        };
        router.route(&path, get(handler))
    })
}

impl<S> Layer<S> for BearerLayer {
    type Service = BearerService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        BearerService {
            layer: self.clone(),
            inner,
        }
    }
}

impl<S, B> Service<Request<B>> for BearerService<S>
where
    S: Service<Request<B>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let layer = self.layer.clone();
        // The service that is ready is the one that is called.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let (auth, required) = &*layer.0;
            let header = request.headers().get(AUTHORIZATION);
            // A header that is not text is a token that is not valid.
            let header = header.map(|value| value.to_str().unwrap_or("Bearer ?").to_owned());
            match auth.authenticate(header.as_deref(), required).await {
                Ok(claims) => request.extensions_mut().insert(Bearer(claims)),
                Err(denied) => return Ok(response(denied.response)),
            };
            inner.call(request).await
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let claims = parts.extensions.get::<Self>().cloned();
        claims.ok_or((
            StatusCode::INTERNAL_SERVER_ERROR,
            "Bearer requires a BearerLayer",
        ))
    }
}
