use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column, set_fields, text};

const CONNECTIONS: &str = "/api/v1/connections";

async fn create(environment: &Environment, connection: Value) -> Value {
    environment.post(CONNECTIONS, connection).await["connection"].take()
}

#[tokio::test]
async fn an_app_connection_starts_with_the_settings_of_its_provider() {
    let environment = Environment::start().await;
    let connection = create(&environment, json!({ "provider_key": "gmail" })).await;
    let id = text(&connection["id"]);
    let expected = json!({
        "id": id, "type": "OAUTH", "status": "DRAFT", "enabled": true, "key_id": connection["key_id"], "provider_key": "gmail",
        "create_time": connection["create_time"], "update_time": connection["create_time"],
        "oauth_config": {
            "authorize_uri": "https://accounts.google.com/o/oauth2/v2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
            "user_info_uri": "https://openidconnect.googleapis.com/v1/userinfo",
            "scopes": ["https://www.googleapis.com/auth/gmail.readonly"],
            "access_type": "offline", "prompt": "consent",
            "redirect_uri": environment.url(&format!("/sso/v1/oauth/{id}/callback")),
        },
    });
    assert_eq!(set_fields(&connection), expected);
    assert_eq!(
        environment.get(&format!("{CONNECTIONS}/{id}")).await["connection"],
        connection
    );
}

#[tokio::test]
async fn key_ids_are_unique_whether_given_or_generated() {
    let environment = Environment::start().await;
    let mut made = BTreeSet::new();
    for service in ["slack", "SLACK", "slack"] {
        let connection = create(&environment, json!({ "provider_key": service })).await;
        let key = text(&connection["key_id"]);
        let suffix = key.strip_prefix("slack-").expect("the provider's name");
        let is_random = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        assert!(suffix.len() == 8 && suffix.chars().all(is_random), "{key}");
        assert!(made.insert(key));
    }
    let given = create(
        &environment,
        json!({ "provider_key": "slack", "key_id": "team-chat" }),
    )
    .await;
    assert_eq!(given["key_id"], "team-chat");
    let by_flag = json!({ "provider": "GITHUB", "type": "OAUTH" });
    let by_flag = environment
        .post(&format!("{CONNECTIONS}?flags.is_app=true"), by_flag)
        .await;
    assert!(text(&by_flag["connection"]["key_id"]).starts_with("github-"));
    // A login connection does not need a key id.
    let login = create(
        &environment,
        json!({ "provider": "GOOGLE", "type": "OAUTH" }),
    )
    .await;
    assert_eq!(login["key_id"], Value::Null);

    let message = "a connection with the key_id \"team-chat\" already exists";
    let again = json!({ "provider_key": "zoom", "key_id": "team-chat" });
    let response = environment.call(Method::POST, CONNECTIONS, again).await;
    response.is_conflict(
        "RESOURCE_ALREADY_EXISTS",
        message,
        "connection",
        "team-chat",
    );
    let path = format!("{CONNECTIONS}/{}", text(&login["id"]));
    let response = environment
        .call(Method::PATCH, &path, json!({ "key_id": "team-chat" }))
        .await;
    response.is_conflict(
        "RESOURCE_ALREADY_EXISTS",
        message,
        "connection",
        "team-chat",
    );
    // A connection can keep its key id.
    let path = format!("{CONNECTIONS}/{}", text(&given["id"]));
    environment
        .patch(&path, json!({ "key_id": "team-chat" }))
        .await;
}

#[tokio::test]
async fn an_update_is_merged_into_the_settings() {
    let environment = Environment::start().await;
    let connection = create(&environment, json!({ "provider_key": "github" })).await;
    let path = format!("{CONNECTIONS}/{}", text(&connection["id"]));
    let new = json!({
        "ui_button_title": "GitHub", "debug_enabled": true, "attribute_mapping": { "email": "mail" },
        "oauth_config": { "client_id": "abc", "scopes": ["repo"], "redirect_uri": "https://elsewhere.example" },
    });
    let updated = environment.patch(&path, new).await["connection"].take();
    assert_eq!(
        (&updated["status"], &updated["ui_button_title"]),
        (&json!("IN_PROGRESS"), &json!("GitHub"))
    );
    let mut settings = connection["oauth_config"].clone();
    settings["client_id"] = "abc".into();
    settings["scopes"] = json!(["repo"]);
    assert_eq!(updated["oauth_config"], settings);

    let new = json!({
        "oauth_config": { "client_secret": "s3cret", "extensions": { "extra_authorize_params": { "a": "1" } } },
    });
    let updated = environment.patch(&path, new).await["connection"].take();
    settings["client_secret"] = "s3cret".into();
    settings["extensions"] = json!({ "extra_authorize_params": { "a": "1" } });
    assert_eq!(
        (&updated["status"], &updated["oauth_config"]),
        (&json!("COMPLETED"), &settings)
    );
    assert_eq!(
        (&updated["debug_enabled"], &updated["attribute_mapping"]),
        (&json!(true), &json!({ "email": "mail" }))
    );
    assert_eq!(updated["create_time"], connection["create_time"]);
}

#[tokio::test]
async fn saml_and_oidc_connections_are_completed_by_updates() {
    let environment = Environment::start().await;
    let saml = create(&environment, json!({ "type": "SAML" })).await;
    let path = format!("{CONNECTIONS}/{}", text(&saml["id"]));
    let new = json!({ "saml_config": { "idp_entity_id": "urn:idp", "idp_sso_url": "https://idp.example/sso" } });
    let updated = environment.patch(&path, new).await["connection"].take();
    assert_eq!(updated["status"], "IN_PROGRESS");
    assert_eq!(
        updated["saml_config"]["sp_entity_id"],
        saml["saml_config"]["sp_entity_id"]
    );
    for certificate in ["first", "second"] {
        let new = json!({ "saml_config": { "idp_certificate": certificate } });
        let updated = environment.patch(&path, new).await["connection"].take();
        assert_eq!(
            (&updated["status"], &updated["saml_config"]["idp_entity_id"]),
            (&json!("COMPLETED"), &json!("urn:idp"))
        );
    }
    let certificates =
        environment.get(&path).await["connection"]["saml_config"]["idp_certificates"].take();
    assert_eq!(column(&certificates, "certificate"), ["first", "second"]);

    let oidc = create(&environment, json!({ "type": "OIDC", "provider": "OKTA" })).await;
    let path = format!("{CONNECTIONS}/{}", text(&oidc["id"]));
    let new = json!({ "oidc_config": { "issuer": "https://okta.example", "client_id": "a", "client_secret": "b" } });
    assert_eq!(
        environment.patch(&path, new).await["connection"]["status"],
        "COMPLETED"
    );
}

#[tokio::test]
async fn changing_the_type_resets_the_settings() {
    let environment = Environment::start().await;
    let connection = create(&environment, json!({ "type": "OIDC" })).await;
    let path = format!("{CONNECTIONS}/{}", text(&connection["id"]));
    let updated = environment.patch(&path, json!({ "type": "SAML" })).await["connection"].take();
    assert_eq!(
        (&updated["oidc_config"], &updated["test_connection_uri"]),
        (&Value::Null, &json!(""))
    );
    assert!(updated["saml_config"].is_object());
    let invalid = json!({ "attribute_mapping": { "": "x" } });
    let response = environment.call(Method::PATCH, &path, invalid).await;
    assert_eq!(
        (response.status, &response.body["details"][0]["error_code"]),
        (400, &json!("INVALID_ARGUMENT"))
    );
}

#[tokio::test]
async fn app_connections_are_listed_separately() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    environment
        .post(
            &format!("/api/v1/organizations/{acme}/connections"),
            json!({ "type": "SAML" }),
        )
        .await;
    create(
        &environment,
        json!({ "provider": "GOOGLE", "type": "OAUTH" }),
    )
    .await;
    for number in 0..12 {
        let service = if number % 4 == 0 { "gmail" } else { "slack" };
        let key = format!("{service}-{number}");
        create(
            &environment,
            json!({ "provider_key": service, "key_id": key }),
        )
        .await;
    }
    let list = |query: &'static str| {
        let environment = &environment;
        async move { environment.get(&format!("{CONNECTIONS}/app{query}")).await }
    };
    let first = list("").await;
    assert_eq!(
        (
            column(&first["connections"], "key_id").len(),
            &first["total_size"]
        ),
        (10, &json!(12))
    );
    let next = format!(
        "{CONNECTIONS}/app?page_token={}",
        text(&first["next_page_token"])
    );
    let second = environment.get(&next).await;
    assert_eq!(
        column(&second["connections"], "key_id"),
        ["slack-10", "slack-11"]
    );
    let gmail = list("?provider=gmail").await;
    assert_eq!(
        column(&gmail["connections"], "key_id"),
        ["gmail-0", "gmail-4", "gmail-8"]
    );
    assert_eq!(
        column(&list("?query=MAIL-4").await["connections"], "key_id"),
        ["gmail-4"]
    );
    assert_eq!(list("?provider=zoom").await["connections"], json!([]));
    environment
        .get_fails(&format!("{CONNECTIONS}/app?query=ab"))
        .await
        .violates("query", "string.min_len");
    environment
        .get_fails(&format!("{CONNECTIONS}/app?page_size=31"))
        .await
        .violates("page_size", "uint32.lte");
}

#[tokio::test]
async fn an_enabled_connection_stays_complete() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let own = format!("/api/v1/organizations/{acme}/connections");
    let connection = environment.post(&own, json!({ "type": "SAML" })).await["connection"].take();
    let id = text(&connection["id"]);
    environment
        .patch(&format!("{own}/{id}:enable"), Value::Null)
        .await;
    let new = json!({ "ui_button_title": "Log in" });
    let updated = environment.patch(&format!("{CONNECTIONS}/{id}"), new).await["connection"].take();
    assert_eq!(
        (&updated["status"], &updated["ui_button_title"]),
        (&json!("COMPLETED"), &json!("Log in"))
    );
}
