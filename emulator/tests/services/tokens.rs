use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, Response, column, text};

async fn create(environment: &Environment, token: Value) -> Value {
    environment.post("/api/v1/tokens", token).await
}

async fn call(environment: &Environment, verb: &str, body: Value) -> Response {
    let path = format!("/api/v1/tokens:{verb}");
    environment.call(Method::POST, &path, body).await
}

#[tokio::test]
async fn token_info_contains_the_user_and_the_organization() {
    let environment = Environment::start().await;
    let organization = json!({ "display_name": "Acme", "external_id": "crm/1" });
    let acme = text(
        &environment
            .post("/api/v1/organizations", organization)
            .await["organization"]["id"],
    );
    let user = json!({ "email": "ann@acme.com", "external_id": "hr/1", "membership": { "roles": [{ "name": "admin" }] } });
    let path = format!("/api/v1/organizations/{acme}/users?send_invitation_email=false");
    let ann = text(&environment.post(&path, user).await["user"]["id"]);
    let new = json!({
        "organization_id": acme, "user_id": ann, "custom_claims": { "plan": "pro" }, "description": "CI",
        "expiry": "2999-01-01T00:00:00Z",
    });
    let created = create(&environment, new).await;
    let token = text(&created["token"]);
    let info = &created["token_info"];
    let expected = json!({
        "token_id": created["token_id"], "organization_id": acme, "organization_external_id": "crm/1", "user_id": ann,
        "user_external_id": "hr/1", "custom_claims": { "plan": "pro" }, "expiry": "2999-01-01T00:00:00Z",
        "created_at": info["created_at"], "description": "CI", "token_suffix": token[token.len() - 4..],
        "email": "ann@acme.com", "roles": ["admin"],
    });
    assert_eq!(info, &expected);
    assert!(text(&created["token_id"]).starts_with("apit_"));
    assert_eq!(
        call(&environment, "validate", json!({ "token": token }))
            .await
            .ok(),
        json!({ "token_info": info })
    );
    let list = environment
        .get(&format!("/api/v1/tokens?organization_id={acme}"))
        .await;
    assert_eq!(
        list,
        json!({ "tokens": [info], "total_count": 1, "next_page_token": "", "prev_page_token": "" })
    );
}

#[tokio::test]
async fn a_token_is_updated_invalidated_and_expires() {
    let mut environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let new =
        json!({ "organization_id": acme, "custom_claims": { "a": "1" }, "description": "Old" });
    let created = create(&environment, new).await;
    let token = json!({ "token": created["token"] });
    let mut change = token.clone();
    change["custom_claims"] = json!({ "b": "2" });
    change["description"] = json!("New");
    let changed = call(&environment, "update", change).await.ok();
    let info = &changed["token_info"];
    assert_eq!(
        (&info["custom_claims"], &info["description"]),
        (&json!({ "b": "2" }), &json!("New"))
    );
    let mut change = token.clone();
    change["description"] = json!("");
    let changed = call(&environment, "update", change).await.ok();
    assert_eq!(
        (
            &changed["token_info"]["custom_claims"],
            changed["token_info"].get("description")
        ),
        (&json!({ "b": "2" }), None)
    );

    for _ in 0..2 {
        assert_eq!(
            call(&environment, "invalidate", token.clone()).await.ok(),
            json!({})
        );
    }
    let suffix = text(&created["token_info"]["token_suffix"]);
    for verb in ["validate", "update"] {
        call(&environment, verb, token.clone())
            .await
            .is_not_found("token", &suffix);
    }
    let left = environment
        .get(&format!("/api/v1/tokens?organization_id={acme}"))
        .await;
    assert_eq!(left["tokens"], json!([]));

    // Every call accepts the id in place of the token.
    let other = create(&environment, json!({ "organization_id": acme })).await;
    let by_id = json!({ "token": other["token_id"] });
    let shown = call(&environment, "validate", by_id.clone()).await.ok();
    assert_eq!(shown["token_info"], other["token_info"]);
    let mut change = by_id.clone();
    change["description"] = json!("By id");
    let changed = call(&environment, "update", change).await.ok();
    assert_eq!(changed["token_info"]["description"], "By id");
    call(&environment, "invalidate", by_id.clone()).await.ok();
    for gone in [json!({ "token": other["token"] }), by_id] {
        assert_eq!(call(&environment, "validate", gone).await.status, 404);
    }

    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(60);
    let short = create(
        &environment,
        json!({ "organization_id": acme, "expiry": soon.to_string() }),
    )
    .await;
    environment.shift_clock(61).await;
    assert_eq!(
        call(&environment, "validate", json!({ "token": short["token"] }))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn tokens_are_listed_by_user_in_pages() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let ann = environment.member(&acme, "ann@acme.com", &[]).await;
    let mut ids = Vec::new();
    for number in 0..12 {
        let user = if number % 2 == 0 { ann.as_str() } else { "" };
        let created = create(
            &environment,
            json!({ "organization_id": acme, "user_id": user }),
        )
        .await;
        ids.push(text(&created["token_id"]));
    }
    let path = format!("/api/v1/tokens?organization_id={acme}");
    let page = environment.get(&path).await;
    assert_eq!(
        (column(&page["tokens"], "token_id"), &page["total_count"]),
        (ids[..10].to_vec(), &json!(12))
    );
    let next = text(&page["next_page_token"]);
    let page = environment.get(&format!("{path}&page_token={next}")).await;
    assert_eq!(column(&page["tokens"], "token_id"), ids[10..]);
    let own = environment.get(&format!("{path}&user_id={ann}")).await;
    assert_eq!(
        (
            column(&own["tokens"], "token_id").len(),
            &own["total_count"]
        ),
        (6, &json!(6))
    );
    // Deleting the membership deletes its tokens.
    environment
        .delete(&format!(
            "/api/v1/memberships/organizations/{acme}/users/{ann}"
        ))
        .await;
    assert_eq!(environment.get(&path).await["total_count"], 6);
    environment
        .delete(&format!("/api/v1/organizations/{acme}"))
        .await;
    environment
        .get_fails(&path)
        .await
        .is_not_found("organization", &acme);
}

#[tokio::test]
async fn tokens_for_unknown_owners_or_with_invalid_claims_are_rejected() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let globex = environment.organization("Globex").await;
    let ben = environment.member(&globex, "ben@globex.com", &[]).await;
    let post = async |body: Value| environment.call(Method::POST, "/api/v1/tokens", body).await;
    post(json!({ "organization_id": "org_1" }))
        .await
        .is_not_found("organization", "org_1");
    post(json!({ "organization_id": acme, "user_id": "usr_1" }))
        .await
        .is_not_found("user", "usr_1");
    post(json!({ "organization_id": acme, "user_id": ben }))
        .await
        .is_not_found("membership", &ben);
    post(json!({ "organization_id": acme, "expiry": "2000-01-01T00:00:00Z" }))
        .await
        .violates("token.expiry", "token.expiry.future");
    post(json!({ "organization_id": acme, "custom_claims": { "a": "" } }))
        .await
        .violates("token.custom_claims[\"a\"]", "string.min_len");
    post(json!({ "organization_id": acme, "description": "x".repeat(256) }))
        .await
        .violates("token.description", "string.max_len");
    environment
        .get_fails(&format!(
            "/api/v1/tokens?organization_id={acme}&page_size=31"
        ))
        .await
        .violates("page_size", "int32.lte");
}
