use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column, set_fields, text};

fn ann() -> Value {
    json!({
        "email": "Ann@acme.com",
        "external_id": "crm/7",
        "metadata": { "plan": "pro" },
        "user_profile": { "given_name": "Ann", "family_name": "Lee", "locale": "de-DE", "groups": ["staff"] },
    })
}

async fn with_ann() -> (Environment, String, Value) {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let path = format!("/api/v1/organizations/{acme}/users?send_invitation_email=false");
    let user = environment.post(&path, ann()).await["user"].take();
    (environment, acme, user)
}

#[tokio::test]
async fn a_user_is_created_with_a_membership() {
    let (environment, acme, user) = with_ann().await;
    let id = text(&user["id"]);
    assert!(
        id.starts_with("usr_") && (19..=25).contains(&id.len()),
        "{id}"
    );
    assert_eq!(
        (&user["email"], &user["external_id"]),
        (&json!("Ann@acme.com"), &json!("crm/7"))
    );
    assert_eq!(user["metadata"], json!({ "plan": "pro" }));
    assert_eq!(user["environment_id"], "env_100000000000000001");
    assert_eq!(user["create_time"], user["update_time"]);
    let profile = json!({
        "id": user["user_profile"]["id"], "given_name": "Ann", "family_name": "Lee", "name": "Ann Lee",
        "locale": "de-DE", "groups": ["staff"],
    });
    assert_eq!(set_fields(&user["user_profile"]), profile);
    let membership = &user["memberships"][0];
    let role = environment.get("/api/v1/roles/member").await["role"].take();
    let expected = json!({
        "organization_id": acme, "name": "Acme", "display_name": "Acme", "membership_status": "ACTIVE",
        "roles": [{ "id": role["id"], "name": "member", "display_name": "Member" }],
        "join_time": membership["created_at"], "accepted_at": membership["created_at"],
        "created_at": membership["created_at"], "provisioning_method": "api",
    });
    assert_eq!(set_fields(membership), expected);
    for path in [
        format!("/api/v1/users/{id}"),
        "/api/v1/users:external/crm%2F7".to_owned(),
    ] {
        assert_eq!(environment.get(&path).await, json!({ "user": user }));
    }
}

#[tokio::test]
async fn email_addresses_and_external_ids_are_unique() {
    let (environment, acme, _) = with_ann().await;
    let path = format!("/api/v1/organizations/{acme}/users");
    let same_address = json!({ "email": "ann@ACME.com" });
    let response = environment.call(Method::POST, &path, same_address).await;
    let message = "a user with this email address already exists";
    response.is_conflict("RESOURCE_ALREADY_EXISTS", message, "user", "ann@ACME.com");
    let same_id = json!({ "email": "ben@acme.com", "external_id": "crm/7" });
    let message = "a user with the external_id \"crm/7\" already exists";
    let response = environment.call(Method::POST, &path, same_id).await;
    response.is_conflict("RESOURCE_ALREADY_EXISTS", message, "user", "crm/7");
    // A rejected user is not stored.
    assert_eq!(environment.get("/api/v1/users").await["total_size"], 1);

    let ben = environment.member(&acme, "ben@acme.com", &[]).await;
    let response = environment
        .call(
            Method::PATCH,
            &format!("/api/v1/users/{ben}"),
            json!({ "external_id": "crm/7" }),
        )
        .await;
    response.is_conflict("RESOURCE_ALREADY_EXISTS", message, "user", "crm/7");
}

#[tokio::test]
async fn invalid_emails_unknown_roles_and_unknown_organizations_are_rejected() {
    let (environment, acme, _) = with_ann().await;
    let path = format!("/api/v1/organizations/{acme}/users");
    let response = environment
        .call(Method::POST, &path, json!({ "email": "not-an-email" }))
        .await;
    response.violates("user.email", "string.email");
    let ghost =
        json!({ "email": "ben@acme.com", "membership": { "roles": [{ "name": "ghost" }] } });
    environment
        .call(Method::POST, &path, ghost)
        .await
        .is_not_found("role", "ghost");
    let unknown_path = "/api/v1/organizations/org_1/users";
    environment
        .call(Method::POST, unknown_path, ann())
        .await
        .is_not_found("organization", "org_1");
}

#[tokio::test]
async fn an_update_keeps_omitted_fields() {
    let (environment, _, user) = with_ann().await;
    let path = format!("/api/v1/users/{}", text(&user["id"]));
    let new = json!({ "user_profile": { "given_name": "Anna", "phone_number": "+49 30 1" } });
    let updated = environment.patch(&path, new).await["user"].take();
    let profile = json!({
        "id": user["user_profile"]["id"], "given_name": "Anna", "family_name": "Lee", "name": "Anna Lee",
        "locale": "de-DE", "groups": ["staff"], "phone_number": "+49 30 1",
    });
    assert_eq!(set_fields(&updated["user_profile"]), profile);
    assert_eq!(
        (&updated["metadata"], &updated["external_id"]),
        (&user["metadata"], &user["external_id"])
    );
    assert_eq!(updated["create_time"], user["create_time"]);

    let new = json!({ "metadata": { "team": "blue" }, "external_id": "", "user_profile": { "locale": "" } });
    let updated = environment
        .patch("/api/v1/users:external/crm%2F7", new)
        .await["user"]
        .take();
    assert_eq!(updated["metadata"], json!({ "team": "blue" }));
    assert_eq!(
        (&updated["external_id"], &updated["user_profile"]["locale"]),
        (&Value::Null, &json!(""))
    );
    environment
        .get_fails("/api/v1/users:external/crm%2F7")
        .await
        .is_not_found("user", "crm/7");
}

#[tokio::test]
async fn unknown_users_are_not_found() {
    let (environment, acme, _) = with_ann().await;
    let ghost = "usr_123456789012345";
    for path in [
        format!("/api/v1/users/{ghost}"),
        format!("/api/v1/users:external/{ghost}"),
    ] {
        environment
            .get_fails(&path)
            .await
            .is_not_found("user", ghost);
        environment
            .delete_fails(&path)
            .await
            .is_not_found("user", ghost);
        environment
            .call(Method::PATCH, &path, json!({}))
            .await
            .is_not_found("user", ghost);
    }
    for collection in ["roles", "permissions"] {
        let path = format!("/api/v1/organizations/{acme}/users/{ghost}/{collection}");
        environment
            .get_fails(&path)
            .await
            .is_not_found("user", ghost);
    }
    environment
        .get_fails("/api/v1/organizations/org_1/users")
        .await
        .is_not_found("organization", "org_1");
    let search = "/api/v1/organizations/org_1/users:search?query=ann";
    environment
        .get_fails(search)
        .await
        .is_not_found("organization", "org_1");
}

#[tokio::test]
async fn a_deleted_user_is_removed_from_every_list() {
    let (environment, acme, user) = with_ann().await;
    environment.delete("/api/v1/users:external/crm%2F7").await;
    environment
        .get_fails(&format!("/api/v1/users/{}", text(&user["id"])))
        .await
        .is_not_found("user", &text(&user["id"]));
    assert_eq!(environment.get("/api/v1/users").await["users"], json!([]));
    let members = environment
        .get(&format!("/api/v1/organizations/{acme}/users"))
        .await;
    assert_eq!(members["users"], json!([]));
    // The email address and the external id can be used again.
    environment
        .post(&format!("/api/v1/organizations/{acme}/users"), ann())
        .await;
}

#[tokio::test]
async fn users_are_listed_in_order_of_creation() {
    let environment = Environment::start().await;
    let (acme, globex) = (
        environment.organization("Acme").await,
        environment.organization("Globex").await,
    );
    let emails: Vec<String> = (0..12)
        .map(|number| format!("user{number}@example.com"))
        .collect();
    for (number, email) in emails.iter().enumerate() {
        environment
            .member(if number % 3 == 0 { &globex } else { &acme }, email, &[])
            .await;
    }
    let first = environment.get("/api/v1/users").await;
    assert_eq!(
        (column(&first["users"], "email"), &first["total_size"]),
        (emails[..10].to_vec(), &json!(12))
    );
    let next = text(&first["next_page_token"]);
    let second = environment
        .get(&format!("/api/v1/users?page_token={next}"))
        .await;
    assert_eq!(column(&second["users"], "email"), emails[10..]);
    let path = format!("/api/v1/organizations/{globex}/users");
    let some = environment.get(&format!("{path}?page_size=3")).await;
    let expected: Vec<&String> = emails.iter().step_by(3).take(3).collect();
    assert_eq!(
        (
            column(&some["users"], "email").iter().collect::<Vec<_>>(),
            &some["total_size"]
        ),
        (expected, &json!(4))
    );
    let rest = environment
        .get(&format!(
            "{path}?page_size=3&page_token={}",
            text(&some["next_page_token"])
        ))
        .await;
    assert_eq!(column(&rest["users"], "email"), emails[9..10]);
    environment
        .get_fails(&format!("{path}?page_size=101"))
        .await
        .violates("page_size", "uint32.lte");
}

#[tokio::test]
async fn a_search_matches_name_email_address_and_ids() {
    let (environment, acme, user) = with_ann().await;
    let globex = environment.organization("Globex").await;
    environment.member(&globex, "ben@globex.com", &[]).await;
    let id = text(&user["id"]);
    for query in ["ann lee", "LEE", "@acme", "crm/7", &id[4..]] {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let found = environment
            .get(&format!("/api/v1/users:search?query={query}"))
            .await;
        assert_eq!(
            (&found["users"], &found["total_size"]),
            (&json!([user]), &json!(1)),
            "{query}"
        );
        let inside = environment
            .get(&format!(
                "/api/v1/organizations/{acme}/users:search?query={query}"
            ))
            .await;
        assert_eq!(inside, found);
        let outside = environment
            .get(&format!(
                "/api/v1/organizations/{globex}/users:search?query={query}"
            ))
            .await;
        assert_eq!(outside["users"], json!([]));
    }
    environment
        .get_fails("/api/v1/users:search?query=an")
        .await
        .violates("query", "string.min_len");
    environment
        .get_fails("/api/v1/users:search")
        .await
        .violates("query", "required");
}
