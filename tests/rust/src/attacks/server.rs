//! The cases over HTTP, for runners in other languages.
//!
//! `GET /cases` makes them for the time of the request, `GET /keys` is where a client that is pointed at this server
//! finds the environment's keys, `GET /attacker-keys` is where tokens point to, and `GET /seen` counts the requests to
//! each path.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use super::{Cases, Keys};

struct Server {
    keys: Keys,
    url: String,
    seen: Mutex<BTreeMap<String, u64>>,
}

type Answer = (StatusCode, [(HeaderName, &'static str); 1], String);

impl Server {
    fn answer(&self, path: &str) -> Result<String> {
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
            other => anyhow::bail!("there is no {other}"),
        }
    }
}

/// Serves on a socket until the process ends.
///
/// # Errors
/// The socket fails.
pub async fn serve(listener: TcpListener) -> Result<()> {
    let url = format!("http://{}", listener.local_addr()?);
    let server = Arc::new(Server {
        keys: Keys::read()?,
        url,
        seen: Mutex::default(),
    });
    let router = Router::new().fallback(answer).with_state(server);
    Ok(axum::serve(listener, router).await?)
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> impl IntoResponse {
    let path = request.uri().path().to_owned();
    // Signing all the tokens takes a while, and the keys must be there meanwhile.
    let body = tokio::task::spawn_blocking(move || server.answer(&path)).await;
    let reply = |status, kind, body| -> Answer { (status, [(CONTENT_TYPE, kind)], body) };
    match body.map_err(anyhow::Error::from).flatten() {
        Ok(json) => reply(StatusCode::OK, "application/json", json),
        Err(error) => reply(StatusCode::NOT_FOUND, "text/plain", format!("{error:#}")),
    }
}
