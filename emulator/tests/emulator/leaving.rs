//! Sessions and tokens after a user leaves an organization, is deactivated, or logs out.

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::support::World;
use crate::visitor::Visitor;

const PERSON: &str = "bob@home.net";

async fn two_organizations() -> World {
    let membership = |id: &str| json!({ "organization_id": id, "membership_status": "ACTIVE" });
    let seed = json!({
        "organizations": [
            { "id": "org_100000000000000001", "display_name": "One" }, { "id": "org_100000000000000002", "display_name": "Two" },
        ],
        "users": [{ "id": "usr_100000000000000003", "email": PERSON, "memberships": [membership("org_100000000000000001"), membership("org_100000000000000002")] }],
    });
    World::start(Emulator::builder().seed(Seed::from_json(seed).unwrap())).await
}

async fn tokens(visitor: &Visitor<'_>, more: &[(&str, &str)]) -> Value {
    let code = visitor
        .ask(more)
        .await
        .redirected()
        .remove("code")
        .expect("a code");
    visitor.world.exchange(&code, &[]).await.json()
}

async fn refreshed(world: &World, tokens: &Value) -> (StatusCode, Value) {
    let token = tokens["refresh_token"].as_str().expect("a refresh token");
    let answer = world.refresh(token, &[]).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn leaving_an_organization_revokes_its_tokens() {
    for leave in [
        "/api/v1/memberships/organizations/org_100000000000000002/users/usr_100000000000000003",
        "/api/v1/organizations/org_100000000000000002",
    ] {
        let world = two_organizations().await;
        let visitor = Visitor::new(&world);
        visitor
            .log_in(PERSON, &[("organization_id", "org_100000000000000001")])
            .await;
        let first = tokens(
            &visitor,
            &[("organization_id", "org_100000000000000001"), ("prompt", "none")],
        )
        .await;
        let second = tokens(
            &visitor,
            &[("organization_id", "org_100000000000000002"), ("prompt", "none")],
        )
        .await;
        let code = visitor
            .ask(&[("organization_id", "org_100000000000000002"), ("prompt", "none")])
            .await
            .redirected()
            .remove("code")
            .unwrap();
        let answer = world.call(Method::DELETE, leave, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);

        assert_eq!(refreshed(&world, &second).await.1["error"], "invalid_grant");
        assert_eq!(world.exchange(&code, &[]).await.error(), "invalid_grant");
        let sessions = world
            .call(Method::GET, "/api/v1/users/usr_100000000000000003/sessions", None)
            .await
            .json();
        assert_eq!(
            sessions["sessions"][0]["authenticated_organizations"],
            json!(["org_100000000000000001"])
        );
        // The tokens for the other organization stay valid.
        assert_eq!(refreshed(&world, &first).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_deactivated_member_cannot_refresh() {
    let world = two_organizations().await;
    let visitor = Visitor::new(&world);
    visitor
        .log_in(PERSON, &[("organization_id", "org_100000000000000001")])
        .await;
    let second = tokens(
        &visitor,
        &[("organization_id", "org_100000000000000002"), ("prompt", "none")],
    )
    .await;
    let user = json!({ "users": [{
        "id": "usr_100000000000000003", "email": PERSON, "memberships": [
            { "organization_id": "org_100000000000000001", "membership_status": "ACTIVE" },
            { "organization_id": "org_100000000000000002", "membership_status": "INACTIVE" },
        ],
    }] });
    world.admin(Method::POST, "seed", user).await;
    assert_eq!(refreshed(&world, &second).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn logging_out_ends_all_logins_of_the_browser() {
    let world = two_organizations().await;
    for own_browser in [true, false] {
        let visitor = Visitor::new(&world);
        let wanted = [("organization_id", "org_100000000000000001")];
        visitor.log_in(PERSON, &wanted).await;
        let first = tokens(&visitor, &[wanted[0], ("prompt", "none")]).await;
        visitor.log_in(PERSON, &[wanted[0], ("prompt", "login")]).await;
        let second = tokens(&visitor, &[wanted[0], ("prompt", "none")]).await;
        let elsewhere = Visitor::new(&world);
        elsewhere.log_in(PERSON, &wanted).await;

        let hint = second["id_token"].as_str().unwrap();
        let path = format!("/oidc/logout?id_token_hint={hint}");
        match own_browser {
            true => visitor.open(&path).await,
            false => world.get(&path).await,
        };
        let silent = visitor.ask(&[("prompt", "none")]).await.redirected();
        assert_eq!(silent["error"], "login_required");
        for tokens in [&first, &second] {
            assert_eq!(refreshed(&world, tokens).await.1["error"], "invalid_grant");
        }
        // Another browser of the same user stays logged in.
        let silent = elsewhere.ask(&[("prompt", "none")]).await.redirected();
        assert!(silent.contains_key("code"), "{silent:?}");
    }
}
