#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::error::Error;
use crate::token::TokenError;

const SECRET: &str = "a secret of at least thirty-two characters";
const NEW: &str = "another secret of thirty-two characters or more";
const NOW: i64 = 1_900_000_000;

fn keys() -> KeyRing {
    KeyRing::new([SECRET]).unwrap()
}

fn claims(claims: Value) -> Map<String, Value> {
    serde_json::from_value(claims).unwrap()
}

fn session() -> Session {
    let user = claims(json!({ "sub": "usr_1", "oid": "org_1", "exp": NOW + 300 }));
    Session::new(user, "access-secret")
        .refresh_token("refresh-secret")
        .id_token("id-secret")
}

/// A session whose text cannot be compressed much, as a signed token.
fn large(length: usize) -> Session {
    let mut state = 1_u64;
    let text: String = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'!' + u8::try_from(state >> 33 & 63).unwrap())
    })
    .filter(|letter| !matches!(letter, '"' | '\\'))
    .take(length)
    .collect();
    Session::new(claims(json!({ "sub": "usr_1", "exp": NOW })), text)
}

/// The cookies of the next request of a browser.
fn sent<'a>(set: &'a [SetCookie]) -> RequestCookies<'a> {
    let current = set.iter().filter(|cookie| cookie.max_age != Some(0));
    current
        .map(|cookie| (cookie.name.as_str(), cookie.value.as_str()))
        .collect()
}

fn names(set: &[SetCookie]) -> Vec<&str> {
    set.iter().map(|cookie| cookie.name.as_str()).collect()
}

#[test]
fn a_session_is_read_as_it_was_written() {
    let sessions = SessionCookies::new(keys());
    let set = sessions
        .write(&session(), &RequestCookies::default())
        .unwrap();
    assert_eq!(names(&set), ["sk_session"]);
    let read = sessions.read(&sent(&set)).unwrap();
    assert_eq!(read.session, session());
    assert!(!read.outdated);
}

#[test]
fn equal_sessions_have_different_cookies() {
    let sessions = SessionCookies::new(keys());
    let write = || {
        sessions
            .write(&session(), &RequestCookies::default())
            .unwrap()
    };
    assert_ne!(write()[0].value, write()[0].value);
}

#[test]
fn a_large_session_is_split_and_stale_chunks_are_deleted() {
    let sessions = SessionCookies::new(keys());
    let set = sessions
        .write(&large(9000), &RequestCookies::default())
        .unwrap();
    let chunks = [
        "sk_session.0",
        "sk_session.1",
        "sk_session.2",
        "sk_session.3",
    ];
    assert_eq!(names(&set), chunks[..set.len()]);
    assert!(set.len() >= 3);
    for cookie in &set {
        assert!(cookie.to_string().len() <= 4096);
    }
    assert_eq!(sessions.read(&sent(&set)).unwrap().session, large(9000));

    // The session shrinks: one cookie is set, and all chunks are deleted.
    let small = sessions.write(&session(), &sent(&set)).unwrap();
    assert_eq!(small.len(), 1 + set.len());
    assert_eq!(names(&small)[0], "sk_session");
    assert!(small[1..].iter().all(|cookie| cookie.max_age == Some(0)));

    // It grows again: the single cookie is deleted.
    let grown = sessions.write(&large(9000), &sent(&small)).unwrap();
    assert_eq!(names(&grown).last(), Some(&"sk_session"));
    assert_eq!(sessions.clear(&sent(&grown)).len(), set.len());
}

#[test]
fn a_session_that_does_not_fit_is_rejected() {
    let sessions = SessionCookies::new(keys());
    let error = sessions
        .write(&large(20_000), &RequestCookies::default())
        .unwrap_err();
    assert!(error.to_string().starts_with("session needs "), "{error}");
}

#[test]
fn an_old_secret_decrypts_and_the_new_one_encrypts() {
    let set = SessionCookies::new(keys())
        .write(&session(), &RequestCookies::default())
        .unwrap();
    let rotated = SessionCookies::new(KeyRing::new([NEW, SECRET]).unwrap());
    let read = rotated.read(&sent(&set)).unwrap();
    assert!(read.outdated);
    let set = rotated.write(&read.session, &sent(&set)).unwrap();
    let read = SessionCookies::new(KeyRing::new([NEW]).unwrap()).read(&sent(&set));
    assert!(!read.unwrap().outdated);
    let read = SessionCookies::new(keys()).read(&sent(&set));
    assert_eq!(read.unwrap_err(), ReadError::Invalid(OpenError::UnknownKey));
}

#[test]
fn a_short_secret_is_rejected_unless_it_is_old() {
    for secrets in [
        vec![],
        vec!["short"],
        vec!["short", SECRET],
        vec![SECRET, ""],
    ] {
        let error = KeyRing::new(secrets).unwrap_err();
        assert_eq!(error.argument(), Some("cookie_encryption_secret"));
        assert!(!error.to_string().contains("short"));
    }
    assert!(KeyRing::new([SECRET, "short"]).is_ok());
}

#[test]
fn deletions_repeat_the_attributes() {
    let options = CookieOptions::new().domain("example.com").path("/app");
    let sessions = SessionCookies::with_options(keys(), "session", options).unwrap();
    let cookies = RequestCookies::parse("session=a; session.0=b; session.x=c; sessions=d");
    let headers: Vec<String> = sessions
        .clear(&cookies)
        .iter()
        .map(ToString::to_string)
        .collect();
    let rest = "Path=/app; Domain=example.com; Max-Age=0; HttpOnly; Secure; SameSite=Lax";
    assert_eq!(
        headers,
        [format!("session=; {rest}"), format!("session.0=; {rest}")]
    );
}

#[test]
fn attributes_that_browsers_reject_are_reported() {
    let insecure = CookieOptions::new().secure(false);
    let none = insecure.clone().same_site(SameSite::None);
    for (name, options, argument) in [
        ("", CookieOptions::new(), "cookie_name"),
        ("a b", CookieOptions::new(), "cookie_name"),
        ("a;b", CookieOptions::new(), "cookie_name"),
        (
            "a",
            CookieOptions::new().domain("x; Path=/"),
            "cookie_domain",
        ),
        ("a", CookieOptions::new().path("x"), "cookie_path"),
        ("a", CookieOptions::new().path("/\r\n"), "cookie_path"),
        ("a", none, "cookie_secure"),
        ("__Secure-a", insecure.clone(), "cookie_secure"),
        ("__Host-a", insecure, "cookie_secure"),
        (
            "__Host-a",
            CookieOptions::new().domain("example.com"),
            "cookie_name",
        ),
        ("__Host-a", CookieOptions::new().path("/app"), "cookie_name"),
    ] {
        let error = options.check(name).unwrap_err();
        assert_eq!(error.argument(), Some(argument), "{name}");
    }
    assert!(CookieOptions::new().check("__Host-a").is_ok());
}

#[test]
fn a_login_attempt_is_finished_once() {
    let logins = LoginCookies::new(keys());
    let started = logins
        .start(Some("/orders"), NOW, &RequestCookies::default())
        .unwrap();
    let attempt = &started.attempt;
    assert_eq!((attempt.state.len(), attempt.nonce.len()), (43, 43));
    let cookies = sent(&started.cookies);
    let (finished, deletion) = logins.finish(&attempt.state, NOW + 600, &cookies).unwrap();
    assert_eq!(finished.return_path.as_deref(), Some("/orders"));
    assert_eq!(finished.pkce().unwrap().verifier(), attempt.code_verifier);
    assert_eq!(deletion.name, started.cookies[0].name);
    let error = logins.finish(&attempt.state, NOW, &RequestCookies::default());
    assert_eq!(error.unwrap_err(), LoginError::NotStarted);
    let error = logins.finish(&attempt.state, NOW + 601, &cookies);
    assert_eq!(error.unwrap_err(), LoginError::Expired);
}

#[test]
fn two_tabs_sign_in_at_the_same_time() {
    let logins = LoginCookies::new(keys());
    let first = logins
        .start(Some("/one"), NOW, &RequestCookies::default())
        .unwrap();
    let second = logins
        .start(Some("/two"), NOW, &sent(&first.cookies))
        .unwrap();
    let both = [first.cookies.as_slice(), &second.cookies].concat();
    for (started, path) in [(&first, "/one"), (&second, "/two")] {
        let (attempt, _) = logins
            .finish(&started.attempt.state, NOW, &sent(&both))
            .unwrap();
        assert_eq!(attempt.return_path.as_deref(), Some(path));
    }
}

#[test]
fn a_return_path_to_another_origin_is_ignored() {
    let logins = LoginCookies::new(keys());
    let started = logins
        .start(Some("//evil.example"), NOW, &RequestCookies::default())
        .unwrap();
    assert_eq!(started.attempt.return_path, None);
}

#[test]
fn the_number_of_attempts_is_limited() {
    let logins = LoginCookies::new(keys());
    let mut browser: Vec<SetCookie> = Vec::new();
    let mut states = Vec::new();
    for minute in 0..7 {
        let started = logins.start(None, NOW + minute, &sent(&browser)).unwrap();
        browser.retain(|old| started.cookies.iter().all(|new| new.name != old.name));
        browser.extend(
            started
                .cookies
                .into_iter()
                .filter(|new| new.max_age != Some(0)),
        );
        states.push(started.attempt.state);
    }
    assert_eq!(browser.len(), 5);
    let finish = |state: &str| logins.finish(state, NOW + 7, &sent(&browser));
    assert_eq!(finish(&states[1]).unwrap_err(), LoginError::NotStarted);
    assert!(finish(&states[2]).is_ok() && finish(&states[6]).is_ok());
}

#[test]
fn ended_attempts_are_deleted_at_the_next_start() {
    let logins = LoginCookies::new(keys());
    let old = logins.start(None, NOW, &RequestCookies::default()).unwrap();
    let new = logins.start(None, NOW + 601, &sent(&old.cookies)).unwrap();
    assert_eq!(names(&new.cookies)[1], old.cookies[0].name);
    assert_eq!(new.cookies[1].max_age, Some(0));
}

#[test]
fn the_nonce_must_match() {
    let logins = LoginCookies::new(keys());
    let started = logins.start(None, NOW, &RequestCookies::default()).unwrap();
    let attempt = started.attempt;
    assert!(
        attempt
            .check_nonce(&claims(json!({ "nonce": attempt.nonce })))
            .is_ok()
    );
    for wrong in [
        json!({}),
        json!({ "nonce": "x" }),
        json!({ "nonce": [attempt.nonce] }),
    ] {
        let error = attempt.check_nonce(&claims(wrong)).unwrap_err();
        assert_eq!(error, LoginError::NonceMismatch);
    }
}

#[test]
fn a_session_is_refreshed_shortly_before_it_expires() {
    let policy = RefreshPolicy::new();
    let session = session();
    assert_eq!(policy.state(&session, NOW + 289), SessionState::Active);
    assert_eq!(policy.state(&session, NOW + 290), SessionState::RefreshDue);
    assert_eq!(policy.state(&session, NOW + 9999), SessionState::RefreshDue);
    let mut without = session;
    without.refresh_token = None;
    assert_eq!(policy.state(&without, NOW + 299), SessionState::Active);
    assert_eq!(policy.state(&without, NOW + 300), SessionState::Expired);
}

#[test]
fn only_a_definite_failure_ends_a_session() {
    let policy = RefreshPolicy::new();
    let after = |error: &Error, now| policy.after_failure(&session(), error, now);
    let transient = Error::bad_response(502, "bad gateway");
    assert_eq!(after(&transient, NOW + 300), AfterFailure::KeepSession);
    assert_eq!(after(&transient, NOW + 359), AfterFailure::KeepSession);
    assert_eq!(after(&transient, NOW + 360), AfterFailure::Unavailable);
    let rejected = Error::token(TokenError::Malformed("not a JWT"));
    assert_eq!(after(&rejected, NOW), AfterFailure::EndSession);
}

#[test]
fn claims_are_read() {
    let user = claims(json!({
        "sub": "usr_1", "sid": "ses_1", "roles": ["admin"], "permissions": ["orders:read"], "iat": NOW,
    }));
    let session = Session::new(user, "token");
    assert_eq!(session.session_id(), Some("ses_1"));
    assert_eq!(session.organization_id(), None);
    assert!(session.has_role("admin") && !session.has_role("adm"));
    assert!(session.has_permission("orders:read") && !session.has_permission("orders"));
    assert_eq!(session.expires_at, NOW + 300);
}

#[test]
fn debug_output_has_no_secrets() {
    let sessions = SessionCookies::new(keys());
    let set = sessions
        .write(&session(), &RequestCookies::default())
        .unwrap();
    let started = LoginCookies::new(keys())
        .start(None, NOW, &RequestCookies::default())
        .unwrap();
    let output = format!(
        "{sessions:?} {set:?} {:?} {:?} {started:?}",
        session(),
        sent(&set)
    );
    let attempt = &started.attempt;
    for secret in [
        SECRET,
        "access-secret",
        "refresh-secret",
        "id-secret",
        &set[0].value,
        &attempt.state,
        &attempt.nonce,
        &attempt.code_verifier,
    ] {
        assert!(!output.contains(secret), "{secret}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_as_it_was_written(token in ".{0,400}", user in ".{0,40}") {
        let sessions = SessionCookies::new(keys());
        let session = Session::new(claims(json!({ "sub": user, "exp": NOW })), token);
        let set = sessions.write(&session, &RequestCookies::default()).unwrap();
        let header = set
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect::<Vec<_>>()
            .join("; ");
        let read = sessions.read(&RequestCookies::parse(&header)).unwrap();
        prop_assert_eq!(read.session, session);
    }

    #[test]
    fn any_cookie_header_is_parsed(header in ".{0,200}") {
        let cookies = RequestCookies::parse(&header);
        let _ = SessionCookies::new(keys()).read(&cookies);
        let _ = LoginCookies::new(keys()).finish(&header, NOW, &cookies);
    }

    /// A path that is accepted has the own origin, as a browser resolves it.
    #[test]
    fn accepted_return_paths_stay_on_the_origin(path in "/[/\\\\%.a-f0-9:@?#\\t ]{0,12}") {
        if let Some(path) = return_path(&path) {
            let base = url::Url::parse("https://app.example/x").unwrap();
            let resolved = base.join(path).unwrap();
            prop_assert_eq!(resolved.origin(), base.origin());
            prop_assert!(!resolved.path().starts_with("//"));
        }
    }
}
