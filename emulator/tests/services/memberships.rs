use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column, set_fields};

/// Starts an environment with two organizations and a user in the first one.
pub(crate) async fn two_organizations() -> (Environment, String, String, String) {
    let environment = Environment::start().await;
    let (acme, globex) = (
        environment.organization("Acme").await,
        environment.organization("Globex").await,
    );
    let user = environment.member(&acme, "ann@acme.com", &[]).await;
    (environment, acme, globex, user)
}

pub(crate) fn path(organization: &str, user: &str) -> String {
    format!("/api/v1/memberships/organizations/{organization}/users/{user}")
}

pub(crate) fn membership<'a>(user: &'a Value, organization: &str) -> &'a Value {
    let all = user["memberships"].as_array().expect("memberships");
    all.iter()
        .find(|one| one["organization_id"] == organization)
        .expect("the membership")
}

#[tokio::test]
async fn a_membership_is_created_updated_and_deleted() {
    let (environment, acme, globex, user) = two_organizations().await;
    let path = path(&globex, &user);
    let new = json!({ "roles": [{ "name": "admin" }], "metadata": { "desk": "4" }, "inviter_email": "b@globex.com" });
    let joined = environment
        .post(&format!("{path}?send_invitation_email=false"), new)
        .await["user"]
        .take();
    let joined = membership(&joined, &globex);
    assert_eq!(column(&joined["roles"], "name"), ["admin"]);
    assert_eq!(joined["inviter_email"], "b@globex.com");
    assert_eq!(joined["membership_status"], "ACTIVE");

    let changed = environment
        .patch(&path, json!({ "roles": [{ "name": "member" }] }))
        .await["user"]
        .take();
    let changed = membership(&changed, &globex);
    assert_eq!(column(&changed["roles"], "name"), ["member"]);
    assert_eq!(changed["metadata"], json!({ "desk": "4" }));
    let changed = environment
        .patch(&path, json!({ "metadata": { "room": "12" } }))
        .await["user"]
        .take();
    assert_eq!(
        membership(&changed, &globex)["metadata"],
        json!({ "room": "12" })
    );
    assert_eq!(
        column(&membership(&changed, &globex)["roles"], "name"),
        ["member"]
    );

    environment.delete(&path).await;
    let remaining = environment.get(&format!("/api/v1/users/{user}")).await["user"].take();
    assert_eq!(
        column(&remaining["memberships"], "organization_id"),
        [acme.as_str()]
    );
    environment
        .delete_fails(&path)
        .await
        .is_not_found("membership", &user);
}

#[tokio::test]
async fn deleting_the_last_membership_keeps_the_user_unless_cascade_is_set() {
    let (environment, acme, _, user) = two_organizations().await;
    environment.delete(&path(&acme, &user)).await;
    let remaining = environment.get(&format!("/api/v1/users/{user}")).await["user"].take();
    assert_eq!(remaining["memberships"], json!([]));
    environment.post(&path(&acme, &user), json!({})).await;
    environment
        .delete(&format!("{}?cascade=true", path(&acme, &user)))
        .await;
    environment
        .get_fails(&format!("/api/v1/users/{user}"))
        .await
        .is_not_found("user", &user);
}

#[tokio::test]
async fn memberships_work_by_external_id() {
    let (environment, acme, globex, user) = two_organizations().await;
    environment
        .patch(
            &format!("/api/v1/users/{user}"),
            json!({ "external_id": "crm:7" }),
        )
        .await;
    let path = format!("/api/v1/memberships/organizations/{globex}/users:external/crm:7");
    let joined = environment.post(&path, json!({})).await["user"].take();
    assert_eq!(
        column(&joined["memberships"], "organization_id"),
        [acme.as_str(), globex.as_str()]
    );
    let changed = environment
        .patch(&path, json!({ "metadata": { "desk": "4" } }))
        .await["user"]
        .take();
    assert_eq!(
        membership(&changed, &globex)["metadata"],
        json!({ "desk": "4" })
    );
    environment.delete(&path).await;
}

#[tokio::test]
async fn invalid_memberships_are_rejected() {
    let (environment, acme, globex, user) = two_organizations().await;
    let unknown_user = "usr_123456789012345";
    let again = environment
        .call(Method::POST, &path(&acme, &user), json!({}))
        .await;
    let message = "the user is already a member of the organization";
    again.is_conflict("MEMBERSHIP_ALREADY_EXISTS", message, "membership", &user);
    for method in [Method::POST, Method::PATCH, Method::DELETE] {
        let body = if method == Method::DELETE {
            Value::Null
        } else {
            json!({})
        };
        let response = environment
            .call(method.clone(), &path("org_1", &user), body.clone())
            .await;
        response.is_not_found("organization", "org_1");
        let response = environment
            .call(method, &path(&acme, unknown_user), body)
            .await;
        response.is_not_found("user", unknown_user);
    }
    let response = environment
        .call(Method::PATCH, &path(&globex, &user), json!({}))
        .await;
    response.is_not_found("membership", &user);
    let roles = json!({ "roles": [{ "name": "ghost" }] });
    environment
        .call(Method::POST, &path(&globex, &user), roles.clone())
        .await
        .is_not_found("role", "ghost");
    environment
        .call(Method::PATCH, &path(&acme, &user), roles)
        .await
        .is_not_found("role", "ghost");
    let inviter = json!({ "inviter_email": "not-an-email" });
    let response = environment
        .call(Method::POST, &path(&globex, &user), inviter)
        .await;
    response.violates("membership.inviter_email", "string.email");
}

#[tokio::test]
async fn max_allowed_users_is_enforced() {
    let (environment, acme, _, _) = two_organizations().await;
    let settings = json!({ "settings": { "max_allowed_users": 1 } });
    environment
        .patch(
            &format!("/api/v1/organizations/{acme}/settings/usermanagement"),
            settings,
        )
        .await;
    let users = format!("/api/v1/organizations/{acme}/users");
    let response = environment
        .call(Method::POST, &users, json!({ "email": "ben@acme.com" }))
        .await;
    let message = "the organization has reached its maximum number of users";
    response.is_error(
        400,
        9,
        message,
        json!({ "error_code": "MAX_ALLOWED_USERS_EXCEEDED" }),
    );
}

#[tokio::test]
async fn roles_are_assigned_and_removed() {
    let (environment, acme, globex, user) = two_organizations().await;
    let roles = format!("/api/v1/organizations/{acme}/users/{user}/roles");
    let admin = environment.get("/api/v1/roles/admin").await["role"].take();
    let assigned = environment
        .post(
            &roles,
            json!([{ "role_name": "admin" }, { "role_name": "member" }]),
        )
        .await;
    assert_eq!(column(&assigned["roles"], "name"), ["member", "admin"]);
    assert_eq!(
        assigned["roles"][1],
        json!({ "id": admin["id"], "name": "admin", "display_name": "Admin" })
    );
    assert_eq!(environment.get(&roles).await, assigned);

    // The display name is the current one of the role.
    environment
        .put("/api/v1/roles/admin", json!({ "display_name": "Boss" }))
        .await;
    assert_eq!(
        environment.get(&roles).await["roles"][1]["display_name"],
        "Boss"
    );

    environment.delete(&format!("{roles}/member")).await;
    environment
        .delete_fails(&format!("{roles}/member"))
        .await
        .is_not_found("role", "member");
    assert_eq!(
        column(&environment.get(&roles).await["roles"], "name"),
        ["admin"]
    );
    let by_id = environment
        .post(&roles, json!([{ "id": admin["id"] }]))
        .await;
    assert_eq!(column(&by_id["roles"], "name"), ["admin"]);

    let unknown_role = environment
        .call(Method::POST, &roles, json!([{ "role_name": "ghost" }]))
        .await;
    unknown_role.is_not_found("role", "ghost");
    environment
        .call(Method::POST, &roles, json!([]))
        .await
        .violates("roles", "required");
    let other_path = format!("/api/v1/organizations/{globex}/users/{user}/roles");
    environment
        .get_fails(&other_path)
        .await
        .is_not_found("membership", &user);
}

#[tokio::test]
async fn a_member_has_the_permissions_of_all_roles() {
    let (environment, acme, _, user) = two_organizations().await;
    for name in ["read", "write"] {
        environment
            .post(
                "/api/v1/permissions",
                json!({ "name": name, "description": name }),
            )
            .await;
    }
    for (name, permissions) in [
        ("reader", json!(["read"])),
        ("writer", json!(["write", "read"])),
    ] {
        let role = json!({ "name": name, "display_name": name, "permissions": permissions });
        environment.post("/api/v1/roles", role).await;
    }
    let roles = json!({ "roles": [{ "name": "reader" }, { "name": "writer" }] });
    let changed = environment.patch(&path(&acme, &user), roles).await;
    assert_eq!(
        membership(&changed["user"], &acme)["permissions"],
        json!(["read", "write"])
    );
    let permissions = environment
        .get(&format!(
            "/api/v1/organizations/{acme}/users/{user}/permissions"
        ))
        .await;
    let read = environment.get("/api/v1/permissions/read").await["permission"].take();
    let expected = json!({ "id": read["id"], "name": "read", "description": "read" });
    assert_eq!(set_fields(&permissions["permissions"][0]), expected);
    assert_eq!(
        column(&permissions["permissions"], "name"),
        ["read", "write"]
    );
}
