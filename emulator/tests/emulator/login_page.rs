//! The login page: choice of the identity provider, and error messages.

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::support::{World, acme};
use crate::visitor::{Visitor, buttons, heading, problem};

pub(crate) async fn asking() -> World {
    World::start(Emulator::builder().seed(acme()).seed(Seed::demo())).await
}

#[tokio::test]
async fn a_domain_selects_the_identity_provider_of_its_organization() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[("state", "s")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(heading(&page), "Sign in");
    let page = visitor
        .press(&page, "email", &[("email", "new@northwind.example")])
        .await;
    assert_eq!(heading(&page), "Sign in with Okta");
    assert!(page.body.contains("Northwind Traders"));
    let email = [("email", "new@northwind.example")];
    let back = visitor.press(&page, "provider", &email).await;
    assert_eq!(back.redirected()["state"], "s");
    let claims = visitor.claims(&back).await;
    assert_eq!(claims["amr"][0], "conn_200000000000000001");
    assert_eq!(claims["oid"], "org_200000000000000001");
    assert_eq!(claims["email"], "new@northwind.example");
}

#[tokio::test]
async fn hints_choose_the_first_page() {
    let world = asking().await;
    for (hints, first) in [
        (
            vec![("organization_id", "org_200000000000000002")],
            "Sign in with Microsoft Entra ID",
        ),
        (vec![("connection_id", "conn_1")], "Sign in with Okta"),
        (vec![("domain_hint", "NORTHWIND.example")], "Sign in with Okta"),
        (
            vec![("login_hint", "x@blueharbor.example")],
            "Sign in with Microsoft Entra ID",
        ),
        (
            vec![("organization_id", "org_200000000000000003")],
            "Sign in to Garage Robotics",
        ),
        (vec![("login_hint", "x@nowhere.example")], "Sign in"),
        (vec![("prompt", "create")], "Create an account"),
        (
            vec![("provider", "okta"), ("organization_id", "org_1")],
            "Sign in with Okta",
        ),
    ] {
        let page = Visitor::new(&world).ask(&hints).await;
        assert_eq!(
            (page.status, heading(&page).as_str()),
            (StatusCode::OK, first),
            "{hints:?}"
        );
    }
    // An unknown hint is shown on the page. The request itself is valid.
    for (hints, word) in [
        (
            [("domain_hint", "nowhere.example")],
            "No organization here has the domain nowhere.example.",
        ),
        (
            [("provider", "gitlab")],
            "Sign-in with gitlab is not set up here.",
        ),
    ] {
        assert_eq!(problem(&Visitor::new(&world).ask(&hints).await), word);
    }
}

#[tokio::test]
async fn the_page_lists_several_connections() {
    let world = asking().await;
    let second = json!({"id": "conn_2", "organization_id": "org_1", "type": "SAML", "provider": "ONELOGIN", "enabled": true});
    let off = json!({"id": "conn_3", "organization_id": "org_1", "type": "SAML", "provider": "AUTH0", "enabled": false});
    let social = json!({"id": "conn_4", "type": "OIDC", "provider": "GOOGLE", "enabled": true, "ui_button_title": "Via Google"});
    let rows = json!({ "connections": [second, off, social] });
    world.admin(Method::POST, "seed", rows).await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[("organization_id", "org_1")]).await;
    assert_eq!(
        buttons(&page),
        ["connection conn_1", "connection conn_2", "start", "deny"]
    );
    let page = visitor.press(&page, "connection conn_2", &[]).await;
    assert_eq!(heading(&page), "Sign in with OneLogin");
    let back = visitor
        .press(&page, "provider", &[("email", "ada@acme.com")])
        .await;
    assert_eq!(visitor.claims(&back).await["amr"][0], "conn_2");

    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[]).await;
    assert!(page.body.contains("Via Google"));
    let page = visitor.press(&page, "connection conn_4", &[]).await;
    assert_eq!(heading(&page), "Sign in with Google");
    // A connection that the page did not offer is rejected.
    let page = visitor.ask(&[]).await;
    let page = visitor.press(&page, "connection conn_2", &[]).await;
    assert_eq!(problem(&page), "There is no such connection.");
}

#[tokio::test]
async fn the_page_lists_several_organizations() {
    let world = asking().await;
    let memberships = json!([
        {"organization_id": "org_1", "membership_status": "ACTIVE"},
        {"organization_id": "org_200000000000000003", "membership_status": "PENDING_INVITE"},
        {"organization_id": "org_200000000000000002", "membership_status": "INACTIVE"},
    ]);
    let user = json!({"id": "usr_2", "email": "bea@both.example", "memberships": memberships});
    world
        .admin(Method::POST, "seed", json!({ "users": [user] }))
        .await;
    let visitor = Visitor::new(&world);
    let page = visitor.log_in("bea@both.example", &[]).await;
    assert_eq!(heading(&page), "Choose an organization");
    assert_eq!(
        buttons(&page),
        [
            "organization org_1",
            "organization org_200000000000000003",
            "deny"
        ]
    );
    let other = visitor
        .press(&page, "organization org_200000000000000001", &[])
        .await;
    assert_eq!(problem(&other), "You are not a member of this organization.");
    let back = visitor
        .press(&page, "organization org_200000000000000003", &[])
        .await;
    assert_eq!(visitor.claims(&back).await["oid"], "org_200000000000000003");
    let user = world.call(Method::GET, "/api/v1/users/usr_2", None).await.json();
    assert_eq!(user["user"]["memberships"][1]["membership_status"], "ACTIVE");
    // With an `organization_id`, the page is skipped.
    let visitor = Visitor::new(&world);
    let rows = json!({ "connections": [{"id": "conn_1", "organization_id": "org_1", "type": "OIDC", "provider": "OKTA", "enabled": false}] });
    world.admin(Method::POST, "seed", rows).await;
    let back = visitor
        .log_in("bea@both.example", &[("organization_id", "org_1")])
        .await;
    assert_eq!(visitor.claims(&back).await["oid"], "org_1");
}

#[tokio::test]
async fn cancelling_redirects_to_the_application_with_an_error() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[("state", "s")]).await;
    let back = visitor.press(&page, "deny", &[]).await.redirected();
    assert_eq!(
        (back["error"].as_str(), back["state"].as_str()),
        ("access_denied", "s")
    );
    let page = visitor.ask(&[("connection_id", "conn_1")]).await;
    let back = visitor.press(&page, "refuse", &[]).await.redirected();
    assert_eq!(back["error"], "access_denied");
    assert!(back["error_description"].contains("identity provider"));
    let log = world
        .call(Method::GET, "/api/v1/logs/authentication/requests", None)
        .await
        .json();
    let statuses: Vec<&Value> = log["authRequests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["status"])
        .collect();
    assert_eq!(statuses, ["FAILED", "FAILED"]);
}

#[tokio::test]
async fn the_page_shows_errors_for_email_addresses() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[]).await;
    for email in ["", "ada", "@acme.com", "ada@", "a da@acme.com"] {
        let again = visitor.press(&page, "email", &[("email", email)]).await;
        assert!(problem(&again).starts_with("Enter an e-mail address"), "{email}");
        assert!(again.body.contains("<title>Error: "), "{email}");
    }
    let again = visitor
        .press(&page, "sso", &[("email", "ada@nowhere.example")])
        .await;
    assert_eq!(
        problem(&again),
        "No single sign-on is set up for nowhere.example."
    );
    let deactivated = json!([{"organization_id": "org_1", "membership_status": "INACTIVE"}]);
    let user = json!({"id": "usr_3", "email": "off@acme.com", "memberships": deactivated});
    world
        .admin(Method::POST, "seed", json!({ "users": [user] }))
        .await;
    let page = visitor.ask(&[("connection_id", "conn_1")]).await;
    let again = visitor
        .press(&page, "provider", &[("email", "off@acme.com")])
        .await;
    assert_eq!(problem(&again), "The user is deactivated in this organization.");
}
