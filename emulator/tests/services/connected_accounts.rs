use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, text};

pub(crate) const ACCOUNTS: &str = "/api/v1/connected_accounts";

/// Starts an environment with a Slack connection (OAuth), a CRM connection (API key) and a member
/// of an organization. Returns it with the ids of the organization and the member.
pub(crate) async fn with_connections() -> (Environment, String, String) {
    // Links grant access without a page.
    let builder = scalekit_emulator::Emulator::builder().auto_approve(true);
    let environment = Environment::start_with(builder).await;
    let acme = environment.organization("Acme").await;
    let ann = environment.member(&acme, "ann@acme.com", &[]).await;
    let connections = json!([
        {
            "id": "conn_1", "key_id": "slack", "provider_key": "SLACK", "type": "OAUTH", "enabled": true,
            "oauth_config": { "scopes": ["chat:write"] },
        },
        { "id": "conn_2", "key_id": "crm", "provider_key": "CRM", "type": "API_KEY", "enabled": true },
    ]);
    environment
        .post("/_emulator/seed", json!({ "connections": connections }))
        .await;
    (environment, acme, ann)
}

pub(crate) fn oauth(identifier: &str) -> Value {
    json!({ "connector": "slack", "identifier": identifier, "connected_account": {} })
}

async fn link(environment: &Environment, link_request: Value) -> String {
    text(
        &environment
            .post(&format!("{ACCOUNTS}/magic_link"), link_request)
            .await["link"],
    )
}

/// The message that clients of the service search for.
const INVALID: &str = "auth request not found or no longer valid";

fn gone(request: &str) -> Value {
    let kind = "authentication request";
    json!({
        "error_code": "RESOURCE_NOT_FOUND",
        "resource_info": { "resource_name": kind, "description": format!("{kind} {request}") },
    })
}

/// Returns an `api_config` with all its keys.
fn config(given: Value) -> Value {
    let mut config = json!({
        "version": null, "domain": null, "custom_headers": null, "custom_auth_header": null,
        "api_endpoint": null,
    });
    for (key, value) in given.as_object().expect("an object") {
        config[key] = value.clone();
    }
    config
}

/// Opens a link without following redirects. Returns the status and the `Location` header.
async fn follow(environment: &Environment, link: &str) -> (u16, String) {
    let response = environment.http.get(link).send().await.expect("a response");
    let location = response
        .headers()
        .get("location")
        .map(|url| url.to_str().expect("text").to_owned());
    (response.status().as_u16(), location.unwrap_or_default())
}

#[tokio::test]
async fn an_oauth_account_is_pending_until_its_user_authorizes_it() {
    let (environment, acme, ann) = with_connections().await;
    let mut new = oauth("T1");
    new["organization_id"] = json!(acme);
    new["user_id"] = json!(ann);
    let created = environment.post(ACCOUNTS, new.clone()).await["connected_account"].take();
    let expected = json!({
        "id": created["id"], "identifier": "T1", "provider": "SLACK", "status": "PENDING_AUTH",
        "authorization_type": "OAUTH", "updated_at": created["updated_at"], "connector": "slack", "connection_id": "conn_1",
        "is_org_wide_credential": false, "api_config": config(json!({})),
    });
    assert_eq!(created, expected);
    assert!(text(&created["id"]).starts_with("ca_"));
    let message = "the connector already has a connected account with this identifier";
    environment
        .call(Method::POST, ACCOUNTS, new)
        .await
        .is_conflict(
            "RESOURCE_ALREADY_EXISTS",
            message,
            "connected account",
            "T1",
        );

    let link_request = json!({ "connector": "slack", "identifier": "T1", "organization_id": acme, "user_id": ann });
    let first = link(&environment, link_request).await;
    assert_eq!(
        follow(&environment, &format!("{first}&decision=deny"))
            .await
            .0,
        200
    );
    let details = format!("{ACCOUNTS}/details?connector=slack&identifier=T1");
    assert_eq!(
        environment.get(&details).await["connected_account"]["status"],
        "PENDING_AUTH"
    );
    assert_eq!(follow(&environment, &first).await.0, 200);
    let shown = environment.get(&details).await["connected_account"].take();
    assert_eq!(
        (&shown["status"], shown.get("authorization_details")),
        (&json!("ACTIVE"), None)
    );
    let secret = environment
        .get(&format!("{ACCOUNTS}/auth?id={}", text(&created["id"])))
        .await;
    let token = &secret["connected_account"]["authorization_details"]["oauth_token"];
    assert_eq!(token["scopes"], json!(["chat:write"]));
    assert!(text(&token["access_token"]).starts_with("at_"));
    // A link works once. A forged link never works.
    assert_eq!(follow(&environment, &first).await.0, 400);
    let forged = environment.url("/connected_accounts/authorize?token=x");
    assert_eq!(follow(&environment, &forged).await.0, 400);
    let page = environment
        .http
        .get(forged)
        .send()
        .await
        .expect("a response");
    assert!(
        page.text()
            .await
            .expect("a page")
            .contains("invalid link token")
    );
}

#[tokio::test]
async fn the_application_verifies_the_user_who_authorized_the_account() {
    let (environment, ..) = with_connections().await;
    let id = environment.post(ACCOUNTS, oauth("ann")).await["connected_account"]["id"].take();
    let link_request =
        json!({ "id": id, "state": "s1", "user_verify_url": "https://app.test/verify?x=1" });
    let (status, location) = follow(&environment, &link(&environment, link_request).await).await;
    assert_eq!(status, 303);
    let callback = url::Url::parse(&location).expect("a URL");
    let pairs: Vec<(String, String)> = callback.query_pairs().into_owned().collect();
    assert_eq!(
        (
            callback.host_str(),
            pairs[0].0.as_str(),
            pairs[2].1.as_str()
        ),
        (Some("app.test"), "x", "s1")
    );
    let request = pairs[1].1.clone();
    let details = format!("{ACCOUNTS}/details?id={}", text(&id));
    assert_eq!(
        environment.get(&details).await["connected_account"]["status"],
        "PENDING_VERIFICATION"
    );

    let verify = format!("{ACCOUNTS}/user/verify");
    let unknown = json!({ "auth_request_id": "areq_1", "identifier": "ann" });
    environment
        .call(Method::POST, &verify, unknown)
        .await
        .is_error(404, 5, INVALID, gone("areq_1"));
    let other = json!({ "auth_request_id": request, "identifier": "bob" });
    let rejected = environment.call(Method::POST, &verify, other).await;
    assert_eq!((rejected.status, &rejected.body["code"]), (403, &json!(7)));
    assert_eq!(
        environment.get(&details).await["connected_account"]["status"],
        "PENDING_VERIFICATION"
    );
    let valid = json!({ "auth_request_id": request, "identifier": "ann" });
    let done = environment.post(&verify, valid.clone()).await;
    assert_eq!(
        follow(&environment, &text(&done["post_user_verify_redirect_url"]))
            .await
            .0,
        200
    );
    assert_eq!(
        environment.get(&details).await["connected_account"]["status"],
        "ACTIVE"
    );
    environment
        .call(Method::POST, &verify, valid)
        .await
        .is_error(404, 5, INVALID, gone(&request));
    let log = environment
        .get("/api/v1/logs/authentication/requests?connected_account_identifier=ann")
        .await;
    assert_eq!(log["authRequests"][0]["auth_request_id"], request);
}

#[tokio::test]
async fn tokens_are_refreshed_and_links_expire() {
    let (mut environment, ..) = with_connections().await;
    let id = text(&environment.post(ACCOUNTS, oauth("ann")).await["connected_account"]["id"]);
    let expired_link = link(&environment, json!({ "id": id })).await;
    environment.shift_clock(601).await;
    assert_eq!(follow(&environment, &expired_link).await.0, 400);
    let new_link = link(&environment, json!({ "id": id })).await;
    assert_eq!(follow(&environment, &new_link).await.0, 200);
    let auth = format!("{ACCOUNTS}/auth?id={id}");
    let token = |account: &Value| {
        account["connected_account"]["authorization_details"]["oauth_token"].clone()
    };
    let first = token(&environment.get(&auth).await);
    assert_eq!(token(&environment.get(&auth).await), first);
    environment.shift_clock(601 + 3600).await;
    let second = token(&environment.get(&auth).await);
    assert!(
        second["access_token"] != first["access_token"]
            && second["refresh_token"] == first["refresh_token"]
    );

    let credentials = json!({ "oauth_token": { "access_token": "a" } });
    let change = json!({ "id": id, "connected_account": { "authorization_details": credentials } });
    environment.put(ACCOUNTS, change).await;
    let seeded = json!({ "id": "ca_9", "identifier": "eve", "connector": "slack", "token_expires_at": "2020-01-01T00:00:00Z" });
    environment
        .post("/_emulator/seed", json!({ "accounts": [seeded] }))
        .await;
    let shown = environment
        .get(&format!("{ACCOUNTS}/details?id=ca_9"))
        .await;
    assert_eq!(shown["connected_account"]["status"], "EXPIRED");
}

#[tokio::test]
async fn a_static_account_is_active_at_once_and_updated_by_field() {
    let (environment, ..) = with_connections().await;
    let details = json!({ "static_auth": { "details": { "api_key": "k1" } } });
    let new = json!({
        "connector": "crm", "identifier": "ann",
        "connected_account": { "authorization_details": details, "api_config": { "region": "eu" } },
    });
    let created = environment.post(ACCOUNTS, new).await["connected_account"].take();
    assert_eq!(
        (
            &created["status"],
            &created["authorization_type"],
            &created["authorization_details"]
        ),
        (&json!("ACTIVE"), &json!("API_KEY"), &details)
    );
    let other = json!({ "static_auth": { "details": { "api_key": "k2" } } });
    let change = json!({ "connector": "crm", "identifier": "ann", "connected_account": { "authorization_details": other } });
    let changed = environment.put(ACCOUNTS, change).await["connected_account"].take();
    assert_eq!(
        (&changed["authorization_details"], &changed["api_config"]),
        (&other, &config(json!({ "region": "eu" })))
    );
    let change = json!({
        "id": created["id"], "connected_account": { "api_config": {} }, "scope_selection": { "scopes": ["a"] },
    });
    let changed = environment.put(ACCOUNTS, change).await["connected_account"].take();
    assert_eq!(
        (&changed["authorization_details"], &changed["api_config"]),
        (&other, &config(json!({})))
    );

    let delete = format!("{ACCOUNTS}:delete");
    let selector = json!({ "connector": "crm", "identifier": "ann" });
    assert_eq!(environment.post(&delete, selector.clone()).await, json!({}));
    let response = environment.call(Method::POST, &delete, selector).await;
    response.is_not_found("connected account", "ann");
}

#[tokio::test]
async fn an_account_with_empty_credentials_stays_pending() {
    let (environment, ..) = with_connections().await;
    for (index, (connector, empty)) in [
        ("slack", json!({ "oauth_token": { "access_token": "" } })),
        (
            "slack",
            json!({ "oauth_token": { "scopes": ["chat:write"] } }),
        ),
        ("slack", json!({})),
        ("crm", json!({ "static_auth": {} })),
        (
            "crm",
            json!({ "static_auth": { "details": { "token": "", "headers": {} } } }),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let identifier = format!("user-{index}");
        let new = json!({
            "connector": connector, "identifier": identifier,
            "connected_account": { "authorization_details": empty },
        });
        let created = environment.post(ACCOUNTS, new).await["connected_account"].take();
        assert_eq!(created["status"], "PENDING_AUTH", "{empty}");
        let change =
            json!({ "id": created["id"], "connected_account": { "authorization_details": empty } });
        let changed = environment.put(ACCOUNTS, change).await["connected_account"].take();
        assert_eq!(changed["status"], "PENDING_AUTH", "{empty}");
        assert_eq!(
            changed["authorization_details"], created["authorization_details"],
            "{empty}"
        );
        let link = link(&environment, json!({ "id": created["id"] })).await;
        assert_eq!(follow(&environment, &link).await.0, 200);
        let details = format!("{ACCOUNTS}/details?id={}", text(&created["id"]));
        assert_eq!(
            environment.get(&details).await["connected_account"]["status"],
            "ACTIVE"
        );
    }
}

#[tokio::test]
async fn an_update_with_empty_credentials_returns_empty_credentials() {
    let (environment, ..) = with_connections().await;
    let details = json!({ "static_auth": { "details": { "api_key": "k1" } } });
    let new = json!({
        "connector": "crm", "identifier": "ann",
        "connected_account": { "authorization_details": details },
    });
    let created = environment.post(ACCOUNTS, new).await["connected_account"].take();
    let change =
        json!({ "id": created["id"], "connected_account": { "authorization_details": {} } });
    let changed = environment.put(ACCOUNTS, change).await["connected_account"].take();
    assert_eq!(
        (&changed["authorization_details"], &changed["status"]),
        (&json!({}), &json!("ACTIVE"))
    );
    let auth = format!("{ACCOUNTS}/auth?id={}", text(&created["id"]));
    assert_eq!(
        environment.get(&auth).await["connected_account"]["authorization_details"],
        json!({})
    );
}

#[tokio::test]
async fn links_are_deleted_a_day_after_they_expire() {
    let (mut environment, ..) = with_connections().await;
    environment.post(ACCOUNTS, oauth("T1")).await;
    let link_request = json!({ "connector": "slack", "identifier": "T1" });
    link(&environment, link_request.clone()).await;
    let stored_links = async |environment: &Environment| {
        let export = environment.get("/_emulator/export").await;
        export["magic_links"].as_array().map_or(0, Vec::len)
    };
    environment.shift_clock(24 * 3600).await;
    link(&environment, link_request.clone()).await;
    assert_eq!(stored_links(&environment).await, 2);
    environment.shift_clock(24 * 3600 + 600).await;
    link(&environment, link_request).await;
    assert_eq!(stored_links(&environment).await, 2);
}
