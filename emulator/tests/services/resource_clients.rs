//! Protected resources, their clients and their consents.

use reqwest::Method;
use serde_json::{Value, json};

use crate::clients::{claims, token};
use crate::environment::{Environment, column, text};

/// Starts an environment with two resources. The API cannot create resources, so they are seeded.
async fn with_resource() -> Environment {
    let environment = Environment::start().await;
    let resource = json!({
        "id": "res_1", "name": "Notes", "resource_uri": "https://mcp.acme.com", "resource_type": "MCP_SERVER",
        "access_token_expiry": 300, "scopes": [{ "id": "scp_1", "name": "notes:read", "enabled": true }],
    });
    let other = json!({ "id": "res_2", "name": "Site", "resource_type": "WEB" });
    environment
        .post("/_emulator/seed", json!({ "resources": [resource, other] }))
        .await;
    environment
}

#[tokio::test]
async fn resources_are_read() {
    let environment = with_resource().await;
    let resource = environment.get("/api/v1/resources/res_1").await["resource"].take();
    assert_eq!(
        (
            &resource["resource_uri"],
            &resource["scopes"][0]["name"],
            &resource["access_token_expiry"]
        ),
        (
            &json!("https://mcp.acme.com"),
            &json!("notes:read"),
            &json!("300")
        )
    );
    let list = environment
        .get("/api/v1/resources?resource_type=MCP_SERVER")
        .await;
    assert_eq!(
        (column(&list["resources"], "id"), &list["total_size"]),
        (vec!["res_1".to_owned()], &json!(1))
    );
    environment
        .get_fails("/api/v1/resources/res_9")
        .await
        .is_not_found("resource", "res_9");
    environment
        .get_fails("/api/v1/resources")
        .await
        .violates("resource_type", "required");
}

#[tokio::test]
async fn a_resource_client_has_the_audience_of_its_resource_and_at_most_5_secrets() {
    let environment = with_resource().await;
    let clients = "/api/v1/resources/res_1/clients";
    let new = json!({ "name": "Agent", "scopes": ["notes:read"], "redirect_uris": ["http://localhost/cb"] });
    let created = environment.post(clients, new).await;
    let id = text(&created["client"]["client_id"]);
    assert!(id.starts_with("m2m_") && created["client"]["resource_id"] == "res_1");
    let secret = text(&created["plain_secret"]);
    let response = token(&environment, &id, &secret, "notes:read").await.ok();
    assert_eq!(
        claims(&response["access_token"])["aud"],
        json!(["https://mcp.acme.com"])
    );

    let secrets = format!("/api/v1/clients/{id}/secrets");
    for _ in 0..4 {
        environment.post(&secrets, Value::Null).await;
    }
    let message = "a resource client can have at most 5 secrets";
    environment
        .call(Method::POST, &secrets, Value::Null)
        .await
        .is_precondition("CLIENT_SECRET_LIMIT_REACHED", message, "client", &id);

    let path = format!("{clients}/{id}");
    let changed = environment
        .patch(&path, json!({ "description": "Reads", "expiry": 60 }))
        .await["client"]
        .take();
    assert_eq!(
        (
            &changed["name"],
            &changed["description"],
            &changed["expiry"]
        ),
        (&json!("Agent"), &json!("Reads"), &json!("60"))
    );
    let cleared = environment
        .patch(
            &format!("{path}?update_mask=redirect_uris,expiry"),
            json!({}),
        )
        .await;
    assert_eq!(
        (
            &cleared["client"]["redirect_uris"],
            &cleared["client"]["expiry"]
        ),
        (&json!([]), &json!("3600"))
    );
    let seeded =
        json!({ "client_id": "m2m_9", "resource_id": "res_1", "name": "Self", "is_dcr": true });
    environment
        .post("/_emulator/seed", json!({ "machines": [seeded] }))
        .await;
    let list = environment.get(clients).await;
    assert_eq!(column(&list["clients"], "name"), ["Agent", "Self"]);
    assert_eq!(
        (&list["total_dcr_clients"], &list["total_static_clients"]),
        (&json!(1), &json!(1))
    );

    let other_path = format!("/api/v1/resources/res_2/clients/{id}");
    environment
        .get_fails(&other_path)
        .await
        .is_not_found("client", &id);
    environment.delete(&path).await;
    environment
        .get_fails(&path)
        .await
        .is_not_found("client", &id);
    let response = environment
        .call(
            Method::POST,
            "/api/v1/resources/res_9/clients",
            json!({ "name": "X" }),
        )
        .await;
    response.is_not_found("resource", "res_9");
}

#[tokio::test]
async fn consents_are_listed_and_revoked() {
    let environment = with_resource().await;
    let consent = |n: u32, user: &str, client: &str| {
        json!({
            "id": format!("usrcnst_{n}"), "resource_id": "res_1", "external_user_id": user, "client_id": client,
            "client_name": "Agent", "scopes": ["notes:read"],
        })
    };
    let rows = json!({
        "machines": [{ "client_id": "m2m_1", "resource_id": "res_1", "name": "Agent" }],
        "consents": [consent(1, "ann", "m2m_1"), consent(2, "bob", "m2m_1"), consent(3, "ann", "m2m_2")],
    });
    environment.post("/_emulator/seed", rows).await;
    let consents = "/api/v1/user_consents?resource_id=res_1";
    for (extra, found) in [
        ("", vec!["usrcnst_1", "usrcnst_2", "usrcnst_3"]),
        (
            "&filter.external_user_id=ann",
            vec!["usrcnst_1", "usrcnst_3"],
        ),
        ("&search=BOB", vec!["usrcnst_2"]),
        ("&page_size=1", vec!["usrcnst_1"]),
    ] {
        let list = environment.get(&format!("{consents}{extra}")).await;
        assert_eq!(column(&list["consents"], "id"), found, "{extra}");
    }
    let client = environment
        .get("/api/v1/resources/res_1/clients/m2m_1")
        .await;
    let users = json!([
        { "consent_id": "usrcnst_1", "external_user_id": "ann", "scopes": ["notes:read"] },
        { "consent_id": "usrcnst_2", "external_user_id": "bob", "scopes": ["notes:read"] },
    ]);
    assert_eq!(client["consented_users"], users);
    environment
        .delete_fails("/api/v1/clients/m2m_1/consents/usrcnst_3")
        .await
        .is_not_found("consent", "usrcnst_3");
    environment
        .delete_fails("/api/v1/clients/m2m_9/consents/usrcnst_1")
        .await
        .is_not_found("client", "m2m_9");
    environment
        .delete("/api/v1/clients/m2m_1/consents/usrcnst_1")
        .await;
    environment
        .delete("/api/v1/resources/res_1/clients/m2m_1")
        .await;
    let list = environment.get(consents).await;
    assert_eq!(column(&list["consents"], "id"), ["usrcnst_3"]);
    environment
        .get_fails("/api/v1/user_consents?resource_id=res_9")
        .await
        .is_not_found("resource", "res_9");
}
