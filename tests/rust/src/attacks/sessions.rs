//! Reads and writes cookies of sessions and logins with the core, so that implementations in other
//! languages can check that both use the same format.

use anyhow::{Result, anyhow};
use scalekit::session::{
    KeyRing, LoginAttempt, LoginCookies, RequestCookies, Session, SessionCookies, SetCookie,
};
use serde::{Deserialize, Serialize};

/// Values to write as cookies.
#[derive(Deserialize)]
pub(super) struct Write {
    secret: String,
    session: Session,
    return_path: Option<String>,
    now: i64,
}

/// Cookies that were written: values of the header `Cookie`.
#[derive(Serialize)]
struct Written {
    session: String,
    login: String,
    attempt: LoginAttempt,
}

/// Cookies to read: values of the header `Cookie`.
#[derive(Deserialize)]
pub(super) struct Read {
    secret: String,
    session: String,
    login: String,
    state: String,
    now: i64,
}

/// The content of cookies.
#[derive(Serialize)]
struct Found {
    session: Session,
    attempt: LoginAttempt,
}

/// Writes cookies and returns them as JSON.
pub(super) fn write(values: &Write) -> Result<String> {
    let keys = KeyRing::new([values.secret.as_str()])?;
    let none = RequestCookies::default();
    let session = SessionCookies::new(keys.clone()).write(&values.session, &none)?;
    let login = LoginCookies::new(keys).start(values.return_path.as_deref(), values.now, &none)?;
    Ok(serde_json::to_string(&Written {
        session: header(&session),
        login: header(&login.cookies),
        attempt: login.attempt,
    })?)
}

/// Reads cookies and returns their content as JSON.
pub(super) fn read(cookies: &Read) -> Result<String> {
    let keys = KeyRing::new([cookies.secret.as_str()])?;
    let session =
        SessionCookies::new(keys.clone()).read(&RequestCookies::parse(&cookies.session))?;
    let login = RequestCookies::parse(&cookies.login);
    let (attempt, _) = LoginCookies::new(keys)
        .finish(&cookies.state, cookies.now, &login)
        .map_err(|error| anyhow!(error))?;
    Ok(serde_json::to_string(&Found {
        session: session.session,
        attempt,
    })?)
}

fn header(cookies: &[SetCookie]) -> String {
    let pairs = cookies
        .iter()
        .map(|cookie| format!("{}={}", cookie.name, cookie.value));
    pairs.collect::<Vec<_>>().join("; ")
}
