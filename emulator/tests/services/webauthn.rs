use reqwest::Method;
use serde_json::json;

use crate::environment::{Environment, column, text};

async fn with_credentials() -> (Environment, String) {
    let environment = Environment::start().await;
    let acme = environment.organization("Acme").await;
    let ann = environment.member(&acme, "ann@acme.com", &[]).await;
    let credential = |id: &str, raw: &str| {
        json!({
            "id": id, "user_id": ann, "credential_id": raw, "transports": ["usb"],
            "authenticator": { "name": "YubiKey" }, "authenticator_flags": { "user_present": true },
        })
    };
    let rows = json!([credential("cred_1", "AAEC"), credential("cred_2", "+/8=")]);
    environment
        .post("/_emulator/seed", json!({ "credentials": rows }))
        .await;
    (environment, ann)
}

#[tokio::test]
async fn credentials_are_listed_with_options_for_browsers() {
    let (environment, ann) = with_credentials().await;
    let list = environment
        .get(&format!("/api/v1/webauthn/credentials?user_id={ann}"))
        .await;
    assert_eq!(column(&list["credentials"], "id"), ["cred_1", "cred_2"]);
    let first = &list["credentials"][0];
    assert_eq!(
        (&first["credential_id"], &first["authenticator"]["name"]),
        (&json!("AAEC"), &json!("YubiKey"))
    );
    let options = &list["all_accepted_credentials_options"];
    assert_eq!(
        (&options["rp_id"], &options["all_accepted_credential_ids"]),
        (&json!("127.0.0.1"), &json!(["AAEC", "-_8"]))
    );
    assert!(!text(&options["user_id"]).is_empty());
    environment
        .get_fails("/api/v1/webauthn/credentials?user_id=usr_1")
        .await
        .is_not_found("user", "usr_1");
}

#[tokio::test]
async fn a_credential_is_renamed_and_deleted() {
    let (environment, ann) = with_credentials().await;
    let path = "/api/v1/webauthn/credentials/cred_2";
    let renamed = environment
        .patch(path, json!({ "display_name": "Key" }))
        .await;
    assert_eq!(
        (
            &renamed["credential"]["display_name"],
            &renamed["credential"]["id"]
        ),
        (&json!("Key"), &json!("cred_2"))
    );
    environment
        .call(Method::PATCH, path, json!({ "display_name": "" }))
        .await
        .violates("display_name", "string.min_len");
    let gone = environment
        .call(Method::DELETE, path, json!(null))
        .await
        .ok();
    let options = json!({ "rp_id": "127.0.0.1", "credential_id": "-_8" });
    assert_eq!(
        gone,
        json!({ "success": true, "unknown_credential_options": options })
    );
    environment
        .delete_fails(path)
        .await
        .is_not_found("credential", "cred_2");
    let response = environment
        .call(Method::PATCH, path, json!({ "display_name": "X" }))
        .await;
    response.is_not_found("credential", "cred_2");
    // Deleting a user deletes the credentials.
    environment.delete(&format!("/api/v1/users/{ann}")).await;
    environment
        .delete_fails("/api/v1/webauthn/credentials/cred_1")
        .await
        .is_not_found("credential", "cred_1");
}
