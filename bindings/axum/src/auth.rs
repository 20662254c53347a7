//! Login and sessions of an application.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use scalekit::web_auth::{Outcome, Requirements, WebAuth, WebAuthOptions};
use scalekit::{Client, Result};

use crate::context::{Context, Route};
use crate::layers::{RequireLayer, SessionLayer};

type Observer = dyn Fn(&Outcome) + Send + Sync;

/// Login and sessions of an application. Cheap to clone.
#[derive(Clone)]
pub struct ScalekitAuth(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    auth: WebAuth,
    callback_path: String,
    logout_path: String,
    observer: Option<Arc<Observer>>,
}

impl ScalekitAuth {
    /// Creates login and sessions with the routes `/login`, `/callback` and `/logout`.
    ///
    /// # Errors
    /// An option is not valid; see [`WebAuth::new`].
    pub fn new(client: Client, options: WebAuthOptions) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            auth: WebAuth::new(client, options)?,
            callback_path: "/callback".to_owned(),
            logout_path: "/logout".to_owned(),
            observer: None,
        })))
    }

    /// Sets the path of the callback route. Default: `/callback`.
    #[must_use]
    pub fn callback_path(self, path: impl Into<String>) -> Self {
        self.with(|inner| inner.callback_path = path.into())
    }

    /// Sets the path of the logout route. Default: `/logout`.
    #[must_use]
    pub fn logout_path(self, path: impl Into<String>) -> Self {
        self.with(|inner| inner.logout_path = path.into())
    }

    /// Sets a function that receives each outcome with an event, a failure or an error, for logs
    /// and metrics.
    #[must_use]
    pub fn on_outcome(self, observer: impl Fn(&Outcome) + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.observer = Some(Arc::new(observer)))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// The underlying login and sessions, to revoke sessions and to handle webhook events.
    pub fn web_auth(&self) -> &WebAuth {
        &self.0.auth
    }

    /// Returns the routes of login, callback and logout. Logout accepts `POST` and `GET`.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let Inner {
            auth,
            callback_path,
            logout_path,
            ..
        } = &*self.0;
        let route = |route| {
            let auth = self.clone();
            async move |mut request: Request| {
                let (context, _) = Context::of(&auth, &mut request);
                context.handle(route).await
            }
        };
        let logout = route(Route::Logout);
        Router::new()
            .route(&auth.options().login_path, get(route(Route::Login)))
            .route(callback_path, get(route(Route::Callback)))
            .route(logout_path, get(logout.clone()).post(logout))
            .route_layer(self.layer())
    }

    /// Returns a layer that reads the session when a handler or a guard asks for it, and adds the
    /// cookies of a refreshed session to the response. Add it to the whole application.
    pub fn layer(&self) -> SessionLayer {
        SessionLayer::new(self.clone(), None)
    }

    /// Returns a layer that protects routes; see [`WebAuth::require`] for its responses.
    pub fn require(&self, required: Requirements) -> RequireLayer {
        SessionLayer::new(self.clone(), Some(required))
    }

    pub(crate) fn observe(&self, outcome: &Outcome) {
        let Some(observer) = &self.0.observer else {
            return;
        };
        if outcome.event.is_some() || outcome.reason.is_some() || outcome.error.is_some() {
            observer(outcome);
        }
    }
}

impl fmt::Debug for ScalekitAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScalekitAuth")
            .field("auth", &self.0.auth)
            .field("callback_path", &self.0.callback_path)
            .field("logout_path", &self.0.logout_path)
            .finish_non_exhaustive()
    }
}
