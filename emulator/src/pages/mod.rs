//! HTML pages: templates, assets and security headers.

pub(crate) mod assets;
mod browser;

use std::sync::LazyLock;

use http::StatusCode;
use http::header::{HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::http::Response;

pub(crate) use browser::Browser;

const POLICY: HeaderName = HeaderName::from_static("content-security-policy");

/// Policy of the login pages. It has no `form-action`, because browsers also apply it to the
/// redirect after the form, which can go to any application.
const LOGIN_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Policy of the dashboard, which runs a script and posts forms only to itself.
const DASHBOARD_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
                    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Includes the templates with these names.
macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.add_filter("format_time", format_time);
    for (name, source) in templates![
        "account.html",
        "base.html",
        "message.html",
        "portal.html",
        "login/accounts.html",
        "login/layout.html",
        "login/code.html",
        "login/connections.html",
        "login/consent.html",
        "login/email.html",
        "login/link.html",
        "login/logout.html",
        "login/organizations.html",
        "login/provider.html",
        "login/signup.html",
        "dashboard/accounts.html",
        "dashboard/base.html",
        "dashboard/connections.html",
        "dashboard/mails.html",
        "dashboard/organizations.html",
        "dashboard/overview.html",
        "dashboard/parts.html",
        "dashboard/requests.html",
        "dashboard/sessions.html",
        "dashboard/tools.html",
        "dashboard/users.html",
        "dashboard/webhooks.html",
    ] {
        // A parse error is ignored here. Rendering the template fails, and so does the test below.
        let _ = templates.add_template(name, source);
    }
    templates
});

/// Formats a time for people, to the second.
fn format_time(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}

/// Renders a login or message page.
pub(crate) fn page(
    status: StatusCode,
    name: &str,
    context: impl Serialize,
) -> anyhow::Result<Response> {
    render(status, name, context, LOGIN_POLICY)
}

/// Renders a page of the dashboard.
pub(crate) fn live_page(name: &str, context: impl Serialize) -> anyhow::Result<Response> {
    render(StatusCode::OK, name, context, DASHBOARD_POLICY)
}

/// Renders a message page. `link` is the text and the URL of a link.
pub(crate) fn message(
    status: StatusCode,
    title: &str,
    text: &str,
    link: Option<(&str, &str)>,
) -> anyhow::Result<Response> {
    let context = serde_json::json!({ "title": title, "text": text, "link": link });
    page(status, "message.html", context)
}

/// Renders an error page, for requests that cannot redirect to the application.
pub(crate) fn error(text: &str) -> anyhow::Result<Response> {
    message(StatusCode::BAD_REQUEST, "Invalid request", text, None)
}

fn render(
    status: StatusCode,
    name: &str,
    context: impl Serialize,
    policy: &str,
) -> anyhow::Result<Response> {
    let page = TEMPLATES.get_template(name)?.render(Serde(context))?;
    Ok(Response::html(status, page)
        .header(POLICY, policy)
        .header(X_FRAME_OPTIONS, "DENY")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        // The dashboard checks the origin of its forms. Other sites must not receive URLs with
        // parameters.
        .header(REFERRER_POLICY, "same-origin"))
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
