//! Layers of tower: the session of a request, and guards.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use axum::body::Body;
use axum::http::{Request, Response};
use scalekit::web_auth::Requirements;
use tower_layer::Layer;
use tower_service::Service;

use crate::ScalekitAuth;
use crate::context::Context;

/// The layer of [`ScalekitAuth::layer`].
#[derive(Clone, Debug)]
pub struct SessionLayer {
    auth: ScalekitAuth,
    required: Option<Arc<Requirements>>,
}

/// The layer of [`ScalekitAuth::require`].
pub type RequireLayer = SessionLayer;

/// The service of a [`SessionLayer`].
#[derive(Clone, Debug)]
pub struct SessionService<S> {
    layer: SessionLayer,
    inner: S,
}

impl SessionLayer {
    pub(crate) fn new(auth: ScalekitAuth, required: Option<Requirements>) -> Self {
        Self {
            auth,
            required: required.map(Arc::new),
        }
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService {
            layer: self.clone(),
            inner,
        }
    }
}

impl<S, B> Service<Request<B>> for SessionService<S>
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
        let (context, is_new) = Context::of(&self.layer.auth, &mut request);
        let required = self.layer.required.clone();
        // The service that is ready is the one that is called.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let denied = match required {
                Some(required) => context.deny(&required).await,
                None => None,
            };
            let mut response = match denied {
                Some(response) => response,
                None => inner.call(request).await?,
            };
            if is_new {
                context.add_cookies(&mut response);
            }
            Ok(response)
        })
    }
}
