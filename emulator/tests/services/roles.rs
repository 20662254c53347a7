use serde_json::json;

use crate::environment::{Environment, column, set_fields, text};

const ROLES: &str = "/api/v1/roles";

#[tokio::test]
async fn an_environment_starts_with_the_roles_admin_and_member() {
    let environment = Environment::start().await;
    let roles = environment.get(ROLES).await["roles"].take();
    assert_eq!(column(&roles, "name"), ["admin", "member"]);
    assert_eq!(
        (&roles[0]["default_creator"], &roles[1]["default_member"]),
        (&json!(true), &json!(true))
    );
}

#[tokio::test]
async fn a_role_is_created_read_updated_and_deleted() {
    let environment = Environment::start().await;
    environment
        .post(
            "/api/v1/permissions",
            json!({ "name": "write:articles", "description": "Write" }),
        )
        .await;
    let new = json!({
        "name": "editor", "display_name": "Editor", "description": "Edits",
        "permissions": ["write:articles", "no:such", "write:articles"],
    });
    let role = environment.post(ROLES, new).await["role"].take();
    assert!(text(&role["id"]).starts_with("role_"));
    assert_eq!(column(&role["permissions"], "name"), ["write:articles"]);
    assert_eq!(role["permissions"][0]["role_name"], "editor");
    assert_eq!(role["permissions"][0]["description"], "Write");

    let plain = json!({ "id": role["id"], "name": "editor", "display_name": "Editor", "description": "Edits" });
    let shown = environment.get("/api/v1/roles/editor").await;
    assert_eq!(set_fields(&shown), json!({ "role": plain }));
    let full = environment
        .get("/api/v1/roles/editor?include=permissions")
        .await;
    assert_eq!(full["role"], role);
    assert_eq!(
        column(&environment.get(ROLES).await["roles"], "name"),
        ["admin", "member", "editor"]
    );

    let updated = environment
        .put("/api/v1/roles/editor", json!({ "display_name": "Senior" }))
        .await;
    assert_eq!(updated["role"]["display_name"], "Senior");
    assert_eq!(updated["role"]["description"], "Edits");
    assert_eq!(
        column(&updated["role"]["permissions"], "name"),
        ["write:articles"]
    );

    environment.delete("/api/v1/roles/editor").await;
    environment
        .get_fails("/api/v1/roles/editor")
        .await
        .is_not_found("role", "editor");
}

#[tokio::test]
async fn duplicate_names_are_rejected() {
    let environment = Environment::start().await;
    let organization = environment.organization("Acme").await;
    let own = format!("/api/v1/organizations/{organization}/roles");
    let role = json!({ "name": "editor", "display_name": "Editor" });
    let clerk = json!({ "name": "clerk", "display_name": "Clerk" });
    environment.post(ROLES, role.clone()).await;
    environment.post(&own, clerk.clone()).await;
    for (path, role, name) in [
        (ROLES, &role, "editor"),
        (&own, &role, "editor"),
        (&own, &clerk, "clerk"),
    ] {
        let response = environment
            .call(reqwest::Method::POST, path, role.clone())
            .await;
        let message = format!("a role with the name {name} already exists");
        response.is_conflict("ROLE_KEYNAME_CONFLICT", &message, "role", name);
    }
}

#[tokio::test]
async fn unknown_roles_are_not_found() {
    let environment = Environment::start().await;
    let organization = environment.organization("Acme").await;
    let own = format!("/api/v1/organizations/{organization}/roles");
    for path in [
        format!("{ROLES}/ghost"),
        format!("{ROLES}/ghost/users:count"),
        format!("{ROLES}/ghost/dependents"),
        format!("{ROLES}/ghost/permissions"),
        format!("{ROLES}/ghost/permissions:all"),
        format!("{own}/ghost"),
        format!("{own}/ghost/users:count"),
    ] {
        environment
            .get_fails(&path)
            .await
            .is_not_found("role", "ghost");
    }
    for path in [
        format!("{ROLES}/ghost"),
        format!("{ROLES}/ghost/base"),
        format!("{own}/ghost/base"),
    ] {
        environment
            .delete_fails(&path)
            .await
            .is_not_found("role", "ghost");
    }
    let changes = [format!("{ROLES}/ghost"), format!("{own}/ghost")];
    for path in changes {
        let response = environment
            .call(
                reqwest::Method::PUT,
                &path,
                json!({ "display_name": "Ghost" }),
            )
            .await;
        response.is_not_found("role", "ghost");
    }
    environment
        .get_fails("/api/v1/organizations/org_1/roles")
        .await
        .is_not_found("organization", "org_1");
    // Roles of organizations and of the environment are separate.
    environment
        .post(&own, json!({ "name": "clerk", "display_name": "Clerk" }))
        .await;
    environment
        .get_fails(&format!("{ROLES}/clerk"))
        .await
        .is_not_found("role", "clerk");
    environment
        .get_fails(&format!("{own}/admin"))
        .await
        .is_not_found("role", "admin");
}

#[tokio::test]
async fn constraints_are_checked() {
    let environment = Environment::start().await;
    let no_name = environment
        .call(
            reqwest::Method::POST,
            ROLES,
            json!({ "display_name": "Editor" }),
        )
        .await;
    no_name.violates("role.name", "required");
    let spaced = json!({ "name": "the editor", "display_name": "Editor" });
    environment
        .call(reqwest::Method::POST, ROLES, spaced)
        .await
        .violates("role.name", "string.pattern");
    environment
        .get_fails("/api/v1/roles?include=everything")
        .await
        .violates("include", "string.in");
}

#[tokio::test]
async fn organizations_have_their_own_roles() {
    let environment = Environment::start().await;
    let (acme, globex) = (
        environment.organization("Acme").await,
        environment.organization("Globex").await,
    );
    let role = json!({ "name": "clerk", "display_name": "Clerk" });
    for organization in [&acme, &globex] {
        let path = format!("/api/v1/organizations/{organization}/roles");
        let created = environment.post(&path, role.clone()).await;
        assert_eq!(created["role"]["is_org_role"], true);
        assert_eq!(
            column(&environment.get(&path).await["roles"], "name"),
            ["clerk"]
        );
    }
    let clerk = format!("/api/v1/organizations/{acme}/roles/clerk");
    environment
        .put(&clerk, json!({ "display_name": "Head clerk" }))
        .await;
    assert_eq!(
        environment.get(&clerk).await["role"]["display_name"],
        "Head clerk"
    );
    environment.delete(&clerk).await;
    environment
        .get_fails(&clerk)
        .await
        .is_not_found("role", "clerk");
    let other = environment
        .get(&format!("/api/v1/organizations/{globex}/roles/clerk"))
        .await;
    assert_eq!(other["role"]["display_name"], "Clerk");
}

#[tokio::test]
async fn deleting_an_assigned_role_requires_a_replacement() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    environment
        .post(ROLES, json!({ "name": "editor", "display_name": "Editor" }))
        .await;
    let user = environment
        .member(&acme, "ann@acme.com", &["editor", "member"])
        .await;
    let count = environment.get("/api/v1/roles/editor/users:count").await;
    assert_eq!(count, json!({ "count": "1" }));

    let rejected = environment.delete_fails("/api/v1/roles/editor").await;
    rejected.is_precondition(
        "FAILED_PRECONDITION",
        "role cannot be deleted as it is assigned to users",
        "role",
        "editor",
    );
    let ghost = environment
        .delete_fails("/api/v1/roles/editor?reassign_role_name=ghost")
        .await;
    ghost.is_not_found("role", "ghost");
    let itself = environment
        .delete_fails("/api/v1/roles/editor?reassign_role_name=editor")
        .await;
    itself.violates("reassign_role_name", "reassign_role_name.other");

    environment
        .delete("/api/v1/roles/editor?reassign_role_name=admin")
        .await;
    let roles = environment
        .get(&format!("/api/v1/organizations/{acme}/users/{user}/roles"))
        .await;
    assert_eq!(column(&roles["roles"], "name"), ["admin", "member"]);
    // A member who already has the replacement does not get it twice.
    environment
        .delete("/api/v1/roles/admin?reassign_role_name=member")
        .await;
    let roles = environment
        .get(&format!("/api/v1/organizations/{acme}/users/{user}/roles"))
        .await;
    assert_eq!(column(&roles["roles"], "name"), ["member"]);
}

#[tokio::test]
async fn users_are_counted_in_all_organizations_or_in_one() {
    let environment = Environment::start().await;
    let (acme, globex) = (
        environment.organization("Acme").await,
        environment.organization("Globex").await,
    );
    environment.member(&acme, "ann@acme.com", &["member"]).await;
    environment.member(&acme, "ben@acme.com", &["member"]).await;
    environment
        .member(&globex, "cat@globex.com", &["member"])
        .await;
    let count = |path: String| {
        let environment = &environment;
        async move { environment.get(&path).await["count"].take() }
    };
    assert_eq!(count(format!("{ROLES}/member/users:count")).await, "3");
    assert_eq!(
        count(format!(
            "/api/v1/organizations/{acme}/roles/member/users:count"
        ))
        .await,
        "2"
    );
    assert_eq!(
        environment.get("/api/v1/roles/admin/users:count").await,
        json!({ "count": "0" })
    );
    // If an organization has a role of the same name, the name refers to that role.
    let own = json!({ "name": "member", "organization_id": acme });
    environment
        .post("/_emulator/seed", json!({ "roles": [own] }))
        .await;
    assert_eq!(count(format!("{ROLES}/member/users:count")).await, "1");
    assert_eq!(
        count(format!(
            "/api/v1/organizations/{acme}/roles/member/users:count"
        ))
        .await,
        "2"
    );
}

#[tokio::test]
async fn new_members_get_the_default_roles() {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    environment
        .post(ROLES, json!({ "name": "reader", "display_name": "Reader" }))
        .await;
    let defaults = json!({ "default_member_role": "reader" });
    let updated = environment
        .patch("/api/v1/roles:set_defaults", defaults)
        .await;
    assert_eq!(updated["default_member"]["name"], "reader");
    assert_eq!(updated["default_creator"]["name"], "admin");
    let ann = environment.member(&acme, "ann@acme.com", &[]).await;
    let roles = environment
        .get(&format!("/api/v1/organizations/{acme}/users/{ann}/roles"))
        .await;
    assert_eq!(column(&roles["roles"], "name"), ["reader"]);

    let own = format!("/api/v1/organizations/{acme}/roles");
    environment
        .post(&own, json!({ "name": "clerk", "display_name": "Clerk" }))
        .await;
    let updated = environment
        .patch(
            &format!("{own}:set_defaults"),
            json!({ "default_member_role": "clerk" }),
        )
        .await;
    assert_eq!(updated["default_member"]["name"], "clerk");
    assert_eq!(
        environment.get(&format!("{own}/clerk")).await["role"]["default_member"],
        true
    );
    let ben = environment.member(&acme, "ben@acme.com", &[]).await;
    let roles = environment
        .get(&format!("/api/v1/organizations/{acme}/users/{ben}/roles"))
        .await;
    assert_eq!(column(&roles["roles"], "name"), ["clerk"]);

    let ghost = json!({ "default_creator_role": "ghost" });
    let response = environment
        .call(reqwest::Method::PATCH, "/api/v1/roles/default", ghost)
        .await;
    response.is_not_found("role", "ghost");
}
