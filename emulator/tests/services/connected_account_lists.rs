//! Connected accounts: lists, cascading deletion and invalid requests.

use reqwest::Method;
use serde_json::{Value, json};

use crate::connected_accounts::{ACCOUNTS, oauth, with_connections};
use crate::environment::{column, text};

#[tokio::test]
async fn accounts_are_listed_searched_and_deleted_with_their_owners() {
    let (environment, acme, ann) = with_connections().await;
    for (connector, identifier, organization, user) in [
        ("slack", "ann", acme.as_str(), ann.as_str()),
        ("crm", "ann", acme.as_str(), ""),
        ("slack", "bob", "", ""),
    ] {
        let account = json!({
            "connector": connector, "identifier": identifier, "organization_id": organization, "user_id": user,
            "connected_account": { "authorization_details": { "static_auth": { "details": { "secret": "s3cret" } } } },
        });
        environment.post(ACCOUNTS, account).await;
    }
    for (query, found) in [
        ("", 3),
        ("identifier=ann", 2),
        ("connector=slack", 2),
        ("connector=slack&identifier=ann", 1),
        (&format!("organization_id={acme}"), 2),
        (&format!("user_id={ann}"), 1),
        ("provider=slack", 2),
        ("query=CRM", 1),
        ("connection_names=crm&connection_names=slack", 3),
        ("is_org_wide_credential=true", 1),
        ("is_org_wide_credential=false", 2),
    ] {
        let list = environment.get(&format!("{ACCOUNTS}?{query}")).await;
        assert_eq!(list["total_size"], found, "{query}");
        assert!(!list.to_string().contains("s3cret"));
    }
    let page = environment.get(&format!("{ACCOUNTS}?page_size=2")).await;
    assert_eq!(
        column(&page["connected_accounts"], "identifier"),
        ["bob", "ann"]
    );
    assert_eq!(
        column(&page["connected_accounts"], "connector"),
        ["slack", "crm"]
    );
    let next = environment
        .get(&format!(
            "{ACCOUNTS}?page_token={}",
            text(&page["next_page_token"])
        ))
        .await;
    assert_eq!(column(&next["connected_accounts"], "connector"), ["slack"]);
    let same = environment.get(&format!("{ACCOUNTS}?identifier=ann")).await;
    assert_eq!(
        column(&same["connected_accounts"], "connector"),
        ["crm", "slack"]
    );
    let found = environment
        .get(&format!("{ACCOUNTS}:search?query=ann"))
        .await;
    assert_eq!(
        column(&found["connected_accounts"], "connector"),
        ["crm", "slack"]
    );
    let found = environment
        .get(&format!("{ACCOUNTS}:search?query=ANN&connection_id=conn_1"))
        .await;
    assert_eq!(
        (
            column(&found["connected_accounts"], "connector"),
            &found["total_size"]
        ),
        (vec!["slack".to_owned()], &json!(1))
    );
    environment
        .get_fails(&format!("{ACCOUNTS}:search?query=an"))
        .await
        .violates("query", "string.min_len");

    environment.delete(&format!("/api/v1/users/{ann}")).await;
    assert_eq!(environment.get(ACCOUNTS).await["total_size"], 2);
    environment
        .delete(&format!("/api/v1/organizations/{acme}"))
        .await;
    let remaining = environment.get(ACCOUNTS).await;
    assert_eq!(
        column(&remaining["connected_accounts"], "identifier"),
        ["bob"]
    );
}

#[tokio::test]
async fn boolean_query_parameters_accept_several_spellings() {
    let (environment, acme, _) = with_connections().await;
    for (identifier, organization) in [("ann", acme.as_str()), ("bob", ""), ("eve", "")] {
        let mut new = oauth(identifier);
        new["organization_id"] = organization.into();
        environment.post(ACCOUNTS, new).await;
    }
    let path = |text: &str| format!("{ACCOUNTS}?is_org_wide_credential={text}");
    for (spellings, found) in [
        (["true", "True", "TRUE", "t", "T", "1"], 1),
        (["false", "False", "FALSE", "f", "F", "0"], 2),
    ] {
        for text in spellings {
            assert_eq!(
                environment.get(&path(text)).await["total_size"],
                found,
                "{text}"
            );
        }
    }
    for text in ["yes", "2", ""] {
        let response = environment.get_fails(&path(text)).await;
        response.violates("is_org_wide_credential", "type");
    }
}

#[tokio::test]
async fn unknown_and_incompletely_identified_accounts_are_rejected() {
    let (environment, acme, _) = with_connections().await;
    let post = async |body: Value| environment.call(Method::POST, ACCOUNTS, body).await;
    let mut new = oauth("ann");
    new["connector"] = "jira".into();
    post(new).await.is_not_found("connection", "jira");
    let mut new = oauth("ann");
    new["organization_id"] = "org_1".into();
    post(new).await.is_not_found("organization", "org_1");
    let mut new = oauth("ann");
    new["user_id"] = "usr_1".into();
    post(new).await.is_not_found("user", "usr_1");
    let message = "connector and identifier are required";
    post(json!({ "connected_account": {} })).await.is_error(
        400,
        3,
        message,
        json!({ "error_code": "INVALID_ARGUMENT" }),
    );
    post(json!({ "connector": "slack", "identifier": "ann" }))
        .await
        .violates("connected_account", "required");
    let details = format!("{ACCOUNTS}/details");
    let message = "specify an id, or a connector and an identifier";
    let response = environment.get_fails(&details).await;
    response.is_error(400, 3, message, json!({ "error_code": "INVALID_ARGUMENT" }));
    environment.post(ACCOUNTS, oauth("ann")).await;
    // The account does not belong to an organization.
    let other_path = format!("{details}?connector=slack&identifier=ann&organization_id={acme}");
    environment
        .get_fails(&other_path)
        .await
        .is_not_found("connected account", "ann");
    for segment in ["details", "auth"] {
        let response = environment
            .get_fails(&format!("{ACCOUNTS}/{segment}?id=ca_1"))
            .await;
        response.is_not_found("connected account", "ca_1");
    }
    let response = environment
        .call(
            Method::POST,
            &format!("{ACCOUNTS}/magic_link"),
            json!({ "id": "ca_1" }),
        )
        .await;
    response.is_not_found("connected account", "ca_1");
}

#[tokio::test]
async fn deleting_a_connection_deletes_its_accounts() {
    let (environment, acme, _) = with_connections().await;
    let path = format!("/api/v1/organizations/{acme}/connections");
    let new = json!({ "type": "OAUTH", "key_id": "own" });
    let connection = environment.post(&path, new).await["connection"].take();
    let account = json!({ "connector": "own", "identifier": "ann", "connected_account": {} });
    let account = environment.post(ACCOUNTS, account).await["connected_account"].take();
    let id = text(&account["id"]);
    environment
        .delete(&format!("{path}/{}", text(&connection["id"])))
        .await;
    let details = format!("{ACCOUNTS}/details?id={id}");
    environment
        .get_fails(&details)
        .await
        .is_not_found("connected account", &id);
    let events = environment
        .post(
            "/api/v1/events/paginated",
            json!({ "connected_account_id": id }),
        )
        .await;
    let expected = ["connected_account.created", "connected_account.deleted"];
    assert_eq!(column(&events["events"], "type"), expected);
}

#[tokio::test]
async fn a_connection_of_the_environment_is_deleted_with_its_accounts() {
    let (environment, ..) = with_connections().await;
    let account = environment.post(ACCOUNTS, oauth("ann")).await["connected_account"].take();
    let id = text(&account["id"]);
    environment.delete("/api/v1/connections/conn_1").await;
    environment
        .get_fails("/api/v1/connections/conn_1")
        .await
        .is_not_found("connection", "conn_1");
    environment
        .get_fails(&format!("{ACCOUNTS}/details?id={id}"))
        .await
        .is_not_found("connected account", &id);
    environment
        .delete_fails("/api/v1/connections/conn_1")
        .await
        .is_not_found("connection", "conn_1");
    let events = environment
        .post(
            "/api/v1/events/paginated",
            json!({ "connection_id": "conn_1" }),
        )
        .await;
    let expected = [
        "connected_account.created",
        "connected_account.deleted",
        "connection.deleted",
    ];
    assert_eq!(column(&events["events"], "type"), expected);
}
