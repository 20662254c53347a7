//! Who may do what: users, memberships, roles, permissions, sessions.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Http, refused};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

async fn start() -> Http {
    Http::start(Emulator::builder().auto_approve(true)).await
}

fn names(list: &Value, field: &str) -> Vec<String> {
    list.as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(|one| one[field].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn users_outlive_their_memberships() {
    let http = start().await;
    let (acme, other) = (http.organization("Acme").await, http.organization("Other").await);
    let new = json!({"email": "ada@example.com", "external_id": "x/1", "user_profile": {"given_name": "Ada", "family_name": "L"}});
    let made = http
        .post(&format!("/api/v1/organizations/{acme}/users"), new.clone())
        .await
        .json()["user"]
        .clone();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["user_profile"]["name"], "Ada L");
    assert_eq!(made["memberships"][0]["membership_status"], "PENDING_INVITE");
    assert_eq!(made["memberships"][0]["roles"][0]["name"], "member");
    refused(
        &http
            .post(&format!("/api/v1/organizations/{other}/users"), new)
            .await,
        409,
        6,
        "RESOURCE_ALREADY_EXISTS",
    );
    let invite = format!("/api/v1/invites/organizations/{acme}/users/{id}/resend");
    for count in 1..3 {
        assert_eq!(
            http.patch(&invite, json!({})).await.json()["invite"]["resent_count"],
            count
        );
    }
    let membership = format!("/api/v1/memberships/organizations/{other}/users:external/x%2F1");
    let joined = http
        .post(&format!("{membership}?send_invitation_email=false"), json!({}))
        .await
        .json();
    assert_eq!(joined["user"]["memberships"][1]["membership_status"], "ACTIVE");
    refused(
        &http.post(&membership, json!({})).await,
        409,
        6,
        "MEMBERSHIP_ALREADY_EXISTS",
    );
    let resent = http
        .patch(
            &format!("/api/v1/invites/organizations/{other}/users/{id}/resend"),
            json!({}),
        )
        .await;
    refused(&resent, 400, 9, "INVITE_NOT_PENDING");
    assert_eq!(
        http.delete(&format!("/api/v1/organizations/{acme}")).await.status,
        200
    );
    let left = http.get("/api/v1/users:external/x%2F1").await.json()["user"].clone();
    assert_eq!(names(&left["memberships"], "organization_id"), [other]);
    let changed = http
        .patch(
            &format!("/api/v1/users/{id}"),
            json!({"user_profile": {"given_name": "Augusta"}}),
        )
        .await;
    assert_eq!(changed.json()["user"]["user_profile"]["name"], "Augusta L");
    let found = http.get("/api/v1/users:search?query=ada%40").await.json();
    assert_eq!(names(&found["users"], "id"), [id]);
    assert_eq!(
        http.delete(&format!("/api/v1/users/{id}")).await.json(),
        json!({})
    );
    refused(
        &http.get(&format!("/api/v1/users/{id}")).await,
        404,
        5,
        "RESOURCE_NOT_FOUND",
    );
}

#[tokio::test]
async fn roles_inherit_permissions_and_members_get_them() {
    let http = start().await;
    let acme = http.organization("Acme").await;
    for name in ["read:all", "write:all"] {
        let permission = json!({"name": name, "description": "x"});
        assert_eq!(http.post("/api/v1/permissions", permission).await.status, 200);
    }
    assert_eq!(
        http.post(
            "/api/v1/permissions",
            json!({"name": "read:all", "description": "x"})
        )
        .await
        .status,
        409
    );
    let viewer =
        json!({"name": "viewer", "display_name": "Viewer", "permissions": ["read:all", "unknown:one"]});
    assert_eq!(http.post("/api/v1/roles", viewer.clone()).await.status, 200);
    refused(
        &http.post("/api/v1/roles", viewer).await,
        409,
        6,
        "ROLE_KEYNAME_CONFLICT",
    );
    let editor = json!({"name": "editor", "display_name": "Editor", "extends": "viewer", "permissions": ["write:all"]});
    assert_eq!(http.post("/api/v1/roles", editor).await.status, 200);
    let own = http.get("/api/v1/roles/editor/permissions").await.json();
    assert_eq!(names(&own["permissions"], "name"), ["write:all"]);
    let all = http.get("/api/v1/roles/editor/permissions:all").await.json();
    assert_eq!(names(&all["permissions"], "name"), ["write:all", "read:all"]);
    assert_eq!(
        names(
            &http.get("/api/v1/roles/viewer/dependents").await.json()["roles"],
            "name"
        ),
        ["editor"]
    );

    let user = http.user(&acme, "ada@example.com").await;
    let roles = format!("/api/v1/organizations/{acme}/users/{user}/roles");
    let assigned = http.post(&roles, json!([{"role_name": "editor"}])).await.json();
    assert_eq!(names(&assigned["roles"], "name"), ["member", "editor"]);
    let permissions = http
        .get(&format!("/api/v1/organizations/{acme}/users/{user}/permissions"))
        .await
        .json();
    assert_eq!(
        names(&permissions["permissions"], "name"),
        ["write:all", "read:all"]
    );
    assert_eq!(
        http.get("/api/v1/roles/editor/users:count").await.json()["count"],
        "1"
    );

    let refusal = http.delete("/api/v1/roles/editor").await;
    assert_eq!(refusal.status, 400);
    assert_eq!(
        refusal.json()["message"],
        "role cannot be deleted as it is assigned to users"
    );
    assert_eq!(
        http.delete("/api/v1/roles/editor?reassign_role_name=viewer")
            .await
            .status,
        200
    );
    assert_eq!(
        names(&http.get(&roles).await.json()["roles"], "name"),
        ["member", "viewer"]
    );
    assert_eq!(http.delete(&format!("{roles}/viewer")).await.json(), json!({}));
    refused(
        &http.delete(&format!("{roles}/viewer")).await,
        404,
        5,
        "RESOURCE_NOT_FOUND",
    );
}

#[tokio::test]
async fn organization_roles_stay_in_their_organization() {
    let http = start().await;
    let (acme, other) = (http.organization("Acme").await, http.organization("Other").await);
    let role = json!({"name": "pilot", "display_name": "Pilot"});
    let path = format!("/api/v1/organizations/{acme}/roles");
    assert_eq!(http.post(&path, role).await.status, 200);
    assert_eq!(
        http.get(&format!("{path}/pilot")).await.json()["role"]["is_org_role"],
        true
    );
    assert_eq!(
        http.get(&format!("/api/v1/organizations/{other}/roles/pilot"))
            .await
            .status,
        404
    );
    assert_eq!(http.get("/api/v1/roles/pilot").await.status, 404);
    let default = json!({"default_member_role": "pilot"});
    assert_eq!(
        http.patch(&format!("{path}:set_defaults"), default).await.status,
        200
    );
    let user = http.user(&acme, "ada@example.com").await;
    let roles = http
        .get(&format!("/api/v1/organizations/{acme}/users/{user}/roles"))
        .await
        .json();
    assert_eq!(names(&roles["roles"], "name"), ["pilot"]);
}

#[tokio::test]
async fn logins_open_sessions_that_can_be_listed_and_revoked() {
    let http = start().await;
    let acme = http.organization("Acme").await;
    let user = http.user(&acme, "ada@example.com").await;
    for _ in 0..2 {
        http.authorize(&[("login_hint", "ada@example.com")])
            .await
            .redirect();
    }
    let path = format!("/api/v1/users/{user}/sessions");
    let listed = http.get(&path).await.json();
    assert_eq!(
        (
            &listed["total_size"],
            listed["sessions"].as_array().unwrap().len()
        ),
        (&json!(2), 2)
    );
    let id = listed["sessions"][0]["session_id"].as_str().unwrap();
    assert_eq!(
        http.get(&format!("/api/v1/sessions/{id}")).await.json()["user_id"],
        user
    );
    let revoked = http.post(&format!("{path}/revoke"), json!({})).await.json();
    assert_eq!(revoked["total_revoked"], 2);
    assert_eq!(
        http.get(&format!("{path}?filter.status=active")).await.json()["total_size"],
        Value::Null
    );
    assert_eq!(
        http.get(&format!("{path}?filter.status=revoked")).await.json()["total_size"],
        2
    );
    refused(
        &http.get("/api/v1/users/usr_404/sessions").await,
        404,
        5,
        "RESOURCE_NOT_FOUND",
    );
}
