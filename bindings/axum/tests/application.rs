//! An application with login, sessions and an API, against the emulator.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response};
use axum::routing::{get, post};
use reqwest::redirect::Policy;
use scalekit::session::{KeyRing, RefreshPolicy};
use scalekit::web_auth::{
    BearerAuth, Event, MemoryStore, Outcome, ProtectedResource, Requirements, WebAuthOptions,
};
use scalekit_axum::{Bearer, BearerLayer, MaybeSignedIn, ScalekitAuth, SignedIn, metadata_routes};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};
use tower::ServiceExt;
use url::Url;

const REDIRECT_URI: &str = "https://app.example.com/callback";

async fn emulator() -> anyhow::Result<Emulator> {
    let seed = Seed::from_json(json!({
        "organizations": [{ "id": "org_1", "display_name": "Acme" }],
        "users": [{
            "id": "usr_1",
            "email": "ada@acme.com",
            "memberships": [{
                "organization_id": "org_1",
                "membership_status": "ACTIVE",
                "roles": [{ "name": "admin" }],
            }],
        }],
    }))?;
    let emulator = Emulator::builder().seed(seed).auto_approve(true);
    Ok(emulator.start().await?)
}

fn options() -> scalekit::Result<WebAuthOptions> {
    let keys = KeyRing::new(["a secret of at least thirty-two characters"])?;
    Ok(WebAuthOptions::new(REDIRECT_URI, keys))
}

async fn orders(SignedIn(session): SignedIn) -> String {
    json!({ "user": session.user_id() }).to_string()
}

async fn home(MaybeSignedIn(session): MaybeSignedIn) -> String {
    json!({ "signed_in": session.is_some() }).to_string()
}

fn application(auth: &ScalekitAuth) -> Router {
    let admin = Router::new()
        .route("/users", get(async || "users"))
        .route_layer(auth.require(Requirements::new().role("admin")));
    let owner = Router::new()
        .route("/billing", post(async || "billing"))
        .route_layer(auth.require(Requirements::new().role("owner")));
    Router::new()
        .route("/", get(home))
        .route("/orders", get(orders))
        .nest("/admin", admin)
        .merge(owner)
        .merge(auth.routes())
        .layer(auth.layer())
}

/// A browser with cookies.
struct Browser {
    app: Router,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(app: &Router) -> Self {
        Self {
            app: app.clone(),
            cookies: BTreeMap::new(),
        }
    }

    async fn send(&mut self, method: &str, path: &str) -> anyhow::Result<(u16, HeaderMap, String)> {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Cookie", cookies)
            .header("Accept", "text/html")
            .body(Body::empty())?;
        let response: Response<Body> = self.app.clone().oneshot(request).await?;
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let cookie = cookie.to_str()?;
            let (name, rest) = cookie.split_once('=').unwrap_or_default();
            let value = rest.split(';').next().unwrap_or_default();
            if rest.contains("; Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8(to_bytes(body, 1 << 20).await?.to_vec())?;
        Ok((parts.status.as_u16(), parts.headers, body))
    }

    /// Opens a protected page and signs in. Returns the location after the callback.
    async fn log_in(&mut self, path: &str) -> anyhow::Result<String> {
        let (status, headers, _) = self.send("GET", path).await?;
        assert_eq!(status, 302);
        let login = headers["location"].to_str()?.to_owned();
        let (_, headers, _) = self
            .send("GET", &format!("{login}&login_hint=ada%40acme.com"))
            .await?;
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .build()?;
        let response = http.get(headers["location"].to_str()?).send().await?;
        let callback = Url::parse(response.headers()["location"].to_str()?)?;
        let target = format!(
            "{}?{}",
            callback.path(),
            callback.query().unwrap_or_default()
        );
        let (status, headers, body) = self.send("GET", &target).await?;
        assert_eq!(status, 302, "{body}");
        Ok(headers["location"].to_str()?.to_owned())
    }
}

#[tokio::test]
async fn a_user_signs_in_and_out() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let seen = Arc::clone(&events);
    let auth =
        ScalekitAuth::new(emulator.client()?, options()?)?.on_outcome(move |outcome: &Outcome| {
            seen.lock().expect("a lock").extend(outcome.event);
        });
    let app = application(&auth);
    let mut browser = Browser::new(&app);
    assert_eq!(browser.send("GET", "/").await?.2, "{\"signed_in\":false}");
    assert_eq!(browser.log_in("/orders?page=2").await?, "/orders?page=2");
    assert_eq!(
        browser.send("GET", "/orders").await?.2,
        "{\"user\":\"usr_1\"}"
    );
    assert_eq!(browser.send("GET", "/").await?.2, "{\"signed_in\":true}");
    assert_eq!(browser.send("GET", "/admin/users").await?.2, "users");
    let (status, _, body) = browser.send("POST", "/billing").await?;
    assert!(
        status == 403 && body.contains("No access"),
        "{status} {body}"
    );

    let (status, headers, _) = browser.send("POST", "/logout").await?;
    assert_eq!(status, 303);
    assert!(
        headers["location"]
            .to_str()?
            .contains("/oidc/logout?id_token_hint=")
    );
    assert!(browser.cookies.is_empty());
    let (status, headers, _) = browser.send("GET", "/admin/users").await?;
    assert_eq!(status, 302);
    assert_eq!(headers["location"], "/login?returnTo=%2Fadmin%2Fusers");
    assert_eq!(
        *events.lock().expect("a lock"),
        [Event::Login, Event::Logout]
    );
    Ok(())
}

#[tokio::test]
async fn every_response_carries_a_refreshed_session_and_parallel_requests_share_it()
-> anyhow::Result<()> {
    let emulator = emulator().await?;
    let always = RefreshPolicy::new().ahead(Duration::from_secs(365 * 24 * 3600));
    let auth = ScalekitAuth::new(emulator.client()?, options()?.refresh(always))?;
    let app = application(&auth);
    let mut browser = Browser::new(&app);
    browser.log_in("/orders").await?;
    let mut requests = Vec::new();
    for path in ["/orders", "/", "/admin/users", "/orders"] {
        for _ in 0..10 {
            let mut tab = Browser::new(&app);
            tab.cookies.clone_from(&browser.cookies);
            requests.push(tokio::spawn(async move {
                let response = tab.send("GET", path).await;
                response.map(|(status, headers, _)| (status, headers.contains_key("set-cookie")))
            }));
        }
    }
    for request in requests {
        assert_eq!(request.await??, (200, true));
    }
    Ok(())
}

#[tokio::test]
async fn scripts_forms_and_other_sites_receive_other_responses() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let app = application(&ScalekitAuth::new(emulator.client()?, options()?)?);
    let send = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let response = app.clone().oneshot(request.body(Body::empty())?).await?;
        let location = response.headers().get("location");
        let location = location.map(|value| value.to_str().unwrap_or_default().to_owned());
        anyhow::Ok((response.status().as_u16(), location.unwrap_or_default()))
    };
    for script in [
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-mode", "websocket"),
        ("accept", "application/json"),
        ("x-requested-with", "XMLHttpRequest"),
    ] {
        let (status, _) = send("GET", "/orders", &[script]).await?;
        assert_eq!(status, 401, "{script:?}");
    }
    let navigation = [("sec-fetch-mode", "navigate")];
    assert_eq!(
        send("GET", "/orders?page=2", &navigation).await?,
        (302, "/login?returnTo=%2Forders%3Fpage%3D2".to_owned())
    );
    // A form gets no return path: `GET` of its path would fail.
    assert_eq!(
        send("POST", "/billing", &navigation).await?,
        (303, "/login".to_owned())
    );
    let other_site = [("origin", "https://evil.example")];
    assert_eq!(send("POST", "/logout", &other_site).await?.0, 403);
    let image = [("sec-fetch-dest", "image"), ("sec-fetch-mode", "no-cors")];
    assert_eq!(send("GET", "/logout", &image).await?.0, 403);
    Ok(())
}

#[tokio::test]
async fn a_webhook_ends_a_session() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let store = Arc::new(MemoryStore::new());
    let auth = ScalekitAuth::new(emulator.client()?, options()?.store(store))?;
    let mut browser = Browser::new(&application(&auth));
    browser.log_in("/orders").await?;
    let user = emulator.client()?.sessions().list("usr_1").all().await?;
    let id = &user[0].session_id;
    let event = json!({ "type": "session.revoked", "data": { "session_id": id } });
    auth.web_auth().handle_event(&event).await?;
    assert_eq!(browser.send("GET", "/orders").await?.0, 302);
    Ok(())
}

#[tokio::test]
async fn a_session_extractor_without_its_layer_says_so() -> anyhow::Result<()> {
    let app = Router::new().route("/", get(orders));
    let (status, _, body) = Browser::new(&app).send("GET", "/").await?;
    assert_eq!(status, 500);
    assert!(body.contains("ScalekitAuth::layer"), "{body}");
    Ok(())
}

#[tokio::test]
async fn an_api_accepts_access_tokens_and_serves_its_metadata() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let resource = ProtectedResource::new("https://api.example.com/mcp")?;
    let mcp = BearerAuth::new(emulator.client()?).resource(resource);
    let api = BearerAuth::new(emulator.client()?);
    let subject = async |Bearer(claims): Bearer| claims.subject().unwrap_or_default().to_owned();
    let guarded = |auth: &BearerAuth, required| {
        let layer = BearerLayer::new(auth.clone(), required);
        get(subject).layer(layer)
    };
    let app: Router = Router::new()
        .route("/api", guarded(&api, Requirements::new()))
        .route(
            "/scoped",
            guarded(&api, Requirements::new().scope("orders:read")),
        )
        .route("/mcp", guarded(&mcp, Requirements::new()))
        .merge(metadata_routes(&mcp));
    let token = emulator.client()?.client_access_token().await?;
    let send = async |path: &str, token: Option<&str>| {
        let mut request = Request::builder().uri(path);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let response = app.clone().oneshot(request.body(Body::empty())?).await?;
        let (parts, body) = response.into_parts();
        let challenge = parts.headers.get("www-authenticate").cloned();
        let challenge = challenge.map(|value| value.to_str().unwrap_or_default().to_owned());
        let body = String::from_utf8(to_bytes(body, 1 << 20).await?.to_vec())?;
        anyhow::Ok((parts.status.as_u16(), challenge.unwrap_or_default(), body))
    };
    let (status, _, body) = send("/api", Some(&token)).await?;
    assert_eq!((status, body.as_str()), (200, emulator.client_id()));
    assert_eq!(send("/api", None).await?.0, 401);
    let (status, challenge, _) = send("/scoped", Some(&token)).await?;
    assert!(
        status == 403 && challenge.contains("insufficient_scope"),
        "{challenge}"
    );
    let (status, challenge, _) = send("/mcp", Some(&token)).await?;
    assert!(
        status == 401 && challenge.contains("another audience"),
        "{challenge}"
    );
    let (_, challenge, _) = send("/mcp", None).await?;
    let path = "/.well-known/oauth-protected-resource/mcp";
    assert!(challenge.contains(&format!(
        "resource_metadata=\"https://api.example.com{path}\""
    )));
    for path in [path, "/.well-known/oauth-protected-resource"] {
        let (status, _, body) = send(path, None).await?;
        let metadata: Value = serde_json::from_str(&body)?;
        assert_eq!(
            (status, &metadata["resource"]),
            (200, &json!("https://api.example.com/mcp"))
        );
    }
    Ok(())
}
