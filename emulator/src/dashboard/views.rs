//! Content of the dashboard's pages.

use scalekit::api::raw::connections::Connection;
use scalekit::api::raw::users::User;
use serde_json::{Value, json};

use super::agents;
use crate::app::App;
use crate::state::{Row, State};
use crate::traffic::Filter;

/// Maximum number of rows on a page.
pub(super) const MAX_ROWS: usize = 100;

/// Number of latest emails and requests on the overview.
const LATEST: usize = 8;

/// A page of the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Overview,
    Organizations,
    Users,
    Sessions,
    Connections,
    Accounts,
    Tools,
    Mails,
    Webhooks,
    Requests,
}

const VIEWS: [(View, &str, &str); 10] = [
    (View::Overview, "overview", "Overview"),
    (View::Organizations, "organizations", "Organizations"),
    (View::Users, "users", "Users"),
    (View::Sessions, "sessions", "Sessions"),
    (View::Connections, "connections", "Connections"),
    (View::Accounts, "accounts", "Accounts"),
    (View::Tools, "tools", "Tool calls"),
    (View::Mails, "mails", "Emails"),
    (View::Webhooks, "webhooks", "Webhooks"),
    (View::Requests, "requests", "Requests"),
];

impl View {
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = VIEWS.iter().find(|(_, view_name, _)| *view_name == name);
        found.map(|(view, ..)| *view)
    }

    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Overview => "dashboard/overview.html",
            Self::Organizations => "dashboard/organizations.html",
            Self::Users => "dashboard/users.html",
            Self::Sessions => "dashboard/sessions.html",
            Self::Connections => "dashboard/connections.html",
            Self::Accounts => "dashboard/accounts.html",
            Self::Tools => "dashboard/tools.html",
            Self::Mails => "dashboard/mails.html",
            Self::Webhooks => "dashboard/webhooks.html",
            Self::Requests => "dashboard/requests.html",
        }
    }
}

/// Returns the template context of a page, without the ticket.
pub(super) fn context(app: &App, view: View, query: &str) -> Value {
    let search = Search(query.to_lowercase());
    let (rows, total) = match view {
        View::Overview => (overview(app), 0),
        View::Organizations => organizations(app, &search),
        View::Users => users(app, &search),
        View::Sessions => sessions(app, &search),
        View::Connections => agents::connections(app, &search),
        View::Accounts => agents::accounts(app, &search),
        View::Tools => agents::tool_calls(app, &search),
        View::Mails => mails(app, &search, MAX_ROWS),
        View::Webhooks => webhooks(app, &search),
        View::Requests => requests(app, &search, MAX_ROWS),
    };
    let nav = VIEWS.iter().map(|(each, name, title)| {
        let href = if *each == View::Overview {
            "/".to_owned()
        } else {
            format!("/?view={name}")
        };
        json!({ "href": href, "title": title, "current": *each == view, "name": name })
    });
    let title = VIEWS.iter().find(|(each, ..)| *each == view);
    json!({
        "nav": nav.collect::<Vec<_>>(),
        "title": title.map(|(_, _, title)| title),
        "view": title.map(|(_, name, _)| name),
        "q": query,
        "rows": rows,
        "total": total,
    })
}

/// A search text in lower case. An empty text matches everything.
pub(super) struct Search(String);

impl Search {
    pub(super) fn matches(&self, texts: &[&str]) -> bool {
        self.0.is_empty()
            || texts
                .iter()
                .any(|text| text.to_lowercase().contains(&self.0))
    }
}

/// Returns the newest matching rows and the total number of matching rows.
pub(super) fn newest<R>(
    rows: impl DoubleEndedIterator<Item = R>,
    limit: usize,
    matches: impl Fn(&R) -> bool,
    mut show: impl FnMut(R) -> Value,
) -> (Value, usize) {
    let (mut newest, mut total) = (Vec::new(), 0);
    for row in rows.rev().filter(matches) {
        total += 1;
        if newest.len() < limit {
            newest.push(show(row));
        }
    }
    (newest.into(), total)
}

fn overview(app: &App) -> Value {
    let everything = Search(String::new());
    let (mails, _) = mails(app, &everything, LATEST);
    let (requests, _) = requests(app, &everything, LATEST);
    let state = app.read();
    let live =
        (state.sessions.iter()).filter(|row| state.live_session(&app.ctx(), row.id()).is_some());
    let counts = [
        ("organizations", "Organizations", state.organizations.len()),
        ("users", "Users", state.users.len()),
        ("sessions", "Live sessions", live.count()),
        ("connections", "Connections", state.connections.len()),
        ("accounts", "Connected accounts", state.accounts.len()),
        ("tools", "Tool calls", state.tool_calls.len()),
        ("mails", "Emails", state.mails.len()),
        ("webhooks", "Webhooks", app.webhooks.endpoints().len()),
        ("requests", "Requests", app.log.len()),
    ];
    let counts =
        counts.map(|(view, title, count)| json!({ "view": view, "title": title, "count": count }));
    json!({
        "counts": counts,
        "mails": mails,
        "requests": requests,
        "url": app.url,
        "client_id": app.client.id,
        "auto_approve": app.config.auto_approve,
        "lenient": app.config.lenient,
        "data_file": app.config.data_file.as_ref().map(|path| path.display().to_string()),
        "shift_seconds": app.clock.shift().as_secs(),
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn organizations(app: &App, search: &Search) -> (Value, usize) {
    let state = app.read();
    newest(
        state.organizations.iter(),
        MAX_ROWS,
        |row| {
            let organization = &row.organization;
            let external = organization.external_id.as_deref().unwrap_or_default();
            search.matches(&[&organization.display_name, &organization.id, external])
        },
        |row| {
            let id = row.id();
            let domains = state.domains.by("organization", id);
            let connections = state.connections.by("organization", id);
            let summary = |connection: &Connection| {
                json!({
                    "id": connection.id,
                    "provider": connection.provider,
                    "type": connection.r#type,
                    "enabled": connection.enabled,
                })
            };
            json!({
                "organization": row.organization,
                "domains": domains.map(|domain| &domain.domain).collect::<Vec<_>>(),
                "connections": connections.map(summary).collect::<Vec<_>>(),
                "members": state.users.by("organization", id).count(),
            })
        },
    )
}

pub(super) fn organization_name(state: &State, id: &str) -> String {
    let row = state.organizations.get(id);
    row.map_or_else(
        || id.to_owned(),
        |row| row.organization.display_name.clone(),
    )
}

fn name(user: &User) -> &str {
    let profile = user.user_profile.as_ref();
    profile.map_or("", |profile| profile.name.as_str())
}

fn users(app: &App, search: &Search) -> (Value, usize) {
    let state = app.read();
    newest(
        state.users.iter(),
        MAX_ROWS,
        |user| {
            let external = user.external_id.as_deref().unwrap_or_default();
            search.matches(&[&user.email, &user.id, external, name(user)])
        },
        |user| {
            let row = state.show_user(&app.ctx(), user);
            json!({ "user": row, "name": name(user) })
        },
    )
}

fn email<'s>(state: &'s State, user_id: &'s str) -> &'s str {
    let user = state.users.get(user_id);
    user.map_or(user_id, |user| user.email.as_str())
}

fn sessions(app: &App, search: &Search) -> (Value, usize) {
    let state = app.read();
    newest(
        state.sessions.iter(),
        MAX_ROWS,
        |row| {
            let session = &row.session;
            search.matches(&[
                &session.session_id,
                email(&state, &session.user_id),
                &session.organization_id,
            ])
        },
        |row| {
            json!({
                "session": state.show_session(&app.ctx(), row),
                "email": email(&state, &row.session.user_id),
                "organization": organization_name(&state, &row.session.organization_id),
                "connection_id": row.connection_id,
            })
        },
    )
}

fn mails(app: &App, search: &Search, limit: usize) -> (Value, usize) {
    let state = app.read();
    newest(
        state.mails.iter(),
        limit,
        |mail| search.matches(&[&mail.to, &mail.subject, &mail.kind]),
        |mail| {
            let mut row = json!(mail);
            // Applications choose the URL. Links with other schemes, such as javascript, are not
            // clickable.
            let link = mail.link.as_deref().unwrap_or_default();
            row["safe"] = (link.starts_with("http://") || link.starts_with("https://")).into();
            row
        },
    )
}

fn webhooks(app: &App, search: &Search) -> (Value, usize) {
    let endpoints = app.webhooks.endpoints();
    let deliveries = app.webhooks.deliveries();
    let rows: Vec<Value> = deliveries.iter().map(|delivery| json!(delivery)).collect();
    let matches = |delivery: &&Value| {
        let text = |name: &str| delivery[name].as_str().unwrap_or_default();
        search.matches(&[text("id"), text("type"), text("url"), text("status")])
    };
    let (deliveries, total) = newest(rows.iter(), MAX_ROWS, matches, |delivery| {
        let mut row = delivery.clone();
        row["pretty"] = pretty(&delivery["event"]).into();
        row["endpoint_gone"] = (endpoints
            .iter()
            .all(|one| delivery["endpoint_id"] != one.id))
        .into();
        row
    });
    let endpoints: Vec<Value> = (endpoints.iter())
        .map(|one| json!({ "id": one.id, "url": one.url, "events": one.events }))
        .collect();
    (
        json!({ "endpoints": endpoints, "deliveries": deliveries }),
        total,
    )
}

fn requests(app: &App, search: &Search, limit: usize) -> (Value, usize) {
    let filter = Filter {
        // A search must read all entries.
        limit: search.0.is_empty().then_some(limit),
        ..Filter::default()
    };
    let entries = app.log.show(&filter);
    let matches = |entry: &&Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default();
        let status = entry["status"].to_string();
        search.matches(&[
            text("path"),
            text("operation"),
            text("method"),
            text("request_id"),
            &status,
        ])
    };
    let (rows, total) = newest(entries.iter(), limit, matches, |entry| {
        let mut row = entry.clone();
        row["pretty"] = match &entry["json"] {
            Value::Null => entry["body"].clone(),
            body => pretty(body).into(),
        };
        row
    });
    let total = if search.0.is_empty() {
        app.log.len()
    } else {
        total
    };
    (rows, total)
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
