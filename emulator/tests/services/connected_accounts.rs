use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column, text};

const ACCOUNTS: &str = "/api/v1/connected_accounts";

/// Connections to Slack by OAuth and to a service with an API key, a member of an organization, and the ids of these.
pub(crate) async fn with_connections() -> (Environment, String, String) {
    let environment = Environment::start().await;
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

fn oauth(identifier: &str) -> Value {
    json!({ "connector": "slack", "identifier": identifier, "connected_account": {} })
}

async fn link(environment: &Environment, named: Value) -> String {
    text(&environment.post(&format!("{ACCOUNTS}/magic_link"), named).await["link"])
}

/// Opens a link as the browser of the user does: the status, and where it leads.
async fn follow(environment: &Environment, link: &str) -> (u16, String) {
    let answer = environment.http.get(link).send().await.expect("an answer");
    let location = answer
        .headers()
        .get("location")
        .map(|url| url.to_str().expect("text").to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

#[tokio::test]
async fn an_oauth_account_waits_for_its_user() {
    let (environment, acme, ann) = with_connections().await;
    let mut new = oauth("T1");
    new["organization_id"] = json!(acme);
    new["user_id"] = json!(ann);
    let made = environment.post(ACCOUNTS, new.clone()).await["connected_account"].take();
    let expected = json!({
        "id": made["id"], "identifier": "T1", "provider": "SLACK", "status": "PENDING_AUTH",
        "authorization_type": "OAUTH", "updated_at": made["updated_at"], "connector": "slack", "connection_id": "conn_1",
    });
    assert_eq!(made, expected);
    assert!(text(&made["id"]).starts_with("ca_"));
    let message = "the connector has a connected account with this identifier already";
    environment.call(Method::POST, ACCOUNTS, new).await.exists(
        "RESOURCE_ALREADY_EXISTS",
        message,
        "connected account",
        "T1",
    );

    let named = json!({ "connector": "slack", "identifier": "T1", "organization_id": acme, "user_id": ann });
    let first = link(&environment, named).await;
    assert_eq!(
        follow(&environment, &format!("{first}&decision=deny")).await.0,
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
        .get(&format!("{ACCOUNTS}/auth?id={}", text(&made["id"])))
        .await;
    let token = &secret["connected_account"]["authorization_details"]["oauth_token"];
    assert_eq!(token["scopes"], json!(["chat:write"]));
    assert!(text(&token["access_token"]).starts_with("at_"));
    // It works once, and one that nobody gave out never.
    assert_eq!(follow(&environment, &first).await.0, 400);
    let forged = environment.url("/connected_accounts/authorize?token=x");
    assert_eq!(follow(&environment, &forged).await.0, 400);
}

#[tokio::test]
async fn the_application_confirms_who_authorized_the_account() {
    let (environment, ..) = with_connections().await;
    let id = environment.post(ACCOUNTS, oauth("ann")).await["connected_account"]["id"].take();
    let named = json!({ "id": id, "state": "s1", "user_verify_url": "https://app.test/verify?x=1" });
    let (status, location) = follow(&environment, &link(&environment, named).await).await;
    assert_eq!(status, 303);
    let back = url::Url::parse(&location).expect("a URL");
    let pairs: Vec<(String, String)> = back.query_pairs().into_owned().collect();
    assert_eq!(
        (back.host_str(), pairs[0].0.as_str(), pairs[2].1.as_str()),
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
        .is_not_found("authentication request", "areq_1");
    let other = json!({ "auth_request_id": request, "identifier": "bob" });
    let refused = environment.call(Method::POST, &verify, other).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!(7)));
    assert_eq!(
        environment.get(&details).await["connected_account"]["status"],
        "PENDING_VERIFICATION"
    );
    let right = json!({ "auth_request_id": request, "identifier": "ann" });
    let done = environment.post(&verify, right.clone()).await;
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
    assert_eq!(environment.call(Method::POST, &verify, right).await.status, 400);
    let log = environment
        .get("/api/v1/logs/authentication/requests?connected_account_identifier=ann")
        .await;
    assert_eq!(log["authRequests"][0]["auth_request_id"], request);
}

#[tokio::test]
async fn tokens_are_renewed_and_links_expire() {
    let (mut environment, ..) = with_connections().await;
    let id = text(&environment.post(ACCOUNTS, oauth("ann")).await["connected_account"]["id"]);
    let late = link(&environment, json!({ "id": id })).await;
    environment.shift_clock(601).await;
    assert_eq!(follow(&environment, &late).await.0, 400);
    let good = link(&environment, json!({ "id": id })).await;
    assert_eq!(follow(&environment, &good).await.0, 200);
    let auth = format!("{ACCOUNTS}/auth?id={id}");
    let token =
        |account: &Value| account["connected_account"]["authorization_details"]["oauth_token"].clone();
    let first = token(&environment.get(&auth).await);
    assert_eq!(token(&environment.get(&auth).await), first);
    environment.shift_clock(601 + 3600).await;
    let second = token(&environment.get(&auth).await);
    assert!(
        second["access_token"] != first["access_token"] && second["refresh_token"] == first["refresh_token"]
    );

    let once = json!({ "oauth_token": { "access_token": "a" } });
    let change = json!({ "id": id, "connected_account": { "authorization_details": once } });
    environment.put(ACCOUNTS, change).await;
    let seeded = json!({ "id": "ca_9", "identifier": "eve", "connector": "slack", "token_expires_at": "2020-01-01T00:00:00Z" });
    environment
        .post("/_emulator/seed", json!({ "accounts": [seeded] }))
        .await;
    let shown = environment.get(&format!("{ACCOUNTS}/details?id=ca_9")).await;
    assert_eq!(shown["connected_account"]["status"], "EXPIRED");
}

#[tokio::test]
async fn a_static_account_is_active_at_once_and_changed_in_parts() {
    let (environment, ..) = with_connections().await;
    let details = json!({ "static_auth": { "details": { "api_key": "k1" } } });
    let new = json!({
        "connector": "crm", "identifier": "ann",
        "connected_account": { "authorization_details": details, "api_config": { "region": "eu" } },
    });
    let made = environment.post(ACCOUNTS, new).await["connected_account"].take();
    assert_eq!(
        (
            &made["status"],
            &made["authorization_type"],
            &made["authorization_details"]
        ),
        (&json!("ACTIVE"), &json!("API_KEY"), &details)
    );
    let other = json!({ "static_auth": { "details": { "api_key": "k2" } } });
    let change = json!({ "connector": "crm", "identifier": "ann", "connected_account": { "authorization_details": other } });
    let changed = environment.put(ACCOUNTS, change).await["connected_account"].take();
    assert_eq!(
        (&changed["authorization_details"], &changed["api_config"]),
        (&other, &json!({ "region": "eu" }))
    );
    let change = json!({
        "id": made["id"], "connected_account": { "api_config": {} }, "scope_selection": { "scopes": ["a"] },
    });
    let changed = environment.put(ACCOUNTS, change).await["connected_account"].take();
    assert_eq!(
        (&changed["authorization_details"], &changed["api_config"]),
        (&other, &json!({}))
    );

    let delete = format!("{ACCOUNTS}:delete");
    let named = json!({ "connector": "crm", "identifier": "ann" });
    assert_eq!(environment.post(&delete, named.clone()).await, json!({}));
    let answer = environment.call(Method::POST, &delete, named).await;
    answer.is_not_found("connected account", "ann");
}

#[tokio::test]
async fn accounts_are_listed_searched_and_go_with_their_owners() {
    let (environment, acme, ann) = with_connections().await;
    for (connector, identifier, organization, user) in [
        ("slack", "ann", acme.as_str(), ann.as_str()),
        ("crm", "ann", acme.as_str(), ""),
        ("slack", "bob", "", ""),
    ] {
        let account = json!({
            "connector": connector, "identifier": identifier, "organization_id": organization, "user_id": user,
            "connected_account": { "authorization_details": { "static_auth": { "details": { "secret": "s3cret" } } } },
        });
        environment.post(ACCOUNTS, account).await;
    }
    for (query, found) in [
        ("", 3),
        ("identifier=ann", 2),
        ("connector=slack", 2),
        ("connector=slack&identifier=ann", 1),
        (&format!("organization_id={acme}"), 2),
        (&format!("user_id={ann}"), 1),
        ("provider=slack", 2),
        ("query=CRM", 1),
        ("connection_names=crm&connection_names=slack", 3),
        ("is_org_wide_credential=true", 1),
        ("is_org_wide_credential=false", 2),
    ] {
        let list = environment.get(&format!("{ACCOUNTS}?{query}")).await;
        assert_eq!(list["total_size"], found, "{query}");
        assert!(!list.to_string().contains("s3cret"));
    }
    let page = environment.get(&format!("{ACCOUNTS}?page_size=2")).await;
    let next = environment
        .get(&format!(
            "{ACCOUNTS}?page_token={}",
            text(&page["next_page_token"])
        ))
        .await;
    assert_eq!(column(&next["connected_accounts"], "identifier"), ["bob"]);
    let found = environment
        .get(&format!("{ACCOUNTS}:search?query=ANN&connection_id=conn_1"))
        .await;
    assert_eq!(
        (
            column(&found["connected_accounts"], "connector"),
            &found["total_size"]
        ),
        (vec!["slack".to_owned()], &json!(1))
    );
    environment
        .get_fails(&format!("{ACCOUNTS}:search?query=an"))
        .await
        .violates("query", "string.min_len");

    environment.delete(&format!("/api/v1/users/{ann}")).await;
    assert_eq!(environment.get(ACCOUNTS).await["total_size"], 2);
    environment.delete(&format!("/api/v1/organizations/{acme}")).await;
    let left = environment.get(ACCOUNTS).await;
    assert_eq!(column(&left["connected_accounts"], "identifier"), ["bob"]);
}

#[tokio::test]
async fn accounts_that_are_named_too_little_or_do_not_exist_are_refused() {
    let (environment, acme, _) = with_connections().await;
    let post = async |body: Value| environment.call(Method::POST, ACCOUNTS, body).await;
    let mut new = oauth("ann");
    new["connector"] = "jira".into();
    post(new).await.is_not_found("connection", "jira");
    let mut new = oauth("ann");
    new["organization_id"] = "org_1".into();
    post(new).await.is_not_found("organization", "org_1");
    let mut new = oauth("ann");
    new["user_id"] = "usr_1".into();
    post(new).await.is_not_found("user", "usr_1");
    let message = "the request names no connector or no identifier";
    post(json!({ "connected_account": {} })).await.is_error(
        400,
        3,
        message,
        json!({ "error_code": "INVALID_ARGUMENT" }),
    );
    post(json!({ "connector": "slack", "identifier": "ann" }))
        .await
        .violates("connected_account", "required");
    let details = format!("{ACCOUNTS}/details");
    let message = "the request names neither an id nor a connector and an identifier";
    let answer = environment.get_fails(&details).await;
    answer.is_error(400, 3, message, json!({ "error_code": "INVALID_ARGUMENT" }));
    environment.post(ACCOUNTS, oauth("ann")).await;
    // It belongs to no organization.
    let foreign = format!("{details}?connector=slack&identifier=ann&organization_id={acme}");
    environment
        .get_fails(&foreign)
        .await
        .is_not_found("connected account", "ann");
    for place in ["details", "auth"] {
        let answer = environment
            .get_fails(&format!("{ACCOUNTS}/{place}?id=ca_1"))
            .await;
        answer.is_not_found("connected account", "ca_1");
    }
    let answer = environment
        .call(
            Method::POST,
            &format!("{ACCOUNTS}/magic_link"),
            json!({ "id": "ca_1" }),
        )
        .await;
    answer.is_not_found("connected account", "ca_1");
}
