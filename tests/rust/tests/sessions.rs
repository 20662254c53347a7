//! Runs the attacks on sessions in `tests/attacks/sessions.json`, and refreshes that fail.

use scalekit::Client;
use scalekit::session::{
    AfterFailure, KeyRing, LoginCookies, LoginError, OpenError, ReadError, RefreshPolicy,
    RequestCookies, Session, SessionCookies, return_path,
};
use scalekit_emulator::Emulator;
use serde::Deserialize;

#[derive(Deserialize)]
struct Suite {
    secrets: Vec<String>,
    now: i64,
    sessions: Vec<Case>,
    logins: Vec<Case>,
    return_paths: Vec<Path>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    cookies: String,
    accepted: bool,
    user: Option<String>,
    outdated: Option<bool>,
    state: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Path {
    path: String,
    accepted: bool,
}

fn suite() -> Suite {
    serde_json::from_str(include_str!("../../attacks/sessions.json")).expect("sessions.json")
}

impl Suite {
    fn keys(&self) -> KeyRing {
        KeyRing::new(self.secrets.iter().map(String::as_str)).expect("secrets")
    }
}

fn session_reason(error: ReadError) -> &'static str {
    match error {
        ReadError::Missing => "missing",
        ReadError::Invalid(OpenError::Malformed) => "malformed",
        ReadError::Invalid(OpenError::Version) => "version",
        ReadError::Invalid(OpenError::UnknownKey) => "unknown_key",
        ReadError::Invalid(OpenError::Tampered) => "tampered",
        ReadError::Invalid(OpenError::Content) => "content",
        other => panic!("a reason without a name: {other}"),
    }
}

fn login_reason(error: LoginError) -> &'static str {
    match error {
        LoginError::NotStarted => "not_started",
        LoginError::StateMismatch => "state_mismatch",
        LoginError::Expired => "expired",
        other => panic!("a reason without a name: {other}"),
    }
}

#[test]
fn session_cookies_are_accepted_or_rejected_as_documented() {
    let suite = suite();
    let sessions = SessionCookies::new(suite.keys());
    for case in &suite.sessions {
        let result = sessions.read(&RequestCookies::parse(&case.cookies));
        match result {
            Ok(read) => {
                assert!(case.accepted, "{} is accepted", case.name);
                assert_eq!(
                    read.session.user_id(),
                    case.user.as_deref(),
                    "{}",
                    case.name
                );
                assert_eq!(Some(read.outdated), case.outdated, "{}", case.name);
            }
            Err(error) => assert_eq!(
                Some(session_reason(error)),
                case.reason.as_deref(),
                "{}",
                case.name
            ),
        }
    }
    assert!(suite.sessions.len() >= 50);
}

#[test]
fn login_cookies_are_accepted_or_rejected_as_documented() {
    let suite = suite();
    let logins = LoginCookies::new(suite.keys());
    for case in &suite.logins {
        let state = case.state.as_deref().expect("a state");
        let result = logins.finish(state, suite.now, &RequestCookies::parse(&case.cookies));
        match result {
            Ok((attempt, deletion)) => {
                assert!(case.accepted, "{} is accepted", case.name);
                assert_eq!(attempt.state, state, "{}", case.name);
                assert_eq!(deletion.max_age, Some(0), "{}", case.name);
            }
            Err(error) => assert_eq!(
                Some(login_reason(error)),
                case.reason.as_deref(),
                "{}",
                case.name
            ),
        }
    }
    assert!(suite.logins.len() >= 20);
}

#[test]
fn return_paths_are_accepted_or_rejected_as_documented() {
    let suite = suite();
    for case in &suite.return_paths {
        let accepted = return_path(&case.path);
        assert_eq!(
            accepted,
            case.accepted.then_some(case.path.as_str()),
            "{:?}",
            case.path
        );
    }
    assert!(suite.return_paths.len() >= 50);
}

#[tokio::test]
async fn a_refresh_token_that_the_service_rejects_ends_the_session() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let client = emulator.client()?;
    let error = client
        .refresh_access_token("rt_unknown")
        .await
        .expect_err("an unknown refresh token");
    let policy = RefreshPolicy::new();
    let session = Session::new(serde_json::Map::new(), "access").refresh_token("rt_unknown");
    assert_eq!(
        policy.after_failure(&session, &error, i64::MAX),
        AfterFailure::EndSession
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_client_secret_keeps_the_sessions() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let client = emulator.client()?;
    let (url, id) = (client.env_url(), client.client_id());
    let wrong = Client::builder(url, id, "wrong").build()?;
    let error = wrong
        .refresh_access_token("rt_unknown")
        .await
        .expect_err("a wrong client secret");
    let policy = RefreshPolicy::new();
    let session = Session::new(serde_json::Map::new(), "access");
    assert_eq!(
        policy.after_failure(&session, &error, i64::MAX),
        AfterFailure::Unavailable
    );
    Ok(())
}
