//! Seed, reset and the rest of the admin API.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{World, send, world};

async fn names(world: &World) -> Vec<String> {
    let list = world
        .call(Method::GET, "/api/v1/organizations", None)
        .await
        .json();
    let name = |each: &serde_json::Value| each["display_name"].as_str().unwrap().to_owned();
    list["organizations"]
        .as_array()
        .map(|list| list.iter().map(name).collect())
        .unwrap_or_default()
}

#[tokio::test]
async fn seeded_rows_are_there_and_get_what_they_lack() {
    let world = world().await;
    let seed =
        json!({"organizations": [{"display_name": "New"}, {"id": "org_1", "display_name": "Replaced"}]});
    let ids = world.admin(Method::POST, "seed", seed).await["organizations"].clone();
    assert_eq!(ids[1], "org_1");
    let made = world
        .call(
            Method::GET,
            &format!("/api/v1/organizations/{}", ids[0].as_str().unwrap()),
            None,
        )
        .await;
    assert!(made.json()["organization"]["create_time"].is_string());
    assert_eq!(names(&world).await, ["New", "Replaced"]);
    for wrong in [
        json!({"organisations": []}),
        json!({"organizations": [{"display_name": 7}]}),
        json!([]),
    ] {
        let request = world
            .request(Method::POST, "/_emulator/seed")
            .header(CONTENT_TYPE, "application/json");
        assert_eq!(
            send(request.body(wrong.to_string())).await.status,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn reset_goes_back_to_the_start() {
    let world = world().await;
    let token = world.bearer().await;
    world
        .call(
            Method::POST,
            "/api/v1/organizations",
            Some(json!({"display_name": "Gone"})),
        )
        .await;
    world
        .admin(
            Method::POST,
            "faults",
            json!({"operation": "oauth.keys", "status": 500}),
        )
        .await;
    world
        .admin(Method::PUT, "clock", json!({"shift_seconds": 60}))
        .await;
    world.admin(Method::POST, "reset", json!({})).await;
    assert_eq!(world.logged("").await.len(), 0);
    assert_eq!(world.get("/keys").await.status, StatusCode::OK);
    assert_eq!(
        world.admin(Method::GET, "clock", json!({})).await["shift_seconds"],
        0
    );
    assert_eq!(names(&world).await, ["Acme"]);
    let old = send(
        world
            .request(Method::GET, "/api/v1/organizations")
            .bearer_auth(token),
    )
    .await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_admin_api_is_out_of_reach_for_web_pages() {
    let world = world().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let request = world
            .request(Method::POST, "/_emulator/reset")
            .header(CONTENT_TYPE, kind);
        assert_eq!(
            send(request.body("{}")).await.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{kind}"
        );
    }
    let info = world.get("/_emulator/info").await;
    assert!(!info.headers.contains_key("access-control-allow-origin"));
    assert!(!info.body.contains(world.emulator.client_secret()));
    assert_eq!(info.json()["operations"].as_array().unwrap().len(), 150);
    assert_eq!(
        world.get("/_emulator/nothing").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn emulators_run_side_by_side_and_stop_when_dropped() {
    let (one, other) = (world().await, world().await);
    assert_ne!(one.emulator.url(), other.emulator.url());
    let token = one.bearer().await;
    let foreign = send(
        other
            .request(Method::GET, "/api/v1/organizations")
            .bearer_auth(token),
    )
    .await;
    assert_eq!(foreign.status, StatusCode::UNAUTHORIZED);
    let World { emulator, http } = one;
    let url = format!("{}/keys", emulator.url());
    drop(emulator);
    for _ in 0..100 {
        if http.get(&url).send().await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it still answers");
}
