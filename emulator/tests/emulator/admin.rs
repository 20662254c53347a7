//! The admin API: seed, reset, access rules and lifecycle.

use reqwest::header::{CONTENT_TYPE, HOST};
use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::json;

use crate::support::{Environment, Response, acme, environment, free_port, send};

async fn names(environment: &Environment) -> Vec<String> {
    let list = environment
        .call(Method::GET, "/api/v1/organizations", None)
        .await
        .json();
    let name = |organization: &serde_json::Value| {
        organization["display_name"].as_str().unwrap().to_owned()
    };
    list["organizations"]
        .as_array()
        .map(|list| list.iter().map(name).collect())
        .unwrap_or_default()
}

#[tokio::test]
async fn seeding_adds_and_replaces_rows_and_fills_in_defaults() {
    let environment = environment().await;
    let seed = json!({"organizations": [{"display_name": "New"}, {"id": "org_1", "display_name": "Replaced"}]});
    let ids = environment.admin(Method::POST, "seed", seed).await["organizations"].clone();
    assert_eq!(ids[1], "org_1");
    let created = environment
        .call(
            Method::GET,
            &format!("/api/v1/organizations/{}", ids[0].as_str().unwrap()),
            None,
        )
        .await;
    assert!(created.json()["organization"]["create_time"].is_string());
    assert_eq!(names(&environment).await, ["New", "Replaced"]);
    for invalid in [
        json!({"organisations": []}),
        json!({"organizations": [{"display_name": 7}]}),
        json!([]),
    ] {
        let request = environment
            .request(Method::POST, "/_emulator/seed")
            .header(CONTENT_TYPE, "application/json");
        assert_eq!(
            send(request.body(invalid.to_string())).await.status,
            StatusCode::BAD_REQUEST,
            "{invalid}"
        );
    }
}

#[tokio::test]
async fn reset_restores_the_initial_state() {
    let environment = environment().await;
    let token = environment.bearer().await;
    environment
        .call(
            Method::POST,
            "/api/v1/organizations",
            Some(json!({"display_name": "Gone"})),
        )
        .await;
    environment
        .admin(
            Method::POST,
            "faults",
            json!({"operation": "oauth.keys", "status": 500}),
        )
        .await;
    environment
        .admin(Method::PUT, "clock", json!({"shift_seconds": 60}))
        .await;
    environment.admin(Method::POST, "reset", json!({})).await;
    assert_eq!(environment.logged("").await.len(), 0);
    assert_eq!(environment.get("/keys").await.status, StatusCode::OK);
    assert_eq!(
        environment.admin(Method::GET, "clock", json!({})).await["shift_seconds"],
        0
    );
    assert_eq!(names(&environment).await, ["Acme"]);
    let old = send(
        environment
            .request(Method::GET, "/api/v1/organizations")
            .bearer_auth(token),
    )
    .await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn web_pages_cannot_call_the_admin_api() {
    let environment = environment().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
        let request = environment
            .request(Method::POST, "/_emulator/reset")
            .header(CONTENT_TYPE, content_type);
        assert_eq!(
            send(request.body("{}")).await.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{content_type}"
        );
    }
    let info = environment.get("/_emulator/info").await;
    assert!(!info.headers.contains_key("access-control-allow-origin"));
    assert!(!info.body.contains(environment.emulator.client_secret()));
    assert_eq!(info.json()["operations"].as_array().unwrap().len(), 150);
    assert_eq!(
        environment.get("/_emulator/nothing").await.status,
        StatusCode::NOT_FOUND
    );
}

/// A request to the admin API as a browser sends it to a host.
async fn at(
    environment: &Environment,
    address: &str,
    method: Method,
    path: &str,
    host: &str,
) -> Response {
    let request = environment
        .http
        .request(method, format!("{address}/_emulator/{path}"))
        .header(CONTENT_TYPE, "application/json")
        .header(HOST, host);
    send(request.body("{}")).await
}

const ADMIN: [(Method, &str); 6] = [
    (Method::GET, "info"),
    (Method::GET, "mails"),
    (Method::GET, "export"),
    (Method::GET, "webhooks"),
    (Method::GET, "nothing"),
    (Method::POST, "reset"),
];

#[tokio::test]
async fn the_admin_api_rejects_foreign_hosts() {
    let environment = environment().await;
    let address = environment.emulator.url().to_owned();
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8910",
        "emulator:8910",
        "10.0.0.1",
        "[2001:db8::1]:8910",
    ] {
        for (method, path) in ADMIN {
            let response = at(&environment, &address, method, path, host).await;
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{host} {path}");
            let name = host.trim_end_matches(":8910");
            let advice = format!("start the emulator with --allow-host {name}");
            let problem = response.error();
            assert!(problem.contains(&advice), "{problem}");
        }
    }
    for host in ["", "evil@localhost", "localhost/"] {
        let response = at(&environment, &address, Method::GET, "info", host).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{host}");
    }
    for host in ["localhost:1", "127.0.0.1", "[::1]:1", "app.localhost"] {
        let response = at(&environment, &address, Method::GET, "info", host).await;
        assert_eq!(response.status, StatusCode::OK, "{host}");
    }
    // The API and the pages' files are for everybody.
    let style = environment
        .request(Method::GET, "/_emulator/assets/style.css")
        .header(HOST, "emulator");
    assert_eq!(send(style).await.status, StatusCode::OK);
    let keys = environment
        .request(Method::GET, "/keys")
        .header(HOST, "emulator");
    assert_eq!(send(keys).await.status, StatusCode::OK);
}

/// DNS rebinding: the host name of a web page resolves to the loopback address.
#[tokio::test]
async fn a_rebound_host_name_cannot_read_the_export() {
    let environment = environment().await;
    let address = environment.emulator.url().strip_prefix("http://").unwrap();
    let address: std::net::SocketAddr = address.parse().unwrap();
    for http2 in [false, true] {
        let browser = reqwest::Client::builder()
            .no_proxy()
            .resolve("evil.example", address);
        let browser = match http2 {
            true => browser.http2_prior_knowledge(),
            false => browser,
        };
        let url = format!("http://evil.example:{}/_emulator/export", address.port());
        let response = send(browser.build().unwrap().get(url)).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{http2}");
        assert!(
            response.error().contains("evil.example"),
            "{}",
            response.body
        );
    }
}

#[tokio::test]
async fn the_admin_api_accepts_the_allowed_hosts() {
    let port = free_port();
    let builder = Emulator::builder()
        .seed(acme())
        .port(port)
        .url("http://emulator.test:8910")
        .allow_host("Scalekit")
        .allow_host("10.0.0.1")
        .allow_host("2001:db8::1")
        .allow_host("[2001:db8::2]");
    let environment = Environment::start(builder).await;
    let address = format!("http://127.0.0.1:{port}");
    for (host, status) in [
        ("scalekit:8910", StatusCode::OK),
        ("SCALEKIT", StatusCode::OK),
        ("10.0.0.1:8910", StatusCode::OK),
        ("[2001:db8::1]:8910", StatusCode::OK),
        ("[2001:db8::2]", StatusCode::OK),
        ("[2001:db8::3]", StatusCode::FORBIDDEN),
        ("emulator.test:8910", StatusCode::OK),
        ("localhost", StatusCode::OK),
        ("10.0.0.2", StatusCode::FORBIDDEN),
        ("other", StatusCode::FORBIDDEN),
    ] {
        let response = at(&environment, &address, Method::GET, "info", host).await;
        assert_eq!(response.status, status, "{host}");
        let dashboard = send(environment.http.get(&address).header(HOST, host)).await;
        assert_eq!(dashboard.status, status, "{host}");
    }
    for wrong in ["http://scalekit", "scalekit:8910", "", "a b"] {
        let result = Emulator::builder().allow_host(wrong).start().await;
        let error = result.unwrap_err().to_string();
        assert!(
            error.contains(&format!("{wrong:?} is not a host name")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn emulators_run_side_by_side_and_stop_when_dropped() {
    let (one, other) = (environment().await, environment().await);
    assert_ne!(one.emulator.url(), other.emulator.url());
    let token = one.bearer().await;
    let foreign = send(
        other
            .request(Method::GET, "/api/v1/organizations")
            .bearer_auth(token),
    )
    .await;
    assert_eq!(foreign.status, StatusCode::UNAUTHORIZED);
    let Environment { emulator, http } = one;
    let url = format!("{}/keys", emulator.url());
    drop(emulator);
    for _ in 0..100 {
        if http.get(&url).send().await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the dropped emulator still accepts connections");
}
