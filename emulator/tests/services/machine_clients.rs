//! Machine clients of organizations.

use reqwest::Method;
use serde_json::{Value, json};

use crate::clients::{claims, token};
use crate::environment::{Environment, column, text};

fn machine() -> Value {
    json!({
        "name": "Importer", "description": "Imports", "scopes": ["read", "write"], "audience": ["https://api.acme.com"],
        "custom_claims": [{ "key": "plan", "value": "pro" }, { "key": "iss", "value": "evil" }], "expiry": 120,
    })
}

async fn with_machine() -> (Environment, String, Value) {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let created = environment
        .post(&format!("/api/v1/organizations/{acme}/clients"), machine())
        .await;
    (environment, acme, created)
}

#[tokio::test]
async fn a_machine_client_gets_tokens_with_its_claims() {
    let (environment, acme, created) = with_machine().await;
    let id = text(&created["client"]["client_id"]);
    let secret = text(&created["plain_secret"]);
    let digits = id.strip_prefix("m2morg_").expect("the prefix");
    assert!(digits.bytes().all(|digit| digit.is_ascii_digit()), "{id}");
    assert_eq!(
        created["client"]["secrets"][0]["plain_secret"],
        created["plain_secret"]
    );

    let response = token(&environment, &id, &secret, "").await.ok();
    assert_eq!(
        (&response["expires_in"], &response["scope"]),
        (&json!(120), &json!("read write"))
    );
    let token_claims = claims(&response["access_token"]);
    let expected = json!({
        "iss": environment.emulator.url(), "sub": id, "client_id": id, "aud": ["https://api.acme.com"],
        "scopes": ["read", "write"], "oid": acme, "custom_claims": { "plan": "pro", "iss": "evil" }, "jti": token_claims["jti"], "iat": token_claims["iat"],
        "nbf": token_claims["iat"], "exp": token_claims["iat"].as_i64().expect("a number") + 120,
    });
    assert_eq!(token_claims, expected);
    let narrowed = token(&environment, &id, &secret, "read").await.ok();
    assert_eq!(claims(&narrowed["access_token"])["scopes"], json!(["read"]));
    let rejected = token(&environment, &id, &secret, "read admin").await;
    assert_eq!(
        (rejected.status, &rejected.body["error"]),
        (400, &json!("invalid_scope"))
    );
    // Users cannot log in to a machine client.
    let page = format!(
        "/oauth/authorize?response_type=code&client_id={id}&redirect_uri=http://localhost/cb"
    );
    let page = environment
        .http
        .get(environment.url(&page))
        .send()
        .await
        .expect("a response");
    assert_eq!(page.status().as_u16(), 400);
    // The token is for the application's API. The Scalekit API rejects it.
    let request = environment.http.get(environment.url("/api/v1/roles"));
    let response = request
        .bearer_auth(text(&response["access_token"]))
        .send()
        .await
        .expect("a response");
    assert_eq!(response.status().as_u16(), 401);
}

#[tokio::test]
async fn a_machine_client_is_updated_listed_and_deleted() {
    let (environment, acme, created) = with_machine().await;
    let list = format!("/api/v1/organizations/{acme}/clients");
    let id = text(&created["client"]["client_id"]);
    let path = format!("{list}/{id}");
    let mut expected = created["client"].clone();
    expected["secrets"][0]
        .as_object_mut()
        .expect("an object")
        .remove("plain_secret");
    assert_eq!(environment.get(&path).await["client"], expected);

    let change = json!({ "name": "Exporter", "custom_claims": [{ "key": "a", "value": "b" }] });
    let changed = environment.patch(&path, change).await["client"].take();
    expected["name"] = "Exporter".into();
    expected["custom_claims"] = json!([{ "key": "a", "value": "b" }]);
    expected["update_time"] = changed["update_time"].clone();
    assert_eq!(changed, expected);
    for number in 0..11 {
        environment
            .post(&list, json!({ "name": format!("M{number}") }))
            .await;
    }
    let page = environment.get(&list).await;
    assert_eq!(
        (&page["total_size"], column(&page["clients"], "name").len()),
        (&json!(12), 10)
    );
    let next = text(&page["next_page_token"]);
    let rest = environment.get(&format!("{list}?page_token={next}")).await;
    assert_eq!(column(&rest["clients"], "name"), ["M9", "M10"]);
    assert_eq!(rest["clients"][0]["expiry"], "3600");

    environment.delete(&path).await;
    environment
        .get_fails(&path)
        .await
        .is_not_found("client", &id);
    let gone = token(&environment, &id, &text(&created["plain_secret"]), "").await;
    assert_eq!(
        (gone.status, &gone.body["error"]),
        (401, &json!("invalid_client"))
    );
    environment
        .delete(&format!("/api/v1/organizations/{acme}"))
        .await;
    environment
        .get_fails(&list)
        .await
        .is_not_found("organization", &acme);
}

#[tokio::test]
async fn secrets_of_a_machine_client_are_rotated() {
    let (environment, acme, created) = with_machine().await;
    let id = text(&created["client"]["client_id"]);
    let path = format!("/api/v1/organizations/{acme}/clients/{id}/secrets");
    let second = environment.post(&path, Value::Null).await;
    for secret in [&created["plain_secret"], &second["plain_secret"]] {
        assert_eq!(
            token(&environment, &id, &text(secret), "").await.status,
            200
        );
    }
    let first_id = text(&created["client"]["secrets"][0]["id"]);
    environment.delete(&format!("{path}/{first_id}")).await;
    assert_eq!(
        token(&environment, &id, &text(&created["plain_secret"]), "")
            .await
            .status,
        401
    );
    let second_id = text(&second["secret"]["id"]);
    let message = "last client cannot be deleted";
    environment
        .delete_fails(&format!("{path}/{second_id}"))
        .await
        .is_precondition("LAST_CLIENT_SECRET", message, "secret", &second_id);

    let globex = environment.organization("Globex").await;
    let other_path = format!("/api/v1/organizations/{globex}/clients/{id}");
    environment
        .get_fails(&other_path)
        .await
        .is_not_found("client", &id);
    environment
        .delete_fails(&other_path)
        .await
        .is_not_found("client", &id);
    let response = environment
        .call(Method::POST, &format!("{other_path}/secrets"), Value::Null)
        .await;
    response.is_not_found("client", &id);
    let response = environment
        .call(Method::PATCH, &other_path, json!({ "name": "X" }))
        .await;
    response.is_not_found("client", &id);
    let response = environment
        .delete_fails(&format!("{other_path}/secrets/{second_id}"))
        .await;
    response.is_not_found("client", &id);
}
