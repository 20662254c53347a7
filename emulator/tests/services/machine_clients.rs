//! Machine clients of organizations, and clients of protected resources with the consents given to them.

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
    let made = environment
        .post(&format!("/api/v1/organizations/{acme}/clients"), machine())
        .await;
    (environment, acme, made)
}

#[tokio::test]
async fn a_machine_client_gets_tokens_that_say_what_it_is() {
    let (environment, acme, made) = with_machine().await;
    let id = text(&made["client"]["client_id"]);
    let secret = text(&made["plain_secret"]);
    let digits = id.strip_prefix("m2morg_").expect("the prefix");
    assert!(digits.bytes().all(|digit| digit.is_ascii_digit()), "{id}");
    assert_eq!(made["client"]["secrets"][0]["plain_secret"], made["plain_secret"]);

    let answer = token(&environment, &id, &secret, "").await.ok();
    assert_eq!(
        (&answer["expires_in"], &answer["scope"]),
        (&json!(120), &json!("read write"))
    );
    let said = claims(&answer["access_token"]);
    let expected = json!({
        "iss": environment.emulator.url(), "sub": id, "client_id": id, "aud": ["https://api.acme.com"],
        "scopes": ["read", "write"], "oid": acme, "plan": "pro", "jti": said["jti"], "iat": said["iat"],
        "nbf": said["iat"], "exp": said["iat"].as_i64().expect("a number") + 120,
    });
    assert_eq!(said, expected);
    let narrowed = token(&environment, &id, &secret, "read").await.ok();
    assert_eq!(claims(&narrowed["access_token"])["scopes"], json!(["read"]));
    let refused = token(&environment, &id, &secret, "read admin").await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (400, &json!("invalid_scope"))
    );
    // It is let into the application's API, not into this one.
    let request = environment.http.get(environment.url("/api/v1/roles"));
    let answer = request
        .bearer_auth(text(&answer["access_token"]))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
}

#[tokio::test]
async fn a_machine_client_is_changed_listed_and_deleted() {
    let (environment, acme, made) = with_machine().await;
    let list = format!("/api/v1/organizations/{acme}/clients");
    let id = text(&made["client"]["client_id"]);
    let path = format!("{list}/{id}");
    let mut expected = made["client"].clone();
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
    environment.get_fails(&path).await.is_not_found("client", &id);
    let gone = token(&environment, &id, &text(&made["plain_secret"]), "").await;
    assert_eq!(
        (gone.status, &gone.body["error"]),
        (401, &json!("invalid_client"))
    );
    environment.delete(&format!("/api/v1/organizations/{acme}")).await;
    environment
        .get_fails(&list)
        .await
        .is_not_found("organization", &acme);
}

#[tokio::test]
async fn a_machine_clients_secrets_rotate() {
    let (environment, acme, made) = with_machine().await;
    let id = text(&made["client"]["client_id"]);
    let path = format!("/api/v1/organizations/{acme}/clients/{id}/secrets");
    let second = environment.post(&path, Value::Null).await;
    for secret in [&made["plain_secret"], &second["plain_secret"]] {
        assert_eq!(token(&environment, &id, &text(secret), "").await.status, 200);
    }
    let first_id = text(&made["client"]["secrets"][0]["id"]);
    environment.delete(&format!("{path}/{first_id}")).await;
    assert_eq!(
        token(&environment, &id, &text(&made["plain_secret"]), "")
            .await
            .status,
        401
    );
    let second_id = text(&second["secret"]["id"]);
    let message = "the last secret of a client cannot be deleted";
    environment
        .delete_fails(&format!("{path}/{second_id}"))
        .await
        .is_precondition("LAST_CLIENT_SECRET", message, "secret", &second_id);

    let globex = environment.organization("Globex").await;
    let foreign = format!("/api/v1/organizations/{globex}/clients/{id}");
    environment.get_fails(&foreign).await.is_not_found("client", &id);
    environment
        .delete_fails(&foreign)
        .await
        .is_not_found("client", &id);
    let answer = environment
        .call(Method::POST, &format!("{foreign}/secrets"), Value::Null)
        .await;
    answer.is_not_found("client", &id);
    let answer = environment
        .call(Method::PATCH, &foreign, json!({ "name": "X" }))
        .await;
    answer.is_not_found("client", &id);
    let answer = environment
        .delete_fails(&format!("{foreign}/secrets/{second_id}"))
        .await;
    answer.is_not_found("client", &id);
}

/// A resource with two scopes, which only a seed makes.
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
async fn a_client_of_a_resource_has_its_audience_and_at_most_five_secrets() {
    let environment = with_resource().await;
    let clients = "/api/v1/resources/res_1/clients";
    let new = json!({ "name": "Agent", "scopes": ["notes:read"], "redirect_uris": ["http://localhost/cb"] });
    let made = environment.post(clients, new).await;
    let id = text(&made["client"]["client_id"]);
    assert!(id.starts_with("m2m_") && made["client"]["resource_id"] == "res_1");
    let secret = text(&made["plain_secret"]);
    let answer = token(&environment, &id, &secret, "notes:read").await.ok();
    assert_eq!(
        claims(&answer["access_token"])["aud"],
        json!(["https://mcp.acme.com"])
    );

    let secrets = format!("/api/v1/clients/{id}/secrets");
    for _ in 0..4 {
        environment.post(&secrets, Value::Null).await;
    }
    let message = "a client of a resource has at most 5 secrets";
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
        (&changed["name"], &changed["description"], &changed["expiry"]),
        (&json!("Agent"), &json!("Reads"), &json!("60"))
    );
    let cleared = environment
        .patch(&format!("{path}?update_mask=redirect_uris,expiry"), json!({}))
        .await;
    assert_eq!(
        (
            cleared["client"].get("redirect_uris"),
            &cleared["client"]["expiry"]
        ),
        (None, &json!("3600"))
    );
    let seeded = json!({ "client_id": "m2m_9", "resource_id": "res_1", "name": "Self", "is_dcr": true });
    environment
        .post("/_emulator/seed", json!({ "machines": [seeded] }))
        .await;
    let list = environment.get(clients).await;
    assert_eq!(column(&list["clients"], "name"), ["Agent", "Self"]);
    assert_eq!(
        (&list["total_dcr_clients"], &list["total_static_clients"]),
        (&json!(1), &json!(1))
    );

    let foreign = format!("/api/v1/resources/res_2/clients/{id}");
    environment.get_fails(&foreign).await.is_not_found("client", &id);
    environment.delete(&path).await;
    environment.get_fails(&path).await.is_not_found("client", &id);
    let answer = environment
        .call(
            Method::POST,
            "/api/v1/resources/res_9/clients",
            json!({ "name": "X" }),
        )
        .await;
    answer.is_not_found("resource", "res_9");
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
    for (more, found) in [
        ("", vec!["usrcnst_1", "usrcnst_2", "usrcnst_3"]),
        ("&filter.external_user_id=ann", vec!["usrcnst_1", "usrcnst_3"]),
        ("&search=BOB", vec!["usrcnst_2"]),
        ("&page_size=1", vec!["usrcnst_1"]),
    ] {
        let list = environment.get(&format!("{consents}{more}")).await;
        assert_eq!(column(&list["consents"], "id"), found, "{more}");
    }
    let client = environment.get("/api/v1/resources/res_1/clients/m2m_1").await;
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
    environment.delete("/api/v1/resources/res_1/clients/m2m_1").await;
    let list = environment.get(consents).await;
    assert_eq!(column(&list["consents"], "id"), ["usrcnst_3"]);
    environment
        .get_fails("/api/v1/user_consents?resource_id=res_9")
        .await
        .is_not_found("resource", "res_9");
}
