use reqwest::Method;
use reqwest::header::{LOCATION, USER_AGENT};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};
use url::Url;

use crate::environment::{Environment, Response, column, set_fields, text};

const REDIRECT_URI: &str = "http://localhost:3000/callback";
const DAYS: i64 = 24 * 3600;

/// Starts an auto-approving environment with an organization and a member. Returns it with both
/// ids.
async fn with_ann() -> (Environment, String, String) {
    let environment = Environment::start_with(Emulator::builder().auto_approve(true)).await;
    let acme = environment.organization("Acme").await;
    let ann = environment.member(&acme, "ann@acme.com", &[]).await;
    (environment, acme, ann)
}

/// Logs Ann in as a browser does and returns her tokens.
async fn log_in(environment: &Environment) -> Value {
    let client = environment.emulator.client_id();
    let query = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", REDIRECT_URI),
        ("login_hint", "ann@acme.com"),
        ("scope", "openid offline_access"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    let request = environment
        .http
        .get(environment.url(&format!("/oauth/authorize?{query}")));
    let response = request
        .header(USER_AGENT, "Browser/1.0")
        .send()
        .await
        .expect("a redirect");
    let location = response.headers()[LOCATION].to_str().expect("text");
    let location = Url::parse(location).expect("a URL");
    let (_, code) = location
        .query_pairs()
        .find(|(name, _)| name == "code")
        .expect("a code");
    exchange(
        environment,
        &[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
        ],
    )
    .await
    .ok()
}

async fn exchange(environment: &Environment, pairs: &[(&str, &str)]) -> Response {
    let client = [
        ("client_id", environment.emulator.client_id()),
        ("client_secret", environment.emulator.client_secret()),
    ];
    environment
        .post_form("/oauth/token", &[pairs, &client].concat())
        .await
}

async fn refresh(environment: &Environment, token: &Value) -> Response {
    exchange(
        environment,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", &text(token)),
        ],
    )
    .await
}

async fn sessions(environment: &Environment, user: &str, query: &str) -> Value {
    environment
        .get(&format!("/api/v1/users/{user}/sessions{query}"))
        .await
}

#[tokio::test]
async fn a_login_creates_a_session() {
    let (environment, acme, ann) = with_ann().await;
    assert_eq!(
        sessions(&environment, &ann, "").await["sessions"],
        json!([])
    );
    log_in(&environment).await;
    let list = sessions(&environment, &ann, "").await;
    let session = list["sessions"][0].clone();
    let expected = json!({
        "session_id": session["session_id"], "user_id": ann, "organization_id": acme,
        "authenticated_organizations": [acme], "status": "active",
        "created_at": session["created_at"], "updated_at": session["updated_at"],
        "last_active_at": session["last_active_at"], "idle_expires_at": session["idle_expires_at"],
        "absolute_expires_at": session["absolute_expires_at"],
        "device": { "user_agent": "Browser/1.0", "ip": "127.0.0.1" },
        "authenticated_clients": [{ "client_id": environment.emulator.client_id(), "organization_id": acme }],
    });
    assert_eq!(
        set_fields(&list),
        json!({ "sessions": [expected], "total_size": 1 })
    );
    let id = text(&session["session_id"]);
    assert!(id.starts_with("ses_"));
    assert_eq!(
        environment.get(&format!("/api/v1/sessions/{id}")).await,
        session
    );
    let user = environment.get(&format!("/api/v1/users/{ann}")).await["user"].take();
    assert_eq!(user["last_login_time"], session["created_at"]);
}

#[tokio::test]
async fn revoking_a_session_ends_its_refresh_token() {
    let (environment, _, ann) = with_ann().await;
    let (first, second) = (log_in(&environment).await, log_in(&environment).await);
    let list = sessions(&environment, &ann, "").await["sessions"].take();
    let id = text(&list[0]["session_id"]);
    let revoke = format!("/api/v1/sessions/{id}/revoke");
    let revoked = environment.post(&revoke, Value::Null).await["revoked_session"].take();
    let expected = json!({
        "session_id": id, "user_id": ann, "status": "revoked", "created_at": list[0]["created_at"],
        "updated_at": revoked["logout_at"], "logout_at": revoked["logout_at"],
        "last_active_at": list[0]["last_active_at"], "idle_expires_at": list[0]["idle_expires_at"],
        "absolute_expires_at": list[0]["absolute_expires_at"],
    });
    assert_eq!(revoked, expected);
    // Revoking again changes nothing.
    assert_eq!(
        environment.post(&revoke, Value::Null).await["revoked_session"],
        revoked
    );

    let rejected = refresh(&environment, &first["refresh_token"]).await;
    assert_eq!(
        (rejected.status, &rejected.body["error"]),
        (400, &json!("invalid_grant"))
    );
    refresh(&environment, &second["refresh_token"]).await.ok();
}

#[tokio::test]
async fn all_sessions_of_a_user_can_be_revoked() {
    let (environment, _, ann) = with_ann().await;
    let tokens = [log_in(&environment).await, log_in(&environment).await];
    let before = sessions(&environment, &ann, "").await["sessions"].take();
    environment
        .post(
            &format!("/api/v1/sessions/{}/revoke", text(&before[0]["session_id"])),
            Value::Null,
        )
        .await;
    log_in(&environment).await;
    let path = format!("/api/v1/users/{ann}/sessions/revoke");
    let revoked = environment.post(&path, Value::Null).await;
    assert_eq!(revoked["total_revoked"], 2);
    assert_eq!(
        column(&revoked["revoked_sessions"], "status"),
        ["revoked", "revoked"]
    );
    assert_eq!(
        revoked["revoked_sessions"][0]["session_id"],
        before[1]["session_id"]
    );
    for tokens in tokens {
        assert_eq!(
            refresh(&environment, &tokens["refresh_token"]).await.status,
            400
        );
    }
    let none = json!({ "revoked_sessions": [], "total_revoked": 0 });
    assert_eq!(environment.post(&path, Value::Null).await, none);
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let (mut environment, _, ann) = with_ann().await;
    for day in 0..3 {
        environment.shift_clock(day * DAYS).await;
        log_in(&environment).await;
    }
    let all = sessions(&environment, &ann, "").await["sessions"].take();
    let ids = column(&all, "session_id");
    environment
        .post(&format!("/api/v1/sessions/{}/revoke", ids[1]), Value::Null)
        .await;
    let filtered = |query: String| {
        let (environment, ann) = (&environment, &ann);
        async move {
            column(
                &sessions(environment, ann, &query).await["sessions"],
                "session_id",
            )
        }
    };
    assert_eq!(filtered("?filter.status=revoked".into()).await, ids[1..2]);
    assert_eq!(
        filtered("?filter.status=REVOKED&filter.status=active".into()).await,
        ids
    );
    let second = text(&all[1]["created_at"]);
    assert_eq!(
        filtered(format!("?filter.start_time={second}")).await,
        ids[1..]
    );
    assert_eq!(
        filtered(format!("?filter.end_time={second}")).await,
        ids[..2]
    );
    assert_eq!(
        filtered(format!("?filter.start_time={second}&filter.status=active")).await,
        ids[2..]
    );

    let page = sessions(&environment, &ann, "?page_size=2").await;
    assert_eq!(
        (column(&page["sessions"], "session_id"), &page["total_size"]),
        (ids[..2].to_vec(), &json!(3))
    );
    assert_eq!(
        filtered(format!("?page_token={}", text(&page["next_page_token"]))).await,
        ids[2..]
    );
}

#[tokio::test]
async fn an_idle_session_expires() {
    let (mut environment, _, ann) = with_ann().await;
    let tokens = log_in(&environment).await;
    environment.shift_clock(8 * DAYS).await;
    let session =
        sessions(&environment, &ann, "?filter.status=expired").await["sessions"][0].take();
    assert_eq!(
        (&session["status"], &session["expired_at"]),
        (&json!("expired"), &session["idle_expires_at"])
    );
    assert_eq!(
        sessions(&environment, &ann, "?filter.status=active").await["sessions"],
        json!([])
    );
    assert_eq!(
        refresh(&environment, &tokens["refresh_token"]).await.status,
        400
    );
    // An expired session cannot be revoked.
    let revoke = format!("/api/v1/sessions/{}/revoke", text(&session["session_id"]));
    assert_eq!(
        environment.post(&revoke, Value::Null).await["revoked_session"]["status"],
        "expired"
    );
}

#[tokio::test]
async fn the_policy_of_an_organization_limits_its_sessions() {
    let (mut environment, acme, ann) = with_ann().await;
    let policy = json!({
        "policy_source": "CUSTOM", "absolute_session_timeout": 2, "absolute_session_timeout_unit": "HOURS",
        "idle_session_timeout_enabled": false,
    });
    environment
        .patch(
            &format!("/api/v1/organizations/{acme}/session-policy"),
            policy,
        )
        .await;
    log_in(&environment).await;
    let session = sessions(&environment, &ann, "").await["sessions"][0].take();
    assert_eq!(session["idle_expires_at"], Value::Null);
    environment.shift_clock(2 * 3600 - 60).await;
    assert_eq!(
        sessions(&environment, &ann, "").await["sessions"][0]["status"],
        "active"
    );
    environment.shift_clock(2 * 3600 + 60).await;
    let session = sessions(&environment, &ann, "").await["sessions"][0].take();
    assert_eq!(
        (&session["status"], &session["expired_at"]),
        (&json!("expired"), &session["absolute_expires_at"])
    );
}

#[tokio::test]
async fn unknown_ids_are_rejected() {
    let environment = Environment::start().await;
    environment
        .get_fails("/api/v1/sessions/ses_1")
        .await
        .is_not_found("session", "ses_1");
    let revoked = environment
        .call(Method::POST, "/api/v1/sessions/ses_1/revoke", Value::Null)
        .await;
    revoked.is_not_found("session", "ses_1");
    environment
        .get_fails("/api/v1/users/usr_1/sessions")
        .await
        .is_not_found("user", "usr_1");
    let revoked = environment
        .call(
            Method::POST,
            "/api/v1/users/usr_1/sessions/revoke",
            Value::Null,
        )
        .await;
    revoked.is_not_found("user", "usr_1");
    environment
        .get_fails("/api/v1/sessions/session_1")
        .await
        .violates("session_id", "string.pattern");
}
