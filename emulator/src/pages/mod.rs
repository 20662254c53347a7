//! What people see: templates, the stylesheet, and the headers that keep a page to itself.

mod browser;
mod ticket;

use std::sync::LazyLock;

use http::header::{CACHE_CONTROL, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{Method, StatusCode};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::http::{Reply, Request};

pub(crate) use browser::Browser;
pub(crate) use ticket::{Seal, Ticket};

const POLICY: HeaderName = HeaderName::from_static("content-security-policy");

/// Pages that ask something load nothing but their stylesheet. There is no `form-action`: browsers apply it to where the
/// answer redirects to as well, which is any application.
const ASKING: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The dashboard renews itself, and its forms lead nowhere else.
const LIVE: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
                    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where the files are that pages refer to.
const ASSETS: &str = "/_emulator/assets/";

/// Declares the templates by their names.
macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_filter("moment", moment);
    for (name, source) in templates![
        "base.html",
        "message.html",
        "portal.html",
        "login/accounts.html",
        "login/ask.html",
        "login/code.html",
        "login/connections.html",
        "login/consent.html",
        "login/email.html",
        "login/link.html",
        "login/logout.html",
        "login/organizations.html",
        "login/provider.html",
        "login/signup.html",
        "dashboard/base.html",
        "dashboard/mails.html",
        "dashboard/organizations.html",
        "dashboard/overview.html",
        "dashboard/parts.html",
        "dashboard/requests.html",
        "dashboard/sessions.html",
        "dashboard/users.html",
        "dashboard/webhooks.html",
    ] {
        // A template that does not parse is found by the first page that wants it, and by the test below.
        let _ = templates.add_template(name, source);
    }
    templates
});

/// A time as people read it, to the second.
fn moment(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}

/// A page that asks or tells something.
pub(crate) fn page(status: StatusCode, name: &str, context: impl Serialize) -> anyhow::Result<Reply> {
    render(status, name, context, ASKING)
}

/// A page of the dashboard.
pub(crate) fn live_page(name: &str, context: impl Serialize) -> anyhow::Result<Reply> {
    render(StatusCode::OK, name, context, LIVE)
}

/// A page that says one thing, with a link to go on if there is one: its text and its address.
pub(crate) fn message(
    status: StatusCode,
    title: &str,
    text: &str,
    link: Option<(&str, &str)>,
) -> anyhow::Result<Reply> {
    let context = serde_json::json!({ "title": title, "text": text, "link": link });
    page(status, "message.html", context)
}

/// For a request that cannot be answered by sending the browser back.
pub(crate) fn error(text: &str) -> anyhow::Result<Reply> {
    message(StatusCode::BAD_REQUEST, "This cannot be done", text, None)
}

fn render(status: StatusCode, name: &str, context: impl Serialize, policy: &str) -> anyhow::Result<Reply> {
    let page = TEMPLATES.get_template(name)?.render(Serde(context))?;
    Ok(Reply::html(status, page)
        .header(POLICY, policy)
        .header(X_FRAME_OPTIONS, "DENY")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        // Forms of our own must say where they come from; to others the address, with its parameters, is not told.
        .header(REFERRER_POLICY, "same-origin"))
}

/// The file that a page refers to, if a request is for one.
pub(crate) fn asset(request: &Request) -> Option<Reply> {
    // Browsers ask for this one by themselves, and it is no request of anybody's that nothing answers.
    let name = match request.path.as_str() {
        "/favicon.ico" => "icon.svg",
        path => path.strip_prefix(ASSETS)?,
    };
    let (kind, text) = match name {
        "style.css" => ("text/css; charset=utf-8", include_str!("../assets/style.css")),
        "live.js" => (
            "text/javascript; charset=utf-8",
            include_str!("../assets/live.js"),
        ),
        "icon.svg" => ("image/svg+xml", include_str!("../assets/icon.svg")),
        _ => return None,
    };
    (request.method == Method::GET).then(|| {
        Reply::new(StatusCode::OK, kind, text)
            .header(CACHE_CONTROL, "no-cache")
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        let files = ["templates", "templates/login", "templates/dashboard"].map(|folder| {
            let folder = format!("{}/src/{folder}", env!("CARGO_MANIFEST_DIR"));
            let entries = std::fs::read_dir(folder).unwrap();
            entries
                .filter(|entry| entry.as_ref().unwrap().path().is_file())
                .count()
        });
        assert_eq!(TEMPLATES.templates().count(), files.iter().sum::<usize>());
    }
}
