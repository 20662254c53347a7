//! Signing keys, their rotation, and the clock.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{World, world};

async fn ids(world: &World) -> Vec<String> {
    let set = world.get("/keys").await.json();
    let id = |key: &serde_json::Value| {
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"]),
            (&json!("RSA"), &json!("RS256"), &json!("sig"))
        );
        key["kid"].as_str().unwrap().to_owned()
    };
    set["keys"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn rotation_signs_with_a_new_key_and_still_publishes_the_old_one() {
    let world = world().await;
    let client = world.emulator.client_id();
    let before = world.bearer().await;
    let old = ids(&world).await;
    assert_eq!(old.len(), 1);
    let new = world.admin(Method::POST, "keys/rotate", json!({})).await["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(ids(&world).await, [new.clone(), old[0].clone()]);
    let after = world.bearer().await;
    assert_eq!(
        jsonwebtoken::decode_header(&after).unwrap().kid,
        Some(new.clone())
    );
    for token in [&before, &after] {
        assert_eq!(world.claims(token, client).await["sub"], client);
    }
    let newest = world
        .admin(Method::POST, "keys/rotate", json!({"revoke": true}))
        .await;
    assert_eq!(ids(&world).await, [newest["kid"].as_str().unwrap()]);
}

#[tokio::test]
async fn the_clock_can_be_shifted_forward_and_back() {
    let world = world().await;
    let token = world.bearer().await;
    let call = || async {
        let request = world
            .request(Method::GET, "/api/v1/organizations/org_1")
            .bearer_auth(&token);
        crate::support::send(request).await.status
    };
    assert_eq!(call().await, StatusCode::OK);
    let clock = world
        .admin(Method::PUT, "clock", json!({"shift_seconds": 30 * 24 * 3600}))
        .await;
    assert_eq!(clock["shift_seconds"], 30 * 24 * 3600);
    assert_eq!(call().await, StatusCode::UNAUTHORIZED);
    world
        .admin(Method::PUT, "clock", json!({"shift_seconds": 0}))
        .await;
    assert_eq!(call().await, StatusCode::OK);

    world
        .admin(Method::PUT, "clock", json!({"shift_seconds": -3600}))
        .await;
    let made = world
        .call(
            Method::POST,
            "/api/v1/organizations",
            Some(json!({"display_name": "Past"})),
        )
        .await;
    let time: jiff::Timestamp = made.json()["organization"]["create_time"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let age = jiff::Timestamp::now().as_second() - time.as_second();
    assert!((3590..3700).contains(&age), "{age}");
}

#[tokio::test]
async fn an_identity_provider_can_start_a_login() {
    let world = world().await;
    let login = json!({
        "connection_id": "conn_1", "organization_id": "org_1", "login_hint": "ada@acme.com", "relay_state": "/deep",
    });
    let token = world
        .admin(Method::POST, "idp-initiated-token", login.clone())
        .await["token"]
        .clone();
    let claims = world
        .claims(token.as_str().unwrap(), world.emulator.client_id())
        .await;
    for (claim, value) in login.as_object().unwrap() {
        assert_eq!(&claims[claim], value, "{claim}");
    }
}
