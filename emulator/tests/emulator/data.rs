//! `--data`: state after a restart.

use std::path::{Path, PathBuf};

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Environment, acme};

/// Returns a path in the test folder and deletes the file there, if any.
pub(crate) fn new_path(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&path);
    path
}

fn builder(file: &Path) -> Builder {
    Emulator::builder()
        .lenient(true)
        .auto_approve(true)
        .seed(acme())
        .data(file)
}

/// Stops an emulator and starts another one on the same port.
async fn restart(environment: Environment, builder: Builder) -> Environment {
    let port = url::Url::parse(environment.emulator.url())
        .unwrap()
        .port()
        .unwrap();
    environment.emulator.stop().await;
    Environment::start(builder.port(port)).await
}

async fn create(environment: &Environment, name: &str) -> String {
    let response = environment
        .call(
            Method::POST,
            "/api/v1/organizations",
            Some(json!({"display_name": name})),
        )
        .await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    response.json()["organization"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn events(environment: &Environment) -> String {
    let response = environment
        .call(
            Method::POST,
            "/api/v1/events/paginated",
            Some(json!({"page_size": 30})),
        )
        .await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    response.body
}

#[tokio::test]
async fn a_browser_stays_logged_in() {
    let file = new_path("browser.redb");
    let builder_with_page = || builder(&file).auto_approve(false);
    let environment = Environment::start(builder_with_page()).await;
    let browser = Browser::new(&environment);
    let callback = browser.log_in("ada@acme.com", &[]).await;
    let before = browser.claims(&callback).await;
    let cookies = browser.cookies.take();
    let environment = restart(environment, builder_with_page()).await;
    let browser = Browser::new(&environment);
    browser.cookies.replace(cookies);
    let callback = browser.authorize(&[("prompt", "none")]).await;
    assert_eq!(browser.claims(&callback).await["sid"], before["sid"]);
}

#[tokio::test]
async fn all_rows_survive_and_seeds_are_applied_once() {
    let file = new_path("everything.redb");
    let environment = Environment::start(builder(&file)).await;
    let first = create(&environment, "First").await;
    let changed = json!({"display_name": "Acme 2"});
    let response = environment
        .call(Method::PATCH, "/api/v1/organizations/org_1", Some(changed))
        .await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    let response = environment
        .call(Method::DELETE, "/api/v1/users/usr_1", None)
        .await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    let (before, events_before) = (
        environment.get("/_emulator/export").await.json(),
        events(&environment).await,
    );

    let environment = restart(environment, builder(&file)).await;
    let after = environment.get("/_emulator/export").await.json();
    let clear_clients = |mut rows: Value| {
        // Each token request updates the last use of the secret.
        rows["clients"] = Value::Null;
        rows
    };
    assert_eq!(clear_clients(after.clone()), clear_clients(before));
    assert!(after["users"].is_null(), "{after}");
    assert_eq!(events(&environment).await, events_before);
    let second = create(&environment, "Second").await;
    assert!(second > first, "{second} {first}");
    let found = environment
        .call(Method::GET, "/api/v1/organizations/org_1", None)
        .await;
    assert_eq!(found.json()["organization"]["display_name"], "Acme 2");
}

#[tokio::test]
async fn tokens_stay_valid_and_used_tokens_stay_used() {
    let file = new_path("tokens.redb");
    let environment = Environment::start(builder(&file)).await;
    let bearer = environment.bearer().await;
    let (code, used) = (environment.code(&[]).await, environment.log_in(&[]).await);
    let tokens = environment.log_in(&[]).await;
    let old = used["refresh_token"].as_str().unwrap();
    let next = environment.refresh(old, &[]).await.json();
    let keys = environment.get("/keys").await.body;

    let environment = restart(environment, builder(&file)).await;
    assert_eq!(environment.get("/keys").await.body, keys);
    let client = environment.emulator.client_id();
    let claims = environment
        .claims(tokens["access_token"].as_str().unwrap(), client)
        .await;
    assert_eq!(claims["sub"], "usr_1");
    let request = environment.request(Method::GET, "/api/v1/organizations/org_1");
    let response = crate::support::send(request.bearer_auth(&bearer)).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    let request = environment.request(Method::GET, "/userinfo");
    let response =
        crate::support::send(request.bearer_auth(tokens["access_token"].as_str().unwrap())).await;
    assert_eq!(response.json()["email"], "ada@acme.com");

    assert_eq!(
        environment.exchange(&code, &[]).await.status,
        StatusCode::OK
    );
    let refreshed = environment
        .refresh(tokens["refresh_token"].as_str().unwrap(), &[])
        .await;
    assert_eq!(refreshed.status, StatusCode::OK, "{}", refreshed.body);
    // Restart between the first and the second use of a token. The second use revokes the family.
    let environment = restart(environment, builder(&file)).await;
    assert_eq!(
        environment.exchange(&code, &[]).await.error(),
        "invalid_grant"
    );
    assert_eq!(environment.refresh(old, &[]).await.error(), "invalid_grant");
    let child = next["refresh_token"].as_str().unwrap();
    assert_eq!(
        environment.refresh(child, &[]).await.error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn keys_endpoints_interceptors_and_the_clock_survive() {
    let file = new_path("settings.redb");
    let builder = builder(&file).webhook("http://127.0.0.1:9/flag");
    let environment = Environment::start(builder.clone()).await;
    let hook = json!({"url": "http://127.0.0.1:9/hook", "events": ["user.*"]});
    let hook = environment.admin(Method::POST, "webhooks", hook).await;
    let path = format!("webhooks/{}/rotate", hook["id"]);
    environment.admin(Method::POST, &path, json!({})).await;
    let guard = json!({"url": "http://127.0.0.1:9/guard", "trigger_point": "PRE_SIGNUP"});
    environment.admin(Method::POST, "interceptors", guard).await;
    environment
        .admin(Method::PUT, "clock", json!({"shift_seconds": 5000}))
        .await;
    environment
        .admin(Method::POST, "keys/rotate", json!({}))
        .await;
    let mut before = Vec::new();
    for path in ["webhooks", "interceptors"] {
        before.push(environment.get(&format!("/_emulator/{path}")).await.body);
    }
    let keys = environment.get("/keys").await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);

    let environment = restart(environment, builder.clone()).await;
    for (path, before) in ["webhooks", "interceptors"].iter().zip(before) {
        assert_eq!(
            environment.get(&format!("/_emulator/{path}")).await.body,
            before
        );
    }
    assert_eq!(environment.get("/keys").await.json(), keys);
    assert_eq!(
        environment.get("/_emulator/clock").await.json()["shift_seconds"],
        5000
    );
    // Revoked keys and rows deleted by a reset stay deleted.
    environment
        .admin(Method::POST, "keys/rotate", json!({"revoke": true}))
        .await;
    let gone = create(&environment, "Gone").await;
    environment.admin(Method::POST, "reset", json!({})).await;
    let remaining = create(&environment, "Kept").await;
    let environment = restart(environment, builder).await;
    assert_eq!(
        environment.get("/keys").await.json()["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        environment.get("/_emulator/clock").await.json()["shift_seconds"],
        0
    );
    for (id, status) in [(gone, StatusCode::NOT_FOUND), (remaining, StatusCode::OK)] {
        let path = format!("/api/v1/organizations/{id}");
        assert_eq!(
            environment.call(Method::GET, &path, None).await.status,
            status
        );
    }
}

#[tokio::test]
async fn client_credentials_survive_and_new_secrets_are_added() {
    let file = new_path("credentials.redb");
    let plain = || Emulator::builder().data(&file);
    let environment =
        Environment::start(plain().client("skc_300000000000000003", "a_secret_of_its_own")).await;
    environment.bearer().await;
    // Without new credentials, the stored ones are used.
    let environment = restart(environment, plain()).await;
    assert_eq!(environment.emulator.client_id(), "skc_300000000000000003");
    assert_eq!(environment.emulator.client_secret(), "a_secret_of_its_own");
    environment.bearer().await;
    // A new secret is added to the old one.
    let environment = restart(environment, plain().client_secret("another_secret_for_it")).await;
    environment.bearer().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "skc_300000000000000003"),
        ("client_secret", "a_secret_of_its_own"),
    ];
    assert_eq!(
        environment.post_form("/oauth/token", &form).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_export_recreates_the_environment() {
    let file = new_path("export.redb");
    let environment =
        Environment::start(Emulator::builder().seed(scalekit_emulator::Seed::demo())).await;
    create(&environment, "More").await;
    let exported = environment.emulator.export();
    let json = exported.to_json().unwrap();
    for (list, count) in [
        ("organizations", 4),
        ("domains", 3),
        ("connections", 2),
        ("users", 5),
        ("roles", 5),
        ("sessions", 3),
        ("directory_users", 2),
    ] {
        assert_eq!(json[list].as_array().map(Vec::len), Some(count), "{list}");
    }
    let copy = Environment::start(Emulator::builder().seed(exported)).await;
    assert_eq!(copy.emulator.export().to_json().unwrap(), json);
    // Import into a running environment, then restart it.
    let third = Environment::start(Emulator::builder().data(&file)).await;
    third.admin(Method::POST, "seed", json.clone()).await;
    let third = restart(third, Emulator::builder().data(&file)).await;
    assert_eq!(third.get("/_emulator/export").await.json(), json);
}
