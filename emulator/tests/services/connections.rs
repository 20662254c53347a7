use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column, set_fields, text};

async fn with_acme() -> (Environment, String) {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    (
        environment,
        format!("/api/v1/organizations/{acme}/connections"),
    )
}

#[tokio::test]
async fn a_connection_is_created_read_toggled_and_deleted() {
    let (environment, path) = with_acme().await;
    let acme = path.split('/').nth(4).expect("an id");
    let new = json!({ "provider": "OKTA", "type": "OIDC" });
    let connection = environment.post(&path, new).await["connection"].take();
    let id = text(&connection["id"]);
    assert!(id.starts_with("conn_"), "{id}");
    let expected = json!({
        "id": id, "provider": "OKTA", "type": "OIDC", "status": "DRAFT", "organization_id": acme,
        "test_connection_uri": environment.url(&format!("/sso/v1/oidc/{id}/test")),
        "create_time": connection["create_time"], "update_time": connection["create_time"],
        "oidc_config": {
            "scopes": ["openid", "profile", "email"],
            "redirect_uri": environment.url(&format!("/sso/v1/oidc/{id}/callback")),
        },
    });
    assert_eq!(set_fields(&connection), expected);
    let own = format!("{path}/{id}");
    assert_eq!(
        environment.get(&own).await,
        json!({ "connection": connection })
    );
    assert_eq!(
        environment
            .patch(&format!("{own}:enable"), Value::Null)
            .await,
        json!({ "enabled": true })
    );
    let enabled = environment.get(&own).await["connection"].take();
    assert_eq!(
        (&enabled["enabled"], &enabled["status"]),
        (&json!(true), &json!("COMPLETED"))
    );
    assert_eq!(
        environment
            .patch(&format!("{own}:disable"), Value::Null)
            .await,
        json!({ "enabled": false })
    );
    assert_eq!(environment.get(&own).await["connection"]["enabled"], false);
    environment.delete(&own).await;
    environment
        .get_fails(&own)
        .await
        .is_not_found("connection", &id);
    environment
        .delete_fails(&own)
        .await
        .is_not_found("connection", &id);
}

#[tokio::test]
async fn every_type_has_its_own_settings() {
    let (environment, path) = with_acme().await;
    for (connection_type, settings) in [
        ("SAML", "saml_config"),
        ("OAUTH", "oauth_config"),
        ("PASSWORDLESS", "passwordless_config"),
        ("WEBAUTHN", "webauthn_config"),
        ("API_KEY", "static_config"),
        ("GOOGLE_DWD", "google_dwd_config"),
    ] {
        let connection = environment
            .post(&path, json!({ "type": connection_type }))
            .await["connection"]
            .take();
        assert!(connection[settings].is_object(), "{connection}");
        assert_eq!(
            (&connection["type"], &connection["test_connection_uri"]),
            (&json!(connection_type), &json!(""))
        );
    }
    let saml = environment.post(&path, json!({ "type": "SAML" })).await["connection"].take();
    let url = environment.url(&format!("/sso/v1/saml/{}", text(&saml["id"])));
    let expected = json!({
        "sp_entity_id": url, "sp_assertion_url": format!("{url}/callback"),
        "idp_name_id_format": "NAME_ID_FORMAT_NIL", "sp_metadata_url": format!("{url}/metadata"), "sp_slo_url": format!("{url}/slo"),
    });
    assert_eq!(set_fields(&saml["saml_config"]), expected);
}

#[tokio::test]
async fn unknown_ids_are_not_found() {
    let (environment, path) = with_acme().await;
    let globex = environment.organization("Globex").await;
    let connection = environment.post(&path, json!({ "type": "SAML" })).await["connection"].take();
    let id = text(&connection["id"]);
    let other_path = format!("/api/v1/organizations/{globex}/connections/{id}");
    environment
        .get_fails(&other_path)
        .await
        .is_not_found("connection", &id);
    environment
        .delete_fails(&other_path)
        .await
        .is_not_found("connection", &id);
    for switch in ["enable", "disable"] {
        let switched = environment
            .call(
                Method::PATCH,
                &format!("{other_path}:{switch}"),
                Value::Null,
            )
            .await;
        switched.is_not_found("connection", &id);
    }
    let unknown_path = "/api/v1/organizations/org_1/connections";
    let created = environment
        .call(Method::POST, unknown_path, json!({ "type": "SAML" }))
        .await;
    created.is_not_found("organization", "org_1");
    environment
        .get_fails(&format!("{unknown_path}/{id}"))
        .await
        .is_not_found("organization", "org_1");
    environment
        .get_fails("/api/v1/connections/conn_1")
        .await
        .is_not_found("connection", "conn_1");
    let updated = environment
        .call(Method::PATCH, "/api/v1/connections/conn_1", json!({}))
        .await;
    updated.is_not_found("connection", "conn_1");
    let filtered = environment
        .get_fails("/api/v1/connections?organization_id=org_1")
        .await;
    filtered.is_not_found("organization", "org_1");
}

#[tokio::test]
async fn constraints_are_checked() {
    let (environment, path) = with_acme().await;
    environment
        .call(Method::POST, &path, Value::Null)
        .await
        .violates("connection", "required");
    let unknown = environment
        .call(Method::POST, &path, json!({ "type": 99 }))
        .await;
    unknown.violates("connection.type", "enum.defined_only");
    let invalid_name = environment
        .call(Method::POST, &path, json!({ "type": "CARRIER_PIGEON" }))
        .await;
    assert_eq!(
        (invalid_name.status, &invalid_name.body["code"]),
        (400, &json!(3))
    );
    assert_eq!(
        invalid_name.body["details"][0]["error_code"],
        "INVALID_ARGUMENT"
    );
}

#[tokio::test]
async fn lists_are_filtered_by_organization_domain_and_state() {
    let (environment, acme) = with_acme().await;
    let organization = environment.organization("Globex").await;
    let globex = format!("/api/v1/organizations/{organization}");
    let domains = format!("{globex}/domains");
    environment
        .post(&domains, json!({ "domain": "globex.com" }))
        .await;
    let allowed = json!({ "domain": "partner.com", "domain_type": "ALLOWED_EMAIL_DOMAIN" });
    environment.post(&domains, allowed).await;
    let one = text(&environment.post(&acme, json!({ "type": "SAML" })).await["connection"]["id"]);
    let globex = format!("{globex}/connections");
    let two = text(
        &environment
            .post(&globex, json!({ "type": "OIDC", "provider": "GOOGLE" }))
            .await["connection"]["id"],
    );
    let three =
        text(&environment.post(&globex, json!({ "type": "SAML" })).await["connection"]["id"]);
    environment
        .patch(&format!("{globex}/{two}:enable"), Value::Null)
        .await;

    let list = |query: String| {
        let environment = &environment;
        async move {
            environment
                .get(&format!("/api/v1/connections{query}"))
                .await["connections"]
                .take()
        }
    };
    let ids = |list: &Value| column(list, "id");
    assert_eq!(ids(&list(String::new()).await), [two.as_str()]);
    assert_eq!(
        ids(&list("?include=all".into()).await),
        [one.as_str(), &two, &three]
    );
    assert_eq!(
        ids(&list(format!("?include=all&organization_id={organization}")).await),
        [two.as_str(), &three]
    );
    assert_eq!(
        ids(&list("?include=all&domain=globex.com".into()).await),
        [two.as_str(), &three]
    );
    let entry = list("?domain=GLOBEX.com".into()).await;
    let expected = json!([{
        "id": two, "provider": "GOOGLE", "type": "OIDC", "status": "COMPLETED", "enabled": true,
        "organization_id": organization, "organization_name": "Globex", "domains": ["globex.com"],
        "created_at": entry[0]["created_at"],
    }]);
    assert_eq!(set_fields(&entry), expected);
    for domain in ["partner.com", "nowhere.com"] {
        assert_eq!(
            list(format!("?include=all&domain={domain}")).await,
            json!([])
        );
    }
    let shown = environment.get(&format!("{globex}/{two}")).await["connection"].take();
    assert_eq!(column(&shown["domains"], "domain"), ["globex.com"]);
}
