//! The pages of the example applications. They look the same in all frameworks.

use axum::response::Html;
use scalekit::session::Session;
use serde_json::Value;

const STYLE: &str = include_str!("../style.css");
const MENU: [(&str, &str); 2] = [("/orders", "Orders"), ("/admin", "Administration")];

/// Returns a page with a menu.
pub(crate) fn page(title: &str, text: &str, session: Option<&Session>) -> Html<String> {
    let menu = MENU.map(|(path, name)| {
        let current = if name == title {
            " aria-current=\"page\""
        } else {
            ""
        };
        format!("<a href=\"{path}\"{current}>{name}</a>")
    });
    let menu = menu.join(" ");
    let (button, account) = match session {
        Some(session) => (
            "<form method=\"post\" action=\"/logout\"><button>Sign out</button></form>",
            account(session),
        ),
        None => (
            "",
            "<a class=\"button\" href=\"/login\">Sign in</a>".to_owned(),
        ),
    };
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Acme</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<header><div><a class="brand" href="/">Acme</a> <nav>{menu}</nav> {button}</div></header>
<main>
<h1>{title}</h1>
<p>{text}</p>
{account}
</main>
</body>
</html>
"#
    ))
}

fn account(session: &Session) -> String {
    let roles = session.user.get("roles").and_then(Value::as_array);
    let roles: Vec<&str> = roles
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let roles = match roles[..] {
        [] => "none".to_owned(),
        _ => roles.join(", "),
    };
    format!(
        r#"<dl>
<dt>User</dt><dd>{}</dd>
<dt>Organization</dt><dd>{}</dd>
<dt>Roles</dt><dd>{}</dd>
</dl>
<a href="/login?prompt=select_account">Switch account</a>"#,
        escape(session.user_id().unwrap_or_default()),
        escape(session.organization_id().unwrap_or_default()),
        escape(&roles),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
