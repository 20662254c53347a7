//! Clients of the environment and their secrets.

use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, Response, column, set_fields, text};

/// Requests a token with client credentials.
pub(crate) async fn token(
    environment: &Environment,
    id: &str,
    secret: &str,
    scope: &str,
) -> Response {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("scope", scope),
    ];
    environment.post_form("/oauth/token", &form).await
}

/// Returns the claims of a token without verifying it.
pub(crate) fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    let token = text(token);
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part);
    serde_json::from_slice(&bytes.expect("base64")).expect("JSON")
}

#[tokio::test]
async fn a_client_is_created_without_a_secret_and_updated_by_field() {
    let environment = Environment::start().await;
    let new = json!({
        "name": "Portal", "client_type": "WEB", "post_login_uris": ["https://portal.test/cb"],
        "initiate_login_uri": "https://portal.test/login", "access_token_expiry": 600, "scopes": ["read"],
        "custom_claims": [{ "key": "tier", "value": "gold" }], "grant_types": ["authorization_code"],
        "enforce_pkce": true, "disallow_scalekit_api_access": true,
        "ip_allowlist": { "opted_in": true, "cidrs": [{ "value": "203.0.113.0/24", "type": "IPV4" }] },
    });
    let client = environment.post("/api/v1/clients", new.clone()).await["client"].take();
    let id = text(&client["id"]);
    assert!(id.starts_with("skc_"), "{id}");
    let mut expected = new;
    expected["access_token_expiry"] = "600".into();
    for (name, value) in [("id", &client["id"]), ("keyId", &client["id"])] {
        expected[name] = value.clone();
    }
    expected["create_time"] = client["create_time"].clone();
    expected["update_time"] = client["create_time"].clone();
    assert_eq!(set_fields(&client), expected);

    let path = format!("/api/v1/clients/{id}");
    let change = json!({ "name": "Gate", "enforce_pkce": false, "custom_claims": [{ "key": "a", "value": "b" }] });
    let changed = environment.patch(&path, change).await["client"].take();
    expected["name"] = "Gate".into();
    expected["custom_claims"] = json!([{ "key": "a", "value": "b" }]);
    expected
        .as_object_mut()
        .expect("an object")
        .remove("enforce_pkce");
    expected["update_time"] = changed["update_time"].clone();
    assert_eq!(set_fields(&changed), expected);
    let cleared = environment
        .patch(&format!("{path}?mask=scopes"), json!({ "name": "Ignored" }))
        .await;
    assert_eq!(
        (&cleared["client"]["scopes"], &cleared["client"]["name"]),
        (&json!([]), &json!("Gate"))
    );

    let list = environment
        .get("/api/v1/clients?filter.client_type=WEB")
        .await;
    assert_eq!(
        (column(&list["clients"], "id"), &list["total_size"]),
        (vec![id.clone()], &json!(1))
    );
    let all = environment.get("/api/v1/clients").await;
    assert_eq!(column(&all["clients"], "name"), ["Emulator", "Gate"]);
    environment.delete(&path).await;
    environment
        .get_fails(&path)
        .await
        .is_not_found("client", &id);
    environment
        .delete_fails(&path)
        .await
        .is_not_found("client", &id);
    let response = environment
        .call(Method::PATCH, &path, json!({ "name": "X" }))
        .await;
    response.is_not_found("client", &id);
}

#[tokio::test]
async fn constraints_of_clients_are_checked() {
    let environment = Environment::start().await;
    for (client, field, constraint) in [
        (json!({ "client_type": "WEB" }), "client.name", "required"),
        (json!({ "name": "A" }), "client.client_type", "required"),
        (
            json!({ "name": "A", "client_type": "WEB", "post_login_uris": ["x", "x"] }),
            "client.post_login_uris",
            "repeated.unique",
        ),
    ] {
        let response = environment
            .call(Method::POST, "/api/v1/clients", client)
            .await;
        response.violates(field, constraint);
    }
}

#[tokio::test]
async fn secrets_are_shown_once_and_the_last_one_cannot_be_deleted() {
    let environment = Environment::start().await;
    let new = json!({ "name": "Portal", "client_type": "WEB" });
    let id = text(&environment.post("/api/v1/clients", new).await["client"]["id"]);
    let path = format!("/api/v1/clients/{id}/secrets");
    let first = environment.post(&path, Value::Null).await;
    let plain = text(&first["plain_secret"]);
    assert_eq!(first["secret"]["plain_secret"], first["plain_secret"]);
    assert_eq!(
        text(&first["secret"]["secret_suffix"]),
        plain[plain.len() - 4..]
    );
    assert_eq!(
        token(&environment, &id, "wrong", "").await.body["error"],
        "invalid_client"
    );
    assert_eq!(token(&environment, &id, &plain, "").await.status, 200);
    let stored =
        environment.get(&format!("/api/v1/clients/{id}")).await["client"]["secrets"].take();
    assert_eq!(stored[0].get("plain_secret"), None);
    assert!(stored[0]["last_used_time"].is_string());

    let second = text(&environment.post(&path, Value::Null).await["plain_secret"]);
    let first_id = text(&first["secret"]["id"]);
    assert_eq!(token(&environment, &id, &second, "").await.status, 200);
    environment.delete(&format!("{path}/{first_id}")).await;
    assert_eq!(token(&environment, &id, &plain, "").await.status, 401);
    environment
        .delete_fails(&format!("{path}/{first_id}"))
        .await
        .is_not_found("secret", &first_id);
    let last = environment.get(&format!("/api/v1/clients/{id}")).await;
    let last = text(&last["client"]["secrets"][0]["id"]);
    let message = "last client cannot be deleted";
    environment
        .delete_fails(&format!("{path}/{last}"))
        .await
        .is_precondition("LAST_CLIENT_SECRET", message, "secret", &last);
    let response = environment
        .call(Method::POST, "/api/v1/clients/skc_1/secrets", Value::Null)
        .await;
    response.is_not_found("client", "skc_1");
}

#[tokio::test]
async fn users_can_log_in_to_a_new_client() {
    let environment =
        Environment::start_with(scalekit_emulator::Emulator::builder().auto_approve(true)).await;
    environment.organization("Acme").await;
    let new = json!({
        "name": "Portal", "client_type": "WEB", "post_login_uris": ["https://portal.test/cb"], "enforce_pkce": true,
    });
    let id = text(&environment.post("/api/v1/clients", new).await["client"]["id"]);
    let authorize = |redirect: &str, extra: &str| {
        let path = format!(
            "/oauth/authorize?response_type=code&client_id={id}&redirect_uri={redirect}{extra}"
        );
        let request = environment.http.get(environment.url(&path));
        async move {
            let response = request.send().await.expect("a response");
            let location = response
                .headers()
                .get("location")
                .map(|url| url.to_str().expect("text").to_owned());
            (response.status().as_u16(), location.unwrap_or_default())
        }
    };
    assert_eq!(authorize("https://other.test/cb", "").await.0, 400);
    let (_, location) = authorize("https://portal.test/cb", "").await;
    assert!(location.contains("error=invalid_request"), "{location}");
    // The example of RFC 7636, appendix B.
    let challenge =
        "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let (_, location) = authorize("https://portal.test/cb", challenge).await;
    let location = url::Url::parse(&location).expect("a URL");
    let code = location
        .query_pairs()
        .find(|(name, _)| name == "code")
        .expect("a code")
        .1;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", id.as_str()),
        ("redirect_uri", "https://portal.test/cb"),
        ("code", &code),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
    ];
    let tokens = environment.post_form("/oauth/token", &form).await.ok();
    assert_eq!(claims(&tokens["access_token"])["aud"], json!([id]));
}

#[tokio::test]
async fn disallow_scalekit_api_access_blocks_the_tokens_of_a_client() {
    let environment = Environment::start().await;
    for (disallowed, status) in [(false, 200), (true, 401)] {
        let new = json!({ "name": "Job", "client_type": "M2M", "disallow_scalekit_api_access": disallowed });
        let id = text(&environment.post("/api/v1/clients", new).await["client"]["id"]);
        let secret = environment
            .post(&format!("/api/v1/clients/{id}/secrets"), Value::Null)
            .await;
        let response = token(&environment, &id, &text(&secret["plain_secret"]), "any")
            .await
            .ok();
        assert_eq!(response["scope"], "any");
        let request = environment.http.get(environment.url("/api/v1/roles"));
        let response = request
            .bearer_auth(text(&response["access_token"]))
            .send()
            .await
            .expect("a response");
        assert_eq!(response.status().as_u16(), status);
    }
}
