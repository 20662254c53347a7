use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::{Environment, Response, column, text};

async fn send(environment: &Environment, mail: Value) -> Value {
    environment
        .post("/api/v1/passwordless/email/send", mail)
        .await
}

async fn verify(environment: &Environment, credential: Value) -> Response {
    environment
        .call(
            Method::POST,
            "/api/v1/passwordless/email/verify",
            credential,
        )
        .await
}

/// Returns the newest email to an address.
async fn mail(environment: &Environment, to: &str) -> Value {
    let mails = environment.get(&format!("/_emulator/mails?to={to}")).await;
    mails
        .as_array()
        .and_then(|all| all.last())
        .expect("an email")
        .clone()
}

#[track_caller]
fn is_rejected(response: &Response, error_code: &str) {
    assert_eq!(
        (response.status, &response.body["details"][0]["error_code"]),
        (400, &json!(error_code)),
        "{}",
        response.body
    );
}

#[tokio::test]
async fn a_code_works_once() {
    let environment = Environment::start().await;
    let now = jiff::Timestamp::now().as_second();
    let sent = send(
        &environment,
        json!({ "email": "ann@acme.com", "template": "SIGNIN", "state": "s1" }),
    )
    .await;
    let id = sent["auth_request_id"].clone();
    assert_eq!(
        (&sent["expires_in"], &sent["passwordless_type"]),
        (&json!(300), &json!("OTP"))
    );
    let expires = text(&sent["expires_at"]).parse::<i64>().expect("a number");
    assert!((300..=310).contains(&(expires - now)), "{expires} {now}");
    let mail = mail(&environment, "ann@acme.com").await;
    assert_eq!(
        (&mail["subject"], mail.get("link")),
        (&json!("Sign in"), None)
    );
    let code = text(&mail["code"]);
    assert!(
        code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()),
        "{code}"
    );

    let credential = json!({ "code": code, "auth_request_id": id });
    let verified = verify(&environment, credential.clone()).await.ok();
    let expected = json!({
        "email": "ann@acme.com", "state": "s1", "template": "SIGNIN", "passwordless_type": "OTP",
    });
    assert_eq!(verified, expected);
    is_rejected(
        &verify(&environment, credential).await,
        "PASSWORDLESS_CREDENTIAL_USED",
    );
    let log = environment
        .get("/api/v1/logs/authentication/requests")
        .await["authRequests"]
        .take();
    assert_eq!(
        (column(&log, "status"), &log[0]["workflow"]),
        (vec!["SUCCESS".to_owned()], &json!("passwordless"))
    );
}

#[tokio::test]
async fn a_link_contains_a_token_for_the_application() {
    let environment = Environment::start().await;
    let request = json!({
        "email": "ann@acme.com", "template": "SIGNUP", "magiclink_auth_uri": "https://app.test/in?x=1#top",
        "expires_in": 60, "template_variables": { "name": "Ann" },
    });
    let sent = send(&environment, request).await;
    assert_eq!(
        (&sent["expires_in"], &sent["passwordless_type"]),
        (&json!(60), &json!("LINK_OTP"))
    );
    let mail = mail(&environment, "ann@acme.com").await;
    assert_eq!(
        (&mail["subject"], &mail["variables"]),
        (&json!("Sign up"), &json!({ "name": "Ann" }))
    );
    let link = url::Url::parse(&text(&mail["link"])).expect("a URL");
    assert_eq!(link.host_str(), Some("app.test"));
    let token = link
        .query_pairs()
        .find(|(name, _)| name == "link_token")
        .expect("a token")
        .1
        .into_owned();
    let invalid = json!({ "link_token": token, "auth_request_id": "areq_1" });
    verify(&environment, invalid)
        .await
        .is_not_found("authentication request", "areq_1");
    let verified = verify(&environment, json!({ "link_token": token }))
        .await
        .ok();
    assert_eq!(verified["email"], "ann@acme.com");
    // The code of the same email is used too.
    is_rejected(
        &verify(&environment, json!({ "code": mail["code"] })).await,
        "PASSWORDLESS_CREDENTIAL_USED",
    );
}

#[tokio::test]
async fn five_wrong_codes_or_expiry_invalidate_a_request() {
    let mut environment = Environment::start().await;
    let sent = send(&environment, json!({ "email": "ann@acme.com" })).await;
    let id = sent["auth_request_id"].clone();
    let code = mail(&environment, "ann@acme.com").await["code"].take();
    for _ in 0..5 {
        let invalid = json!({ "code": "wrong", "auth_request_id": id });
        is_rejected(
            &verify(&environment, invalid).await,
            "PASSWORDLESS_CREDENTIAL_INVALID",
        );
    }
    let valid = json!({ "code": code, "auth_request_id": id });
    is_rejected(
        &verify(&environment, valid).await,
        "PASSWORDLESS_TOO_MANY_ATTEMPTS",
    );

    let sent = send(&environment, json!({ "email": "bob@acme.com" })).await;
    let code = mail(&environment, "bob@acme.com").await["code"].take();
    environment.shift_clock(301).await;
    let late = json!({ "code": code, "auth_request_id": sent["auth_request_id"] });
    is_rejected(
        &verify(&environment, late).await,
        "PASSWORDLESS_CREDENTIAL_EXPIRED",
    );
    is_rejected(
        &verify(&environment, json!({ "code": "unknown" })).await,
        "PASSWORDLESS_CREDENTIAL_INVALID",
    );
}

#[tokio::test]
async fn resending_an_email_invalidates_the_previous_one() {
    let environment = Environment::start().await;
    let first = send(
        &environment,
        json!({ "email": "ann@acme.com", "state": "s1", "expires_in": 60 }),
    )
    .await;
    let old = mail(&environment, "ann@acme.com").await["code"].take();
    let path = "/api/v1/passwordless/email/resend";
    let again = json!({ "auth_request_id": first["auth_request_id"] });
    let second = environment.post(path, again.clone()).await;
    assert!(second["auth_request_id"] != first["auth_request_id"] && second["expires_in"] == 60);
    let stale = json!({ "code": old, "auth_request_id": first["auth_request_id"] });
    is_rejected(
        &verify(&environment, stale).await,
        "PASSWORDLESS_CREDENTIAL_USED",
    );
    let id = text(&first["auth_request_id"]);
    environment
        .call(Method::POST, path, again)
        .await
        .is_not_found("authentication request", &id);
    let new = mail(&environment, "ann@acme.com").await["code"].take();
    let credential = json!({ "code": new, "auth_request_id": second["auth_request_id"] });
    assert_eq!(verify(&environment, credential).await.ok()["state"], "s1");
    let unknown = json!({ "auth_request_id": "areq_1" });
    environment
        .call(Method::POST, path, unknown)
        .await
        .is_not_found("authentication request", "areq_1");
}

#[tokio::test]
async fn the_passwordless_config_decides_the_contents_of_an_email() {
    let environment = Environment::start().await;
    let connection = json!({
        "id": "conn_1", "type": "PASSWORDLESS", "enabled": true,
        "passwordless_config": {
            "type": "LINK", "validity": 120, "code_challenge_length": 8,
            "regenerate_passwordless_credentials_on_resend": false,
        },
    });
    environment
        .post("/_emulator/seed", json!({ "connections": [connection] }))
        .await;
    let path = "/api/v1/passwordless/email/send";
    environment
        .call(Method::POST, path, json!({ "email": "ann@acme.com" }))
        .await
        .violates("magiclink_auth_uri", "magiclink_auth_uri.needed");
    let sent = send(
        &environment,
        json!({ "email": "ann@acme.com", "magiclink_auth_uri": "https://app.test" }),
    )
    .await;
    assert_eq!(
        (&sent["passwordless_type"], &sent["expires_in"]),
        (&json!("LINK"), &json!(120))
    );
    let first = mail(&environment, "ann@acme.com").await;
    assert!(first.get("code").is_none() && first["link"].is_string());
    let again = json!({ "auth_request_id": sent["auth_request_id"] });
    environment
        .post("/api/v1/passwordless/email/resend", again)
        .await;
    assert_eq!(
        mail(&environment, "ann@acme.com").await["link"],
        first["link"]
    );

    for (body, field, constraint) in [
        (json!({ "email": "ann" }), "email", "string.email"),
        (
            json!({ "email": "a@b.cd", "state": "" }),
            "state",
            "string.min_len",
        ),
    ] {
        environment
            .call(Method::POST, path, body)
            .await
            .violates(field, constraint);
    }
}

/// Returns the ids of the stored requests.
async fn stored_ids(environment: &Environment) -> Vec<String> {
    let export = environment.get("/_emulator/export").await;
    column(&export["passwordless"], "auth_request_id")
}

#[tokio::test]
async fn requests_are_deleted_a_day_after_they_expire() {
    let mut environment = Environment::start().await;
    let old = send(&environment, json!({ "email": "ann@acme.com" })).await;
    let code = mail(&environment, "ann@acme.com").await["code"].take();
    let credential = json!({ "code": code, "auth_request_id": old["auth_request_id"] });
    environment.shift_clock(24 * 3600).await;
    let recent = send(&environment, json!({ "email": "ann@acme.com" })).await;
    let response = verify(&environment, credential.clone()).await;
    is_rejected(&response, "PASSWORDLESS_CREDENTIAL_EXPIRED");
    environment.shift_clock(24 * 3600 + 300).await;
    let new = send(&environment, json!({ "email": "ann@acme.com" })).await;
    let ids = [&recent, &new].map(|sent| text(&sent["auth_request_id"]));
    assert_eq!(stored_ids(&environment).await, ids);
    verify(&environment, credential)
        .await
        .is_not_found("authentication request", &text(&old["auth_request_id"]));
}

#[tokio::test]
async fn at_most_10_000_requests_are_stored() {
    let environment = Environment::start().await;
    let row = |number: u32| json!({ "auth_request_id": format!("areq_{number}"), "email": "ann@acme.com" });
    let rows: Vec<Value> = (0..10_000).map(row).collect();
    environment
        .post("/_emulator/seed", json!({ "passwordless": rows }))
        .await;
    let sent = send(&environment, json!({ "email": "ann@acme.com" })).await;
    let ids = stored_ids(&environment).await;
    assert_eq!((ids.len(), ids[0].as_str()), (10_000, "areq_1"));
    assert_eq!(ids.last(), Some(&text(&sent["auth_request_id"])));
}
