//! An axum application with login, an administration page, an API and webhooks.

mod page;

use std::env;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use scalekit::Client;
use scalekit::session::{CookieOptions, KeyRing};
use scalekit::web_auth::{BearerAuth, MemoryStore, Requirements, WebAuthOptions};
use scalekit::webhook::{Purpose, SignatureHeaders};
use scalekit_axum::{Bearer, BearerLayer, MaybeSignedIn, ScalekitAuth, SignedIn};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::form_urlencoded;

use crate::page::page;

async fn home(MaybeSignedIn(session): MaybeSignedIn) -> Html<String> {
    let text = match session {
        Some(_) => "You are signed in.",
        None => "Sign in to see your orders.",
    };
    page("Welcome", text, session.as_ref())
}

async fn orders(SignedIn(session): SignedIn) -> Html<String> {
    page("Orders", "You have no orders.", Some(&session))
}

async fn admin(SignedIn(session): SignedIn) -> Html<String> {
    let text = "Only administrators see this page.";
    page("Administration", text, Some(&session))
}

async fn me(SignedIn(session): SignedIn) -> impl IntoResponse {
    json_response(&json!({ "user": session.user, "expiresAt": session.expires_at }))
}

async fn switch(Path(organization): Path<String>) -> Redirect {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("organization_id", &organization)
        .append_pair("returnTo", "/orders")
        .finish();
    Redirect::to(&format!("/login?{query}"))
}

async fn api_orders(Bearer(claims): Bearer) -> impl IntoResponse {
    json_response(&json!({ "client": claims.client_id(), "orders": [] }))
}

async fn webhook(State(auth): State<ScalekitAuth>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    let pairs = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let headers = SignatureHeaders::from_pairs(Purpose::Webhook, pairs);
    let auth = auth.web_auth();
    let Ok(event) = auth
        .client()
        .parse_webhook::<Value>(&secret, &headers, &body)
    else {
        return StatusCode::BAD_REQUEST;
    };
    match auth.handle_event(&event).await {
        Ok(_) => StatusCode::NO_CONTENT,
        // Scalekit sends the event again.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn json_response(value: &Value) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "application/json")], value.to_string())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let url = env::var("APP_URL").unwrap_or_else(|_| format!("http://localhost:{port}"));
    let client = Client::from_env()?;
    let secret = env::var("COOKIE_SECRET").context("COOKIE_SECRET is missing")?;
    // Not all browsers accept secure cookies of localhost.
    let cookies = CookieOptions::new().secure(url.starts_with("https:"));
    let options = WebAuthOptions::new(format!("{url}/callback"), KeyRing::new([secret])?)
        .cookies(cookies)
        // With several processes, use a store that they share.
        .store(Arc::new(MemoryStore::new()));
    let auth = ScalekitAuth::new(client.clone(), options)?;
    let bearer = BearerLayer::new(BearerAuth::new(client), Requirements::new());

    let administration = Router::new()
        .route("/admin", get(admin))
        .route_layer(auth.require(Requirements::new().role("admin")));
    let app = Router::new()
        .route("/", get(home))
        .route("/orders", get(orders))
        .route("/me", get(me))
        .route("/switch/{id}", get(switch))
        .route("/api/orders", get(api_orders).layer(bearer))
        .route("/webhook", post(webhook))
        .merge(administration)
        .merge(auth.routes())
        .layer(auth.layer())
        .with_state(auth);
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
