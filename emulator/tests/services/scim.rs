use reqwest::Method;
use serde_json::{Value, json};

use crate::directories::with_directory;
use crate::environment::{Environment, column, set_fields, text};

/// The SCIM endpoint of a directory and its secret, as an identity provider stores them.
pub(crate) struct Provider<'e> {
    environment: &'e Environment,
    endpoint: String,
    secret: String,
}

impl Provider<'_> {
    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let http = &self.environment.http;
        let mut request = http
            .request(method, format!("{}/{path}", self.endpoint))
            .bearer_auth(&self.secret);
        if !body.is_null() {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        let response = request.send().await.expect("a response");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }
}

pub(crate) async fn provider<'e>(environment: &'e Environment, directory: &str) -> Provider<'e> {
    let secret = environment
        .post(
            &format!("/_emulator/directories/{directory}/secrets"),
            json!({}),
        )
        .await;
    Provider {
        environment,
        endpoint: text(&secret["endpoint"]),
        secret: text(&secret["secret"]),
    }
}

fn ann() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ann", "externalId": "okta-1", "active": true,
        "name": { "givenName": "Ann", "familyName": "Lee" },
        "emails": [{ "value": "a.lee@home.net" }, { "value": "ann@acme.com", "primary": true, "type": "work" }],
    })
}

#[tokio::test]
async fn a_user_is_created_updated_and_deleted() {
    let (environment, _, path, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let (status, created) = provider.call(Method::POST, "Users", ann()).await;
    assert_eq!(status, 201);
    let id = text(&created["id"]);
    assert_eq!(
        created["meta"]["location"],
        format!("{}/Users/{id}", provider.endpoint)
    );
    let listed = environment
        .get(&format!("{path}/users?include_detail=true"))
        .await["users"][0]
        .take();
    let expected = json!({
        "id": id, "email": "ann@acme.com", "emails": ["a.lee@home.net", "ann@acme.com"], "preferred_username": "ann",
        "given_name": "Ann", "family_name": "Lee", "updated_at": listed["updated_at"],
        "user_detail": listed["user_detail"],
    });
    assert_eq!(set_fields(&listed), expected);
    assert_eq!(listed["user_detail"]["externalId"], "okta-1");

    let events = environment
        .post("/api/v1/events/paginated", json!({ "source": "DIR_SYNC" }))
        .await;
    let data = events["events"][0]["data"].clone();
    assert_eq!(
        (
            &data["id"],
            &data["dp_id"],
            &data["active"],
            &data["directory_id"]
        ),
        (
            &created["id"],
            &json!("okta-1"),
            &json!(true),
            &json!(directory)
        )
    );

    let patch = json!({ "Operations": [
        { "op": "Replace", "path": "name.familyName", "value": "Li" },
        { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "ann@acme.org" },
        { "op": "add", "value": { "nickName": "Annie" } },
        { "op": "replace", "path": "active", "value": false },
        { "op": "remove", "path": "externalId" },
    ] });
    let (status, patched) = provider
        .call(Method::PATCH, &format!("Users/{id}"), patch)
        .await;
    assert_eq!(
        (status, &patched["active"], &patched["nickName"]),
        (200, &json!(false), &json!("Annie"))
    );
    assert_eq!(patched.get("externalId"), None);
    let listed = environment.get(&format!("{path}/users")).await["users"][0].take();
    assert_eq!(
        (&listed["family_name"], &listed["email"]),
        (&json!("Li"), &json!("ann@acme.org"))
    );

    let (status, _) = provider
        .call(
            Method::PUT,
            &format!("Users/{id}"),
            json!({ "userName": "ann@acme.net" }),
        )
        .await;
    assert_eq!(status, 200);
    let listed = environment.get(&format!("{path}/users")).await["users"][0].take();
    assert_eq!(
        (&listed["email"], &listed["given_name"]),
        (&json!("ann@acme.net"), &json!(""))
    );
    assert_eq!(
        provider
            .call(Method::DELETE, &format!("Users/{id}"), Value::Null)
            .await
            .0,
        204
    );
    assert_eq!(
        provider
            .call(Method::GET, &format!("Users/{id}"), Value::Null)
            .await
            .0,
        404
    );
    let users = environment.get(&format!("{path}/users")).await["users"].take();
    assert_eq!(users, json!([]));
}

#[tokio::test]
async fn group_members_are_added_and_removed() {
    let (environment, _, path, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let mut ids = Vec::new();
    for name in ["ann", "bob", "eve"] {
        let (_, created) = provider
            .call(Method::POST, "Users", json!({ "userName": name }))
            .await;
        ids.push(text(&created["id"]));
    }
    let members = json!([{ "value": ids[0] }]);
    let (status, group) = provider
        .call(
            Method::POST,
            "Groups",
            json!({ "displayName": "Staff", "members": members }),
        )
        .await;
    assert_eq!(status, 201);
    let group = format!("Groups/{}", text(&group["id"]));
    let patch = json!({ "Operations": [
        { "op": "add", "path": "members", "value": [{ "value": ids[1] }, { "value": ids[2] }, { "value": ids[0] }] },
        { "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) },
        { "op": "replace", "path": "displayName", "value": "Crew" },
    ] });
    let (_, patched) = provider.call(Method::PATCH, &group, patch).await;
    assert_eq!(column(&patched["members"], "value"), ids[1..]);
    let gone = json!({ "Operations": [{ "op": "remove", "path": "members", "value": [{ "value": ids[2] }] }] });
    let (_, patched) = provider.call(Method::PATCH, &group, gone).await;
    assert_eq!(column(&patched["members"], "value"), ids[1..2]);
    let listed = environment.get(&format!("{path}/groups")).await["groups"][0].take();
    assert_eq!(
        (&listed["display_name"], &listed["total_users"]),
        (&json!("Crew"), &json!(1))
    );
    let (_, bob) = provider
        .call(Method::GET, &format!("Users/{}", ids[1]), Value::Null)
        .await;
    assert_eq!(column(&bob["groups"], "display"), ["Crew"]);
    assert_eq!(
        provider.call(Method::DELETE, &group, Value::Null).await.0,
        204
    );
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let (environment, _, _, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    for name in ["ann", "bob", "eve"] {
        provider
            .call(Method::POST, "Users", json!({ "userName": name }))
            .await;
    }
    let (_, found) = provider
        .call(
            Method::GET,
            "Users?filter=userName%20eq%20%22BOB%22",
            Value::Null,
        )
        .await;
    assert_eq!(
        (
            &found["totalResults"],
            column(&found["Resources"], "userName")
        ),
        (&json!(1), vec!["bob".to_owned()])
    );
    let (_, page) = provider
        .call(Method::GET, "Users?startIndex=2&count=1", Value::Null)
        .await;
    assert_eq!(
        (
            &page["totalResults"],
            &page["startIndex"],
            &page["itemsPerPage"],
            column(&page["Resources"], "userName")
        ),
        (&json!(3), &json!(2), &json!(1), vec!["bob".to_owned()])
    );
    let (status, config) = provider
        .call(Method::GET, "ServiceProviderConfig", Value::Null)
        .await;
    assert_eq!((status, &config["patch"]["supported"]), (200, &json!(true)));
}

#[tokio::test]
async fn invalid_requests_return_scim_errors() {
    let (environment, _, path, directory) = with_directory().await;
    let provider = provider(&environment, &directory).await;
    let (_, created) = provider.call(Method::POST, "Users", ann()).await;
    let user = format!("Users/{}", text(&created["id"]));
    for (method, path, body, status, scim_type) in [
        (Method::POST, "Users", ann(), 409, json!("uniqueness")),
        (Method::POST, "Users", json!({}), 400, json!("invalidValue")),
        (
            Method::POST,
            "Users",
            json!([]),
            400,
            json!("invalidSyntax"),
        ),
        (
            Method::GET,
            "Users?filter=userName%20co%20%22a%22",
            Value::Null,
            400,
            json!("invalidFilter"),
        ),
        (
            Method::GET,
            "Users?count=x",
            Value::Null,
            400,
            json!("invalidValue"),
        ),
        (Method::PATCH, &user, json!({}), 400, json!("invalidSyntax")),
        (
            Method::PATCH,
            &user,
            json!({ "Operations": [{ "op": "copy" }] }),
            400,
            json!("invalidSyntax"),
        ),
        (
            Method::PATCH,
            &user,
            json!({ "Operations": [{ "op": "remove" }] }),
            400,
            json!("noTarget"),
        ),
        (
            Method::PATCH,
            &user,
            json!({ "Operations": [{ "op": "add", "path": "emails[x", "value": 1 }] }),
            400,
            json!("invalidPath"),
        ),
        (Method::GET, "Things", Value::Null, 404, Value::Null),
        (
            Method::DELETE,
            "Users/diruser_1",
            Value::Null,
            404,
            Value::Null,
        ),
    ] {
        let (actual_status, error) = provider.call(method, path, body).await;
        assert_eq!(
            (actual_status, &error["scimType"]),
            (status, &scim_type),
            "{path} {error}"
        );
        assert_eq!(error["status"], status.to_string());
    }
    let other_provider = Provider {
        environment: &environment,
        endpoint: provider.endpoint.clone(),
        secret: "scim_wrong".to_owned(),
    };
    assert_eq!(
        other_provider
            .call(Method::GET, "Users", Value::Null)
            .await
            .0,
        401
    );
    environment
        .post(
            "/_emulator/faults",
            json!({ "operation": "scim", "times": 1, "status": 503 }),
        )
        .await;
    assert_eq!(
        provider.call(Method::GET, "Users", Value::Null).await.0,
        503
    );
    assert_eq!(
        provider.call(Method::GET, "Users", Value::Null).await.0,
        200
    );
    let logged = environment
        .get("/_emulator/requests?operation=scim&limit=1")
        .await;
    assert_eq!(logged[0]["status"], 200);
    environment
        .patch(&format!("{path}:disable"), Value::Null)
        .await;
    let (status, error) = provider
        .call(Method::POST, "Users", json!({ "userName": "bob" }))
        .await;
    assert_eq!(
        (status, &error["detail"]),
        (
            400,
            &json!(
                "the directory is disabled; enable it before adding or removing users and groups"
            )
        )
    );
}
