//! The pages that people see.

use std::sync::LazyLock;

use http::StatusCode;
use http::header::HeaderName;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::http::Reply;

const POLICY: HeaderName = HeaderName::from_static("content-security-policy");
const FRAMES: HeaderName = HeaderName::from_static("x-frame-options");

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, source) in [
        ("base.html", include_str!("../templates/base.html")),
        ("login.html", include_str!("../templates/login.html")),
        ("message.html", include_str!("../templates/message.html")),
    ] {
        // A template that does not parse is found by the first page that wants it, and by the tests.
        let _ = templates.add_template(name, source);
    }
    templates
});

/// What the login page shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Login {
    pub(super) application: String,
    pub(super) action: String,
    pub(super) problem: Option<String>,
    pub(super) email: String,
    pub(super) organization: String,
    pub(super) connection: String,
    pub(super) users: Vec<String>,
    pub(super) organizations: Vec<Choice>,
    pub(super) connections: Vec<Choice>,
}

/// One entry of a list to choose from.
#[derive(Debug, Serialize)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
}

pub(super) fn login(login: &Login) -> anyhow::Result<Reply> {
    let status = if login.problem.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    render(status, "login.html", login)
}

pub(super) fn message(status: StatusCode, title: &str, text: &str) -> anyhow::Result<Reply> {
    render(
        status,
        "message.html",
        serde_json::json!({ "title": title, "text": text }),
    )
}

/// For a request that cannot be answered by sending the browser back.
pub(super) fn error(text: &str) -> anyhow::Result<Reply> {
    message(StatusCode::BAD_REQUEST, "This cannot be done", text)
}

fn render(status: StatusCode, name: &str, context: impl Serialize) -> anyhow::Result<Reply> {
    let page = TEMPLATES.get_template(name)?.render(Serde(context))?;
    // No form-action: browsers apply it to where the answer redirects to, too, which is any application.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    Ok(Reply::html(status, page)
        .header(POLICY, policy)
        .header(FRAMES, "DENY"))
}
