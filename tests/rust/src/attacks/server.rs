//! Serves the cases over HTTP, for runners in other languages.
//!
//! * `GET /cases` returns the cases for the time of the request.
//! * `GET /keys` returns the keys of the environment. The client under test uses this server as its
//!   environment.
//! * `GET /attacker-keys` returns the attacker's keys. Some tokens refer to this path.
//! * `GET /seen` returns the number of requests to each path.
//! * `POST /cookies/write` writes a session and a login attempt as cookies, and `POST /cookies/read`
//!   reads such cookies, both with the core.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode, Uri};
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use super::{Cases, Keys, sessions};

struct Server {
    keys: Keys,
    url: String,
    seen: Mutex<BTreeMap<String, u64>>,
}

type Response = (StatusCode, [(HeaderName, &'static str); 1], String);

impl Server {
    fn body(&self, path: &str, request: &[u8]) -> Result<String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen.entry(path.to_owned()).or_default() += 1;
        match path {
            "/keys" => self.keys.jwks(),
            "/attacker-keys" => self.keys.attacker_jwks(),
            "/seen" => Ok(serde_json::to_string(&*seen)?),
            "/cases" => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
                Ok(serde_json::to_string(&Cases::make(
                    &self.keys, now, &self.url, false,
                )?)?)
            }
            "/cookies/write" => sessions::write(&serde_json::from_slice(request)?),
            "/cookies/read" => sessions::read(&serde_json::from_slice(request)?),
            other => anyhow::bail!("unknown path {other}"),
        }
    }
}

/// Serves requests until the process ends.
///
/// # Errors
/// The keys cannot be read, or the listener fails.
pub async fn serve(listener: TcpListener) -> Result<()> {
    let url = format!("http://{}", listener.local_addr()?);
    let server = Arc::new(Server {
        keys: Keys::read()?,
        url,
        seen: Mutex::default(),
    });
    let router = Router::new().fallback(handle).with_state(server);
    Ok(axum::serve(listener, router).await?)
}

async fn handle(State(server): State<Arc<Server>>, uri: Uri, request: Bytes) -> impl IntoResponse {
    // Signing all tokens takes time and must not block the requests for keys.
    let body = tokio::task::spawn_blocking(move || server.body(uri.path(), &request)).await;
    let response =
        |status, content_type, body| -> Response { (status, [(CONTENT_TYPE, content_type)], body) };
    match body.map_err(anyhow::Error::from).flatten() {
        Ok(json) => response(StatusCode::OK, "application/json", json),
        Err(error) => response(StatusCode::NOT_FOUND, "text/plain", format!("{error:#}")),
    }
}
