use reqwest::Method;
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

use crate::environment::{Environment, column, text};

/// Seeds a session and returns its id.
async fn session(environment: &Environment, user: &str, organization: &str) -> String {
    let row = json!({ "user_id": user, "organization_id": organization, "status": "active" });
    let ids = environment
        .post("/_emulator/seed", json!({ "sessions": [row] }))
        .await;
    text(&ids["sessions"][0])
}

#[tokio::test]
async fn deleting_an_organization_deletes_its_rows() {
    let environment = Environment::start().await;
    let (acme, globex) = (
        environment.organization("Acme").await,
        environment.organization("Globex").await,
    );
    let user = environment.member(&acme, "ann@acme.com", &[]).await;
    environment
        .post(
            &format!("/api/v1/memberships/organizations/{globex}/users/{user}"),
            json!({}),
        )
        .await;
    let path = format!("/api/v1/organizations/{acme}");
    let domain = environment
        .post(&format!("{path}/domains"), json!({ "domain": "acme.com" }))
        .await;
    let connection = environment
        .post(&format!("{path}/connections"), json!({ "type": "OIDC" }))
        .await;
    environment
        .post(
            &format!("{path}/roles"),
            json!({ "name": "clerk", "display_name": "Clerk" }),
        )
        .await;
    let (acme_session, globex_session) = (
        session(&environment, &user, &acme).await,
        session(&environment, &user, &globex).await,
    );

    environment.delete(&path).await;
    for collection in ["domains", "connections", "roles", "users"] {
        let id = match collection {
            "domains" => text(&domain["domain"]["id"]),
            "connections" => text(&connection["connection"]["id"]),
            _ => String::new(),
        };
        let path = format!("{path}/{collection}/{id}");
        environment
            .get_fails(path.trim_end_matches('/'))
            .await
            .is_not_found("organization", &acme);
    }
    let id = text(&connection["connection"]["id"]);
    environment
        .get_fails(&format!("/api/v1/connections/{id}"))
        .await
        .is_not_found("connection", &id);
    assert_eq!(
        environment.get("/api/v1/connections?include=all").await,
        json!({ "connections": [] })
    );
    let user = environment.get(&format!("/api/v1/users/{user}")).await["user"].take();
    assert_eq!(
        column(&user["memberships"], "organization_id"),
        [globex.as_str()]
    );
    assert_eq!(
        environment
            .get(&format!("/api/v1/sessions/{acme_session}"))
            .await["status"],
        "revoked"
    );
    assert_eq!(
        environment
            .get(&format!("/api/v1/sessions/{globex_session}"))
            .await["status"],
        "active"
    );
}

#[tokio::test]
async fn deleting_a_user_revokes_the_sessions() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let user = environment.member(&acme, "ann@acme.com", &["member"]).await;
    let session = session(&environment, &user, &acme).await;
    environment.delete(&format!("/api/v1/users/{user}")).await;
    assert_eq!(
        environment
            .get(&format!("/api/v1/sessions/{session}"))
            .await["status"],
        "revoked"
    );
    assert_eq!(
        environment.get("/api/v1/roles/member/users:count").await,
        json!({ "count": "0" })
    );
}

#[tokio::test]
async fn changes_are_sent_to_webhooks() {
    // No server listens on this port. The test reads the list of deliveries.
    let builder = Emulator::builder().webhook("http://127.0.0.1:9/events");
    let environment = Environment::start_with(builder).await;
    let acme = environment.organization("Acme").await;
    environment
        .post("/api/v1/permissions", json!({ "name": "read" }))
        .await;
    environment
        .post(
            "/api/v1/roles",
            json!({ "name": "reader", "display_name": "Reader" }),
        )
        .await;
    environment
        .post(
            "/api/v1/roles/reader/permissions",
            json!({ "permission_names": ["read"] }),
        )
        .await;
    let connections = format!("/api/v1/organizations/{acme}/connections");
    let connection = environment
        .post(&connections, json!({ "type": "SAML" }))
        .await;
    let connection = format!("{connections}/{}", text(&connection["connection"]["id"]));
    for _ in 0..2 {
        environment
            .patch(&format!("{connection}:enable"), Value::Null)
            .await;
    }
    environment.delete(&connection).await;
    let user = environment
        .post(
            &format!("/api/v1/organizations/{acme}/users"),
            json!({ "email": "a@b.cd" }),
        )
        .await;
    let user = text(&user["user"]["id"]);
    environment
        .patch(
            &format!("/api/v1/users/{user}"),
            json!({ "metadata": { "plan": "pro" } }),
        )
        .await;
    environment
        .post(
            &format!("/api/v1/organizations/{acme}/users/{user}/roles"),
            json!([{ "role_name": "reader" }]),
        )
        .await;
    session(&environment, &user, &acme).await;
    environment
        .delete(&format!(
            "/api/v1/memberships/organizations/{acme}/users/{user}"
        ))
        .await;
    environment.delete(&format!("/api/v1/users/{user}")).await;
    // A rejected request sends no event.
    environment
        .call(
            Method::POST,
            "/api/v1/permissions",
            json!({ "name": "read" }),
        )
        .await;
    let expected = [
        "organization.created",
        "permission.created",
        "role.created",
        "role.updated",
        "organization.sso_created",
        "organization.sso_enabled",
        "organization.sso_deleted",
        "user.created",
        "user.organization_invitation",
        "user.organization_membership_created",
        "user.updated",
        "user.organization_membership_updated",
        "session.revoked",
        "user.organization_membership_deleted",
        "user.deleted",
    ];
    assert_eq!(environment.events().await, expected);
}
