use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column};

/// Starts an environment in which `chief` extends `writer`, and `writer` extends `reader`. Each
/// role has one permission.
async fn with_roles() -> Environment {
    let environment = Environment::start().await;
    for name in ["read", "write", "publish"] {
        environment
            .post("/api/v1/permissions", json!({ "name": name }))
            .await;
    }
    for (name, base, permission) in [
        ("reader", Value::Null, "read"),
        ("writer", json!("reader"), "write"),
        ("chief", json!("writer"), "publish"),
    ] {
        let role = json!({ "name": name, "display_name": name, "extends": base, "permissions": [permission] });
        environment.post("/api/v1/roles", role).await;
    }
    environment
}

async fn effective(environment: &Environment, role: &str) -> Vec<String> {
    let all = environment
        .get(&format!("/api/v1/roles/{role}/permissions:all"))
        .await;
    column(&all["permissions"], "name")
}

#[tokio::test]
async fn permissions_are_inherited_over_all_levels() {
    let environment = with_roles().await;
    assert_eq!(
        effective(&environment, "chief").await,
        ["publish", "write", "read"]
    );
    let own = environment.get("/api/v1/roles/chief/permissions").await;
    assert_eq!(column(&own["permissions"], "name"), ["publish"]);
    let role = environment
        .get("/api/v1/roles/chief?include=permissions:all")
        .await["role"]
        .take();
    assert_eq!(role["extends"], "writer");
    assert_eq!(
        column(&role["permissions"], "role_name"),
        ["chief", "writer", "reader"]
    );
}

#[tokio::test]
async fn dependents_are_direct_dependents() {
    let environment = with_roles().await;
    let dependents = environment.get("/api/v1/roles/reader/dependents").await;
    assert_eq!(column(&dependents["roles"], "name"), ["writer"]);
    assert_eq!(
        environment.get("/api/v1/roles/reader").await["role"]["dependent_roles_count"],
        1
    );
    assert_eq!(
        environment.get("/api/v1/roles/chief/dependents").await,
        json!({ "roles": [] })
    );
}

#[tokio::test]
async fn removing_the_base_removes_the_inherited_permissions() {
    let environment = with_roles().await;
    environment.delete("/api/v1/roles/chief/base").await;
    assert_eq!(effective(&environment, "chief").await, ["publish"]);
    // Removing a missing base succeeds.
    environment.delete("/api/v1/roles/chief/base").await;
    // Deleting a role removes it as a base of other roles.
    environment.delete("/api/v1/roles/reader").await;
    assert_eq!(effective(&environment, "writer").await, ["write"]);
    assert_eq!(
        environment.get("/api/v1/roles/writer").await["role"]["extends"],
        Value::Null
    );
}

#[tokio::test]
async fn unknown_and_circular_bases_are_rejected() {
    let environment = with_roles().await;
    for base in ["reader", "chief"] {
        let role = json!({ "extends": base });
        let response = environment
            .call(Method::PUT, "/api/v1/roles/reader", role)
            .await;
        response.violates("role.extends", "role.extends.cycle");
    }
    let response = environment
        .call(
            Method::PUT,
            "/api/v1/roles/reader",
            json!({ "extends": "ghost" }),
        )
        .await;
    response.is_not_found("role", "ghost");
    let role = json!({ "name": "new", "display_name": "New", "extends": "ghost" });
    environment
        .call(Method::POST, "/api/v1/roles", role)
        .await
        .is_not_found("role", "ghost");
}

#[tokio::test]
async fn an_organization_role_can_extend_an_environment_role() {
    let environment = with_roles().await;
    let acme = environment.organization("Acme").await;
    let own = format!("/api/v1/organizations/{acme}/roles");
    let clerk = json!({ "name": "clerk", "display_name": "Clerk", "extends": "writer" });
    environment.post(&own, clerk).await;
    let role = environment
        .get(&format!("{own}/clerk?include=permissions:all"))
        .await["role"]
        .take();
    assert_eq!(column(&role["permissions"], "name"), ["write", "read"]);
    let dependents = environment.get("/api/v1/roles/writer/dependents").await;
    assert_eq!(column(&dependents["roles"], "name"), ["chief", "clerk"]);
    let user = environment
        .member(&acme, "ann@acme.com", &["clerk", "reader"])
        .await;
    let permissions = environment
        .get(&format!(
            "/api/v1/organizations/{acme}/users/{user}/permissions"
        ))
        .await;
    assert_eq!(
        column(&permissions["permissions"], "name"),
        ["write", "read"]
    );
    environment.delete(&format!("{own}/clerk/base")).await;
    let permissions = environment
        .get(&format!(
            "/api/v1/organizations/{acme}/users/{user}/permissions"
        ))
        .await;
    assert_eq!(column(&permissions["permissions"], "name"), ["read"]);
}
