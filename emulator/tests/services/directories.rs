use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, column, set_fields, text};

/// Starts an environment with an organization and an Okta directory. Returns it with the paths of
/// both and the id of the directory.
pub(crate) async fn with_directory() -> (Environment, String, String, String) {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let organization = format!("/api/v1/organizations/{acme}");
    let new = json!({ "directory_type": "SCIM", "directory_provider": "OKTA" });
    let created = environment
        .post(&format!("{organization}/directories"), new)
        .await;
    let id = text(&created["directory"]["id"]);
    (
        environment,
        organization.clone(),
        format!("{organization}/directories/{id}"),
        id,
    )
}

#[tokio::test]
async fn a_directory_is_enabled_at_once_and_must_be_disabled_before_deletion() {
    let (environment, organization, path, id) = with_directory().await;
    let directory = environment.get(&path).await["directory"].take();
    let expected = json!({
        "id": id,
        "name": "OKTA SCIM directory",
        "organization_id": organization.trim_start_matches("/api/v1/organizations/"),
        "directory_type": "SCIM", "directory_provider": "OKTA", "enabled": true,
        "directory_endpoint": environment.url(&format!("/api/v1/directories/{id}/scim/v2")),
    });
    assert!(id.starts_with("dir_"), "{id}");
    assert_eq!(set_fields(&directory), expected);
    let list = environment
        .get(&format!("{organization}/directories"))
        .await;
    assert_eq!(list, json!({ "directories": [directory] }));

    let message = "the directory is enabled and must be disabled first";
    environment.delete_fails(&path).await.is_precondition(
        "DIRECTORY_ENABLED",
        message,
        "directory",
        &id,
    );
    for _ in 0..2 {
        let response = environment
            .patch(&format!("{path}:disable"), Value::Null)
            .await;
        assert_eq!(response, json!({ "enabled": false }));
    }
    let enabled = environment
        .patch(&format!("{path}:enable"), Value::Null)
        .await;
    assert_eq!(enabled, json!({ "enabled": true }));
    environment
        .patch(&format!("{path}:disable"), Value::Null)
        .await;
    environment.delete(&path).await;
    environment
        .get_fails(&path)
        .await
        .is_not_found("directory", &id);
}

#[tokio::test]
async fn directories_of_other_organizations_are_not_found() {
    let (environment, organization, path, id) = with_directory().await;
    let globex = environment.organization("Globex").await;
    let foreign_path = format!("/api/v1/organizations/{globex}/directories/{id}");
    for path in [
        foreign_path.clone(),
        format!("{foreign_path}/users"),
        format!("{foreign_path}/groups"),
    ] {
        environment
            .get_fails(&path)
            .await
            .is_not_found("directory", &id);
    }
    environment
        .delete_fails(&foreign_path)
        .await
        .is_not_found("directory", &id);
    for toggle in ["enable", "disable"] {
        let response = environment
            .call(
                Method::PATCH,
                &format!("{foreign_path}:{toggle}"),
                Value::Null,
            )
            .await;
        response.is_not_found("directory", &id);
    }
    let unknown_path = "/api/v1/organizations/org_1/directories";
    environment
        .get_fails(unknown_path)
        .await
        .is_not_found("organization", "org_1");
    let new = json!({ "directory_type": "LDAP" });
    environment
        .call(Method::POST, unknown_path, new)
        .await
        .is_not_found("organization", "org_1");
    let response = environment
        .call(
            Method::POST,
            &format!("{organization}/directories"),
            json!({}),
        )
        .await;
    response.violates("directory.directory_type", "required");
    environment
        .get_fails(&format!("{path}/users?page_size=31"))
        .await
        .violates("page_size", "uint32.lte");
}

#[tokio::test]
async fn the_admin_api_changes_users_and_groups() {
    let (environment, _, path, id) = with_directory().await;
    let admin = format!("/_emulator/directories/{id}");
    let staff = environment
        .put(
            &format!("{admin}/groups"),
            json!({ "display_name": "Staff" }),
        )
        .await;
    let group = text(&staff["id"]);
    let ann = json!({
        "email": "ann@acme.com", "given_name": "Ann", "family_name": "Lee", "groups": [{ "id": group }],
        "user_detail": { "title": "CEO" },
    });
    let ann = environment.put(&format!("{admin}/users"), ann).await;
    let user = text(&ann["id"]);
    assert!(user.starts_with("diruser_") && group.starts_with("dirgroup_"));
    environment
        .put(
            &format!("{admin}/users"),
            json!({ "email": "bob@acme.com" }),
        )
        .await;

    let users = environment.get(&format!("{path}/users")).await;
    assert_eq!(
        column(&users["users"], "email"),
        ["ann@acme.com", "bob@acme.com"]
    );
    assert_eq!(
        (&users["total_size"], users["users"][0].get("user_detail")),
        (&json!(2), None)
    );
    let listed = environment
        .get(&format!(
            "{path}/users?include_detail=true&directory_group_id={group}"
        ))
        .await;
    assert_eq!(column(&listed["users"], "id"), [user.as_str()]);
    assert_eq!(listed["users"][0]["user_detail"], json!({ "title": "CEO" }));
    let shown = &listed["users"][0]["groups"][0];
    assert_eq!(
        (&shown["display_name"], &shown["total_users"]),
        (&json!("Staff"), &json!(1))
    );

    let all = json!({ "id": group, "display_name": "Everybody", "members": column(&users["users"], "id") });
    environment.put(&format!("{admin}/groups"), all).await;
    let groups = environment.get(&format!("{path}/groups")).await;
    assert_eq!(
        (
            column(&groups["groups"], "display_name"),
            &groups["groups"][0]["total_users"]
        ),
        (vec!["Everybody".to_owned()], &json!(2))
    );
    let directory = environment.get(&path).await["directory"].take();
    assert_eq!(
        (&directory["total_users"], &directory["total_groups"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (
            &directory["stats"]["total_users"],
            &directory["stats"]["total_groups"]
        ),
        (&json!(2), &json!(1))
    );
    assert!(
        directory["last_synced_at"].is_string()
            && directory["stats"]["user_updated_at"].is_string()
    );

    let gone = environment
        .call(
            Method::DELETE,
            &format!("{admin}/groups/{group}"),
            Value::Null,
        )
        .await;
    assert_eq!(gone.status, 204);
    let users = environment.get(&format!("{path}/users")).await["users"].take();
    assert_eq!(
        (&users[0]["groups"], &users[1]["groups"]),
        (&json!([]), &json!([]))
    );
    environment
        .call(
            Method::DELETE,
            &format!("{admin}/users/{user}"),
            Value::Null,
        )
        .await;
    assert_eq!(
        environment.get(&format!("{path}/users")).await["total_size"],
        1
    );
}

#[tokio::test]
async fn lists_can_be_limited_to_rows_updated_after_a_time() {
    let (mut environment, _, path, id) = with_directory().await;
    let admin = format!("/_emulator/directories/{id}");
    environment
        .put(
            &format!("{admin}/users"),
            json!({ "email": "ann@acme.com" }),
        )
        .await;
    environment
        .put(&format!("{admin}/groups"), json!({ "display_name": "Old" }))
        .await;
    let before = environment.get(&format!("{path}/users")).await["users"][0]["updated_at"].take();
    environment.shift_clock(60).await;
    environment
        .put(
            &format!("{admin}/users"),
            json!({ "email": "bob@acme.com" }),
        )
        .await;
    environment
        .put(&format!("{admin}/groups"), json!({ "display_name": "New" }))
        .await;
    let after = text(&before);
    let users = environment
        .get(&format!("{path}/users?updated_after={after}"))
        .await;
    assert_eq!(
        (column(&users["users"], "email"), &users["total_size"]),
        (vec!["bob@acme.com".to_owned()], &json!(1))
    );
    let groups = environment
        .get(&format!("{path}/groups?updated_after={after}"))
        .await;
    assert!(column(&groups["groups"], "display_name").contains(&"New".to_owned()));
}

#[tokio::test]
async fn users_are_listed_in_pages() {
    let (environment, _, path, id) = with_directory().await;
    let rows: Vec<Value> = (1..=25)
        .map(|n| json!({ "directory_id": id, "email": format!("u{n}@acme.com") }))
        .collect();
    environment
        .post("/_emulator/seed", json!({ "directory_users": rows }))
        .await;
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = environment
            .get(&format!("{path}/users?page_size=10&page_token={token}"))
            .await;
        assert_eq!(page["total_size"], 25);
        seen.extend(column(&page["users"], "email"));
        token = page["next_page_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if token.is_empty() {
            break;
        }
    }
    let expected: Vec<String> = (1..=25).map(|n| format!("u{n}@acme.com")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn changes_to_disabled_and_other_directories_are_rejected() {
    let (environment, organization, path, id) = with_directory().await;
    let admin = format!("/_emulator/directories/{id}");
    let user = environment
        .put(
            &format!("{admin}/users"),
            json!({ "email": "ann@acme.com" }),
        )
        .await;
    environment
        .patch(&format!("{path}:disable"), Value::Null)
        .await;
    let response = environment
        .call(
            Method::PUT,
            &format!("{admin}/users"),
            json!({ "email": "bob@acme.com" }),
        )
        .await;
    assert_eq!(
        (response.status, response.body),
        (
            400,
            json!({ "error": "the directory is disabled; enable it before adding or removing users and groups" })
        )
    );
    let other = environment
        .post(
            &format!("{organization}/directories"),
            json!({ "directory_type": "SCIM" }),
        )
        .await;
    let other = format!("/_emulator/directories/{}", text(&other["directory"]["id"]));
    let response = environment
        .call(
            Method::DELETE,
            &format!("{other}/users/{}", text(&user["id"])),
            Value::Null,
        )
        .await;
    assert_eq!(
        (response.status, response.body),
        (404, json!({ "error": "directory user not found" }))
    );
    // Deleting the organization deletes the directory.
    environment.delete(&organization).await;
    let response = environment
        .call(Method::POST, &format!("{admin}/secrets"), json!({}))
        .await;
    assert_eq!(response.body, json!({ "error": "directory not found" }));
}
