//! Events and the audit log.

use serde_json::{Value, json};

use crate::environment::{Environment, column, set_fields, text};

async fn events(environment: &Environment, filter: Value) -> Vec<String> {
    let path = "/api/v1/events/paginated?page_size=100";
    column(&environment.post(path, filter).await["events"], "type")
}

#[tokio::test]
async fn events_are_recorded_and_filtered() {
    let mut environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let globex = environment.organization("Globex").await;
    let new = json!({ "directory_type": "SCIM" });
    let directory = environment
        .post(&format!("/api/v1/organizations/{acme}/directories"), new)
        .await;
    let directory = format!(
        "/_emulator/directories/{}",
        text(&directory["directory"]["id"])
    );
    let user = environment
        .put(
            &format!("{directory}/users"),
            json!({ "email": "a@acme.com" }),
        )
        .await;
    environment
        .put(&format!("{directory}/users"), user.clone())
        .await;
    let group = environment
        .put(
            &format!("{directory}/groups"),
            json!({ "display_name": "Staff" }),
        )
        .await;
    environment
        .call(
            reqwest::Method::DELETE,
            &format!("{directory}/groups/{}", text(&group["id"])),
            Value::Null,
        )
        .await;
    environment
        .call(
            reqwest::Method::DELETE,
            &format!("{directory}/users/{}", text(&user["id"])),
            Value::Null,
        )
        .await;
    let provisioned = [
        "organization.directory.user_created",
        "organization.directory.user_updated",
        "organization.directory.group_created",
        "organization.directory.group_deleted",
        "organization.directory.user_deleted",
    ];
    assert_eq!(
        events(&environment, json!({ "source": "DIR_SYNC" })).await,
        provisioned
    );
    let all = events(&environment, json!({ "organization_id": acme })).await;
    let created = [
        "organization.created",
        "organization.directory_created",
        "organization.directory_enabled",
    ];
    assert_eq!(all[..3], created);
    assert_eq!(all[3..], provisioned);

    environment.shift_clock(60).await;
    let connections = format!("/api/v1/organizations/{globex}/connections");
    let created = environment
        .post(&connections, json!({ "type": "OIDC" }))
        .await["connection"]
        .take();
    let of_connection = events(&environment, json!({ "connection_id": created["id"] })).await;
    assert_eq!(of_connection, ["organization.sso_created"]);
    let later = events(
        &environment,
        json!({ "start_time": created["create_time"] }),
    )
    .await;
    assert_eq!(later, ["organization.sso_created"]);
    let types =
        json!({ "event_types": ["organization.created"], "end_time": created["create_time"] });
    assert_eq!(events(&environment, types).await.len(), 2);
    for nothing in [
        json!({ "interceptor_id": "x" }),
        json!({ "auth_request_id": "x" }),
        json!({ "connected_account_id": "x" }),
    ] {
        assert!(events(&environment, nothing).await.is_empty());
    }
}

#[tokio::test]
async fn events_are_listed_in_pages_with_their_data() {
    let environment = Environment::start().await;
    for name in ["A", "B", "C"] {
        environment.organization(name).await;
    }
    let first = environment
        .post("/api/v1/events/paginated?page_size=2", json!({}))
        .await;
    let event = &first["events"][0];
    assert_eq!(
        (&event["object"], &event["data"]["display_name"]),
        (&json!("Organization"), &json!("A"))
    );
    assert_eq!(event["display_name"], "Organization created");
    let token = text(&first["next_page_token"]);
    let second = environment
        .post(
            &format!("/api/v1/events/paginated?page_size=2&page_token={token}"),
            json!({}),
        )
        .await;
    assert_eq!(second["events"][0]["data"]["display_name"], "C");
    assert_eq!(second["next_page_token"], "");
    let previous = text(&second["prev_page_token"]);
    let again = environment
        .post(
            &format!("/api/v1/events/paginated?page_size=2&page_token={previous}"),
            json!({}),
        )
        .await;
    assert_eq!(again["events"], first["events"]);
}

#[tokio::test]
async fn the_audit_log_contains_every_login() {
    let environment =
        Environment::start_with(scalekit_emulator::Emulator::builder().auto_approve(true)).await;
    let acme = environment.organization("Acme").await;
    let connection = environment
        .post(
            &format!("/api/v1/organizations/{acme}/connections"),
            json!({ "type": "OIDC", "provider": "OKTA" }),
        )
        .await;
    let connection = text(&connection["connection"]["id"]);
    let enable = format!("/api/v1/organizations/{acme}/connections/{connection}:enable");
    environment.patch(&enable, serde_json::Value::Null).await;
    let client = environment.emulator.client_id().to_owned();
    let authorize = |extra: String| {
        format!(
            "/oauth/authorize?response_type=code&client_id={client}&redirect_uri=http://localhost/cb&{extra}"
        )
    };
    for extra in [
        format!("login_hint=ann@acme.com&connection_id={connection}"),
        format!("login_hint=bob@acme.com&organization_id={acme}"),
        "login_hint=eve@acme.com&organization_id=org_1".to_owned(),
    ] {
        let url = environment.url(&authorize(extra));
        let response = environment.http.get(url).send().await.expect("a response");
        assert_eq!(response.status().as_u16(), 303);
    }
    let path = "/api/v1/logs/authentication/requests";
    let all = environment.get(path).await;
    let logged = all["authRequests"].clone();
    assert_eq!(
        column(&logged, "email"),
        ["ann@acme.com", "bob@acme.com", "eve@acme.com"]
    );
    assert_eq!(column(&logged, "status"), ["SUCCESS", "SUCCESS", "FAILED"]);
    let first = &logged[0];
    let expected = json!({
        "auth_request_id": first["auth_request_id"], "timestamp": first["timestamp"],
        "organization_id": acme, "environment_id": "env_100000000000000001", "connection_id": connection,
        "email": "ann@acme.com", "connection_type": "OIDC", "connection_provider": "OKTA", "status": "SUCCESS",
        "connection_details": [{
            "connection_id": connection, "organization_id": acme, "connection_type": "OIDC",
            "connection_provider": "OKTA",
        }],
        "workflow": "sso", "client_id": client, "client_name": "Emulator", "client_type": "ENVIRONMENT",
    });
    assert_eq!(set_fields(first), expected);
    assert!(text(&first["auth_request_id"]).starts_with("areq_"));
    for (query, found) in [
        ("email=BOB@acme.com", 1),
        ("status=SUCCESS", 2),
        ("status=FAILED&status=success", 3),
        (&format!("client_id={client}"), 3),
        ("client_id=skc_1", 0),
        ("resource_id=res_1", 0),
        ("connected_account_identifier=x", 0),
        ("start_time=2000-01-01T00:00:00Z", 3),
        ("end_time=2000-01-01T00:00:00Z", 0),
    ] {
        let list = environment.get(&format!("{path}?{query}")).await;
        assert_eq!(
            column(&list["authRequests"], "email").len(),
            found,
            "{query}"
        );
    }
    let page = environment.get(&format!("{path}?page_size=2")).await;
    assert_eq!(
        (
            &page["total_size"],
            column(&page["authRequests"], "email").len()
        ),
        (&json!(3), 2)
    );
}

#[tokio::test]
async fn the_status_of_a_login_is_in_upper_case() {
    let environment = Environment::start().await;
    let seeded = json!([{ "email": "a@x.test" }, { "email": "b@x.test", "status": "pending" }]);
    environment
        .post("/_emulator/seed", json!({ "auth_requests": seeded }))
        .await;
    let log = environment
        .get("/api/v1/logs/authentication/requests")
        .await;
    assert_eq!(
        column(&log["authRequests"], "status"),
        ["INITIATED", "PENDING"]
    );
}
