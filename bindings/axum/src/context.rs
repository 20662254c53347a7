//! The session of one request, read on first use.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::OriginalUri;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use scalekit::session::SetCookie;
use scalekit::web_auth::{LoginParameters, Outcome, Requirements, WebRequest, WebResponse};
use tokio::sync::OnceCell;

use crate::ScalekitAuth;

/// The session of one request.
#[derive(Clone)]
pub(crate) struct Context(Arc<Inner>);

struct Inner {
    auth: ScalekitAuth,
    request: OwnedRequest,
    outcome: OnceCell<Outcome>,
    /// Cookies of the responses of login, callback and logout.
    cookies: Mutex<Vec<SetCookie>>,
}

/// The routes of an application.
#[derive(Clone, Copy)]
pub(crate) enum Route {
    Login,
    Callback,
    Logout,
}

/// The parts of a request that decide about its session.
struct OwnedRequest {
    method: Method,
    target: String,
    headers: Vec<(&'static str, String)>,
}

impl OwnedRequest {
    fn new<B>(request: &Request<B>) -> Self {
        // Nested routers remove their prefix from the URI.
        let original = request.extensions().get::<OriginalUri>();
        let uri = original.map_or(request.uri(), |OriginalUri(uri)| uri);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Self {
            method: request.method().clone(),
            target: target.to_owned(),
            headers: headers(request.headers()),
        }
    }

    fn web(&self) -> WebRequest<'_> {
        let request = WebRequest::new(self.method.as_str(), &self.target);
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }
}

fn headers(map: &HeaderMap) -> Vec<(&'static str, String)> {
    let values = WebRequest::HEADERS.iter().flat_map(|name| {
        let values = map.get_all(*name).iter();
        values.filter_map(move |value| Some((*name, value.to_str().ok()?.to_owned())))
    });
    values.collect()
}

impl Context {
    /// Returns the context of a request. `true` if it is new, so that the caller has to add its
    /// cookies to the response.
    pub(crate) fn of<B>(auth: &ScalekitAuth, request: &mut Request<B>) -> (Self, bool) {
        if let Some(context) = request.extensions().get::<Self>() {
            return (context.clone(), false);
        }
        let context = Self(Arc::new(Inner {
            auth: auth.clone(),
            request: OwnedRequest::new(request),
            outcome: OnceCell::new(),
            cookies: Mutex::default(),
        }));
        request.extensions_mut().insert(context.clone());
        (context, true)
    }

    /// The session of the request.
    pub(crate) async fn session(&self) -> &Outcome {
        let Inner {
            auth,
            request,
            outcome,
            ..
        } = &*self.0;
        outcome
            .get_or_init(|| async {
                let outcome = auth.web_auth().session(&request.web()).await;
                auth.observe(&outcome);
                outcome
            })
            .await
    }

    /// Returns the response to a request that lacks a requirement, or a session.
    pub(crate) async fn deny(&self, required: &Requirements) -> Option<Response<Body>> {
        let outcome = self.session().await.clone();
        let auth = self.0.auth.web_auth();
        let outcome = auth.authorize(&self.0.request.web(), required, outcome);
        outcome.response.map(response)
    }

    /// Handles a request to one of the routes, and returns its response.
    pub(crate) async fn handle(&self, route: Route) -> Response<Body> {
        let auth = self.0.auth.web_auth();
        let request = self.0.request.web();
        let outcome = match route {
            Route::Login => auth.login(&request, LoginParameters::new()).await,
            Route::Callback => auth.callback(&request).await,
            Route::Logout => auth.logout(&request).await,
        };
        self.0.auth.observe(&outcome);
        let mut cookies = self
            .0
            .cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        cookies.extend(outcome.cookies);
        drop(cookies);
        outcome.response.map_or_else(Response::default, response)
    }

    /// Adds the cookies of the session to a response.
    pub(crate) fn add_cookies<B>(&self, response: &mut Response<B>) {
        let cookies = self
            .0
            .cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let session = self.0.outcome.get();
        // The cookies of a route are the last word: a login replaces the previous session.
        let session = session.filter(|_| cookies.is_empty());
        let session = session.map_or(&[][..], |outcome| &outcome.cookies);
        for cookie in session.iter().chain(cookies.iter()) {
            if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
                response.headers_mut().append(SET_COOKIE, value);
            }
        }
    }
}

/// Converts a response of the core.
pub(crate) fn response(response: WebResponse) -> Response<Body> {
    let mut converted = Response::new(Body::from(response.body));
    let status = StatusCode::from_u16(response.status);
    *converted.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            let name = HeaderName::from_bytes(name.as_bytes());
            converted
                .headers_mut()
                .extend(name.ok().map(|name| (name, value)));
        }
    }
    converted
}
