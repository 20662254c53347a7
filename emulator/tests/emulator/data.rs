//! `--data`: state after a restart.

use std::path::{Path, PathBuf};

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::support::{World, acme};
use crate::visitor::Visitor;

/// Returns a path in the test folder and deletes the file there, if any.
pub(crate) fn fresh(name: &str) -> PathBuf {
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
async fn restart(world: World, builder: Builder) -> World {
    let port = url::Url::parse(world.emulator.url()).unwrap().port().unwrap();
    world.emulator.stop().await;
    World::start(builder.port(port)).await
}

async fn create(world: &World, name: &str) -> String {
    let answer = world
        .call(
            Method::POST,
            "/api/v1/organizations",
            Some(json!({"display_name": name})),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()["organization"]["id"].as_str().unwrap().to_owned()
}

async fn events(world: &World) -> String {
    let answer = world
        .call(
            Method::POST,
            "/api/v1/events/paginated",
            Some(json!({"page_size": 30})),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn a_browser_stays_logged_in() {
    let file = fresh("browser.redb");
    let asking = || builder(&file).auto_approve(false);
    let world = World::start(asking()).await;
    let visitor = Visitor::new(&world);
    let back = visitor.log_in("ada@acme.com", &[]).await;
    let before = visitor.claims(&back).await;
    let cookies = visitor.cookies.take();
    let world = restart(world, asking()).await;
    let visitor = Visitor::new(&world);
    visitor.cookies.replace(cookies);
    let back = visitor.ask(&[("prompt", "none")]).await;
    assert_eq!(visitor.claims(&back).await["sid"], before["sid"]);
}

#[tokio::test]
async fn all_rows_survive_and_seeds_are_applied_once() {
    let file = fresh("everything.redb");
    let world = World::start(builder(&file)).await;
    let first = create(&world, "First").await;
    let changed = json!({"display_name": "Acme 2"});
    let answer = world
        .call(Method::PATCH, "/api/v1/organizations/org_1", Some(changed))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let answer = world.call(Method::DELETE, "/api/v1/users/usr_1", None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let (before, told) = (world.get("/_emulator/export").await.json(), events(&world).await);

    let world = restart(world, builder(&file)).await;
    let after = world.get("/_emulator/export").await.json();
    let without_use = |mut rows: Value| {
        // Each token request updates the last use of the secret.
        rows["clients"] = Value::Null;
        rows
    };
    assert_eq!(without_use(after.clone()), without_use(before));
    assert!(after["users"].is_null(), "{after}");
    assert_eq!(events(&world).await, told);
    let second = create(&world, "Second").await;
    assert!(second > first, "{second} {first}");
    let found = world.call(Method::GET, "/api/v1/organizations/org_1", None).await;
    assert_eq!(found.json()["organization"]["display_name"], "Acme 2");
}

#[tokio::test]
async fn tokens_stay_valid_and_used_tokens_stay_used() {
    let file = fresh("tokens.redb");
    let world = World::start(builder(&file)).await;
    let bearer = world.bearer().await;
    let (code, used) = (world.code(&[]).await, world.log_in(&[]).await);
    let tokens = world.log_in(&[]).await;
    let old = used["refresh_token"].as_str().unwrap();
    let next = world.refresh(old, &[]).await.json();
    let keys = world.get("/keys").await.body;

    let world = restart(world, builder(&file)).await;
    assert_eq!(world.get("/keys").await.body, keys);
    let client = world.emulator.client_id();
    let claims = world
        .claims(tokens["access_token"].as_str().unwrap(), client)
        .await;
    assert_eq!(claims["sub"], "usr_1");
    let request = world.request(Method::GET, "/api/v1/organizations/org_1");
    let answer = crate::support::send(request.bearer_auth(&bearer)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let request = world.request(Method::GET, "/userinfo");
    let answer = crate::support::send(request.bearer_auth(tokens["access_token"].as_str().unwrap())).await;
    assert_eq!(answer.json()["email"], "ada@acme.com");

    assert_eq!(world.exchange(&code, &[]).await.status, StatusCode::OK);
    let refreshed = world
        .refresh(tokens["refresh_token"].as_str().unwrap(), &[])
        .await;
    assert_eq!(refreshed.status, StatusCode::OK, "{}", refreshed.body);
    // Restart between the first and the second use of a token. The second use revokes the family.
    let world = restart(world, builder(&file)).await;
    assert_eq!(world.exchange(&code, &[]).await.error(), "invalid_grant");
    assert_eq!(world.refresh(old, &[]).await.error(), "invalid_grant");
    let child = next["refresh_token"].as_str().unwrap();
    assert_eq!(world.refresh(child, &[]).await.error(), "invalid_grant");
}

#[tokio::test]
async fn keys_endpoints_interceptors_and_the_clock_survive() {
    let file = fresh("settings.redb");
    let builder = builder(&file).webhook("http://127.0.0.1:9/flag");
    let world = World::start(builder.clone()).await;
    let hook = json!({"url": "http://127.0.0.1:9/hook", "events": ["user.*"]});
    let hook = world.admin(Method::POST, "webhooks", hook).await;
    let path = format!("webhooks/{}/rotate", hook["id"]);
    world.admin(Method::POST, &path, json!({})).await;
    let guard = json!({"url": "http://127.0.0.1:9/guard", "trigger_point": "PRE_SIGNUP"});
    world.admin(Method::POST, "interceptors", guard).await;
    world
        .admin(Method::PUT, "clock", json!({"shift_seconds": 5000}))
        .await;
    world.admin(Method::POST, "keys/rotate", json!({})).await;
    let mut before = Vec::new();
    for path in ["webhooks", "interceptors"] {
        before.push(world.get(&format!("/_emulator/{path}")).await.body);
    }
    let keys = world.get("/keys").await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);

    let world = restart(world, builder.clone()).await;
    for (path, before) in ["webhooks", "interceptors"].iter().zip(before) {
        assert_eq!(world.get(&format!("/_emulator/{path}")).await.body, before);
    }
    assert_eq!(world.get("/keys").await.json(), keys);
    assert_eq!(world.get("/_emulator/clock").await.json()["shift_seconds"], 5000);
    // Revoked keys and rows deleted by a reset stay deleted.
    world
        .admin(Method::POST, "keys/rotate", json!({"revoke": true}))
        .await;
    let gone = create(&world, "Gone").await;
    world.admin(Method::POST, "reset", json!({})).await;
    let kept = create(&world, "Kept").await;
    let world = restart(world, builder).await;
    assert_eq!(
        world.get("/keys").await.json()["keys"].as_array().unwrap().len(),
        1
    );
    assert_eq!(world.get("/_emulator/clock").await.json()["shift_seconds"], 0);
    for (id, status) in [(gone, StatusCode::NOT_FOUND), (kept, StatusCode::OK)] {
        let path = format!("/api/v1/organizations/{id}");
        assert_eq!(world.call(Method::GET, &path, None).await.status, status);
    }
}

#[tokio::test]
async fn client_credentials_survive_and_new_secrets_are_added() {
    let file = fresh("credentials.redb");
    let plain = || Emulator::builder().data(&file);
    let world = World::start(plain().client("skc_300000000000000003", "a_secret_of_its_own")).await;
    world.bearer().await;
    // Without new credentials, the stored ones are used.
    let world = restart(world, plain()).await;
    assert_eq!(world.emulator.client_id(), "skc_300000000000000003");
    assert_eq!(world.emulator.client_secret(), "a_secret_of_its_own");
    world.bearer().await;
    // A new secret is added to the old one.
    let world = restart(world, plain().client_secret("another_secret_for_it")).await;
    world.bearer().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "skc_300000000000000003"),
        ("client_secret", "a_secret_of_its_own"),
    ];
    assert_eq!(
        world.post_form("/oauth/token", &form).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_export_recreates_the_environment() {
    let file = fresh("export.redb");
    let world = World::start(Emulator::builder().seed(scalekit_emulator::Seed::demo())).await;
    create(&world, "More").await;
    let exported = world.emulator.export();
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
    let copy = World::start(Emulator::builder().seed(exported)).await;
    assert_eq!(copy.emulator.export().to_json().unwrap(), json);
    // Import into a running environment, then restart it.
    let third = World::start(Emulator::builder().data(&file)).await;
    third.admin(Method::POST, "seed", json.clone()).await;
    let third = restart(third, Emulator::builder().data(&file)).await;
    assert_eq!(third.get("/_emulator/export").await.json(), json);
}
