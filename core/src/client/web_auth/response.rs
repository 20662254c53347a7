//! Outcomes of requests, and the responses of the application.

use serde_json::json;

use super::WebAuthOptions;
use crate::error::Error;
use crate::session::{LoginError, Session, SetCookie};

/// The result of a request to [`WebAuth`](super::WebAuth).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// The session of the user, if the request has one.
    pub session: Option<Session>,
    /// The response to send. `None` if the application handles the request.
    pub response: Option<WebResponse>,
    /// Cookies to add to the response, also to the application's own.
    pub cookies: Vec<SetCookie>,
    /// An event for the application's log or hooks.
    pub event: Option<Event>,
    /// Why the request has no session or the login failed.
    pub reason: Option<Reason>,
    /// The error behind `reason`. It may also be set with a session: the refresh failed for a
    /// transient reason, or the store cannot be reached.
    pub error: Option<Error>,
}

/// An HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebResponse {
    /// The status.
    pub status: u16,
    /// The headers, without cookies.
    pub headers: Vec<(&'static str, String)>,
    /// The body: HTML, JSON, or empty.
    pub body: String,
}

/// A change of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The user signed in.
    Login,
    /// The session was refreshed.
    Refresh,
    /// The user signed out.
    Logout,
}

impl Event {
    /// `login`, `refresh` or `logout`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
            Self::Logout => "logout",
        }
    }
}

/// Why a request has no session, or why a login failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The request has no session cookie.
    NoSession,
    /// The session cookie is not valid, or the session has expired.
    InvalidSession,
    /// The service ended the session, so it cannot be refreshed.
    RefreshFailed,
    /// The session was revoked.
    Revoked,
    /// The service or the store cannot be reached. The session is kept.
    Unavailable,
    /// The user lacks an organization, a role or a permission.
    Forbidden,
    /// The service rejected the login with this error code (RFC 6749, section 4.1.2.1).
    Rejected(String),
    /// The callback has no code.
    MissingCode,
    /// The callback does not belong to a login of this browser.
    Login(LoginError),
    /// The code could not be exchanged, or the tokens are not valid.
    ExchangeFailed,
    /// The token of a login that an identity provider started is not valid.
    InvalidLoginToken,
    /// The session does not fit into the cookies.
    SessionTooLarge,
    /// Another site sent the request.
    Foreign,
}

impl Reason {
    /// The code of the reason in snake case, such as `no_session`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::NoSession => "no_session",
            Self::InvalidSession => "invalid_session",
            Self::RefreshFailed => "refresh_failed",
            Self::Revoked => "revoked",
            Self::Unavailable => "unavailable",
            Self::Forbidden => "forbidden",
            Self::Rejected(code) => code,
            Self::MissingCode => "missing_code",
            Self::Login(LoginError::NotStarted) => "login_not_started",
            Self::Login(LoginError::StateMismatch) => "state_mismatch",
            Self::Login(LoginError::Expired) => "login_expired",
            Self::Login(LoginError::NonceMismatch) => "nonce_mismatch",
            Self::ExchangeFailed => "exchange_failed",
            Self::InvalidLoginToken => "invalid_login_token",
            Self::SessionTooLarge => "session_too_large",
            Self::Foreign => "foreign_request",
        }
    }

    /// A sentence for users.
    fn sentence(&self) -> &'static str {
        match self {
            Self::NoSession => "You are not signed in.",
            Self::InvalidSession | Self::RefreshFailed => "Your session has ended.",
            Self::Revoked => "You were signed out.",
            Self::Unavailable => "The sign-in service cannot be reached. Try again in a moment.",
            Self::Forbidden => "Your account has no access to this page.",
            Self::Rejected(_) => "The sign-in was not completed.",
            Self::Login(LoginError::Expired) => "The sign-in took too long.",
            Self::MissingCode | Self::Login(_) => {
                "This sign-in was not started in this browser, or it was already used."
            }
            Self::ExchangeFailed | Self::InvalidLoginToken => "The sign-in could not be verified.",
            Self::SessionTooLarge => {
                "Your account has too much data for this application. Contact its operator."
            }
            Self::Foreign => "Another site opened this page.",
        }
    }
}

impl WebResponse {
    /// A redirect. 303 makes the browser use `GET` after a form was sent.
    pub(super) fn redirect(to: String, get: bool) -> Self {
        let headers = vec![("Location", to), ("Cache-Control", "no-store".to_owned())];
        Self {
            status: if get { 302 } else { 303 },
            headers,
            body: String::new(),
        }
    }

    /// A page, or JSON if a script sent the request.
    pub(super) fn failure(
        status: u16,
        reason: &Reason,
        navigation: bool,
        options: &WebAuthOptions,
    ) -> Self {
        let login = options.login_path.as_str();
        let mut headers = vec![("Cache-Control", "no-store".to_owned())];
        match status {
            // The scheme is not registered; RFC 9110, section 11.6.1, requires the header.
            401 => headers.push(("WWW-Authenticate", "Session realm=\"scalekit\"".to_owned())),
            503 => headers.push(("Retry-After", "5".to_owned())),
            _ => {}
        }
        let body = if navigation {
            headers.extend([
                ("Content-Type", "text/html; charset=utf-8".to_owned()),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                     frame-ancestors 'none'; base-uri 'none'"
                        .to_owned(),
                ),
            ]);
            page(reason, login, &options.post_login_redirect)
        } else {
            headers.push(("Content-Type", "application/json".to_owned()));
            let error = json!({
                "error": reason.as_str(),
                "message": reason.sentence(),
                "login_url": login,
            });
            error.to_string()
        };
        Self {
            status,
            headers,
            body,
        }
    }

    /// The page that asks whether to sign out, because another site opened it.
    pub(super) fn confirm_logout(path: &str) -> Self {
        let mut response = Self {
            status: 200,
            headers: Vec::new(),
            body: document(
                "Sign out?",
                &format!(
                    "<p>Another site asks to sign you out.</p>\n\
                     <form method=\"post\" action=\"{}\"><button>Sign out</button></form>\n",
                    escape(path)
                ),
            ),
        };
        response.headers.extend([
            ("Cache-Control", "no-store".to_owned()),
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; form-action *; \
                 frame-ancestors 'none'; base-uri 'none'"
                    .to_owned(),
            ),
        ]);
        response
    }
}

fn page(reason: &Reason, login: &str, home: &str) -> String {
    let title = match reason {
        Reason::Forbidden => "No access",
        Reason::Unavailable => "Try again in a moment",
        _ => "Sign-in failed",
    };
    let retry = match reason {
        Reason::Forbidden => "Sign in with another account",
        _ => "Sign in again",
    };
    let content = format!(
        "<p>{}</p>\n<p class=\"code\">{}</p>\n\
         <p><a class=\"button\" href=\"{}\">{retry}</a> <a href=\"{}\">Back to the start</a></p>\n",
        reason.sentence(),
        escape(reason.as_str()),
        escape(login),
        escape(home),
    );
    document(title, &content)
}

fn document(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{content}</main>\n</body>\n</html>\n"
    )
}

const STYLE: &str = ":root{color-scheme:light dark;--text:#1b1f24;--muted:#57606a;--page:#f6f8fa;\
    --card:#fff;--accent:#3145d3;--on-accent:#fff}\
    @media(prefers-color-scheme:dark){:root{--text:#e6edf3;--muted:#9aa4af;--page:#0d1117;\
    --card:#161b22;--accent:#9db0ff;--on-accent:#0d1117}}\
    body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--page);\
    color:var(--text);font:16px/1.5 system-ui,sans-serif}\
    main{margin:16px;padding:32px;max-width:28rem;background:var(--card);border-radius:12px}\
    h1{margin:0 0 12px;font-size:1.5rem}a{color:var(--accent)}\
    a:not(.button){white-space:nowrap}.code{color:var(--muted);font:14px ui-monospace,monospace}\
    .button,button{display:inline-block;margin:0 12px 8px 0;padding:10px 18px;border:0;\
    border-radius:8px;background:var(--accent);color:var(--on-accent);font:inherit;\
    text-decoration:none;cursor:pointer}";

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
