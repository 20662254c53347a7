//! Signing keys and their rotation, the clock, and tokens of identity providers.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Environment, environment};

async fn ids(environment: &Environment) -> Vec<String> {
    let set = environment.get("/keys").await.json();
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
    let environment = environment().await;
    let client = environment.emulator.client_id();
    let before = environment.bearer().await;
    let old = ids(&environment).await;
    assert_eq!(old.len(), 1);
    let new = environment
        .admin(Method::POST, "keys/rotate", json!({}))
        .await["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(ids(&environment).await, [new.clone(), old[0].clone()]);
    let after = environment.bearer().await;
    assert_eq!(
        jsonwebtoken::decode_header(&after).unwrap().kid,
        Some(new.clone())
    );
    for token in [&before, &after] {
        assert_eq!(environment.claims(token, client).await["sub"], client);
    }
    let newest = environment
        .admin(Method::POST, "keys/rotate", json!({"revoke": true}))
        .await;
    assert_eq!(ids(&environment).await, [newest["kid"].as_str().unwrap()]);
}

#[tokio::test]
async fn the_clock_can_be_shifted_forward_and_back() {
    let environment = environment().await;
    let token = environment.bearer().await;
    let call = || async {
        let request = environment
            .request(Method::GET, "/api/v1/organizations/org_1")
            .bearer_auth(&token);
        crate::support::send(request).await.status
    };
    assert_eq!(call().await, StatusCode::OK);
    let clock = environment
        .admin(
            Method::PUT,
            "clock",
            json!({"shift_seconds": 30 * 24 * 3600}),
        )
        .await;
    assert_eq!(clock["shift_seconds"], 30 * 24 * 3600);
    assert_eq!(call().await, StatusCode::UNAUTHORIZED);
    environment
        .admin(Method::PUT, "clock", json!({"shift_seconds": 0}))
        .await;
    assert_eq!(call().await, StatusCode::OK);

    environment
        .admin(Method::PUT, "clock", json!({"shift_seconds": -3600}))
        .await;
    let created = environment
        .call(
            Method::POST,
            "/api/v1/organizations",
            Some(json!({"display_name": "Past"})),
        )
        .await;
    let time: jiff::Timestamp = created.json()["organization"]["create_time"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let age = jiff::Timestamp::now().as_second() - time.as_second();
    assert!((3590..3700).contains(&age), "{age}");
}

#[tokio::test]
async fn an_identity_provider_can_start_a_login() {
    let environment = environment().await;
    let login = json!({
        "connection_id": "conn_1", "organization_id": "org_1", "login_hint": "ada@acme.com", "relay_state": "/deep",
    });
    let token = environment
        .admin(Method::POST, "idp-initiated-token", login.clone())
        .await["token"]
        .clone();
    let claims = environment
        .claims(token.as_str().unwrap(), environment.emulator.client_id())
        .await;
    for (claim, value) in login.as_object().unwrap() {
        assert_eq!(&claims[claim], value, "{claim}");
    }
}
