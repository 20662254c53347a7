//! `AuthService`: an application with its own login page reports the user.

use reqwest::Method;
use serde_json::json;

use crate::environment::{Environment, text};

#[tokio::test]
async fn an_application_reports_the_user_of_a_login() {
    let environment = Environment::start().await;
    let organization = json!({ "display_name": "Acme", "external_id": "crm/1" });
    let acme = environment
        .post("/api/v1/organizations", organization)
        .await["organization"]["id"]
        .take();
    let connections =
        json!([{ "id": "conn_1", "type": "OIDC" }, { "id": "conn_2", "type": "OIDC" }]);
    environment
        .post("/_emulator/seed", json!({ "connections": connections }))
        .await;
    let started = environment
        .post(
            "/_emulator/login-requests",
            json!({ "connection_id": "conn_1" }),
        )
        .await;
    let login = text(&started["login_request_id"]);
    let path = format!("/api/v1/connections/conn_1/auth-requests/{login}/user");
    let log = "/api/v1/logs/authentication/requests?status=";
    assert_eq!(
        environment.get(&format!("{log}initiated")).await["total_size"],
        1
    );

    let user = json!({
        "sub": "u1", "email": "ann@acme.com", "organization_external_id": "crm/1", "groups": ["staff"],
        "custom_attributes": { "floor": 3 },
    });
    let response = environment.post(&path, user.clone()).await;
    assert_eq!(
        response,
        json!({ "auth_request_id": started["auth_request_id"] })
    );
    let entry = environment.get(&format!("{log}success")).await["authRequests"][0].take();
    assert_eq!(
        (
            &entry["email"],
            &entry["organization_id"],
            &entry["auth_request_id"]
        ),
        (&json!("ann@acme.com"), &acme, &started["auth_request_id"])
    );
    let login_request = environment
        .get(&format!("/_emulator/login-requests/{login}"))
        .await;
    assert_eq!(
        login_request["user"],
        json!({
            "sub": "u1", "email": "ann@acme.com", "organization_external_id": "crm/1", "groups": ["staff"],
            "custom_attributes": { "floor": 3.0 },
        })
    );
    environment
        .post(
            &path,
            json!({ "email": "ann@acme.com", "login_failed": true }),
        )
        .await;
    assert_eq!(
        environment.get(&format!("{log}FAILED")).await["total_size"],
        1
    );

    let unknown_path = "/api/v1/connections/conn_9/auth-requests/x/user";
    environment
        .call(Method::POST, unknown_path, user.clone())
        .await
        .is_not_found("connection", "conn_9");
    let other_path = format!("/api/v1/connections/conn_2/auth-requests/{login}/user");
    environment
        .call(Method::POST, &other_path, user)
        .await
        .is_not_found("login request", &login);
}
