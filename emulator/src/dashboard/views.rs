//! What the pages of the dashboard show.

use scalekit::api::users::User;
use serde_json::{Value, json};

use crate::admin::log::Filter;
use crate::app::App;
use crate::state::{Row, State};

/// Rows that a page shows at most; a search finds the others.
const SHOWN: usize = 100;

/// Rows of each kind on the overview.
const LATEST: usize = 8;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Overview,
    Organizations,
    Users,
    Sessions,
    Mails,
    Webhooks,
    Requests,
}

const VIEWS: [(View, &str, &str); 7] = [
    (View::Overview, "overview", "Overview"),
    (View::Organizations, "organizations", "Organizations"),
    (View::Users, "users", "Users"),
    (View::Sessions, "sessions", "Sessions"),
    (View::Mails, "mails", "Mails"),
    (View::Webhooks, "webhooks", "Webhooks"),
    (View::Requests, "requests", "Requests"),
];

impl View {
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = VIEWS.iter().find(|(_, known, _)| *known == name);
        found.map(|(view, ..)| *view)
    }

    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Overview => "dashboard/overview.html",
            Self::Organizations => "dashboard/organizations.html",
            Self::Users => "dashboard/users.html",
            Self::Sessions => "dashboard/sessions.html",
            Self::Mails => "dashboard/mails.html",
            Self::Webhooks => "dashboard/webhooks.html",
            Self::Requests => "dashboard/requests.html",
        }
    }
}

/// All that the template of a page needs but its ticket.
pub(super) fn context(app: &App, view: View, query: &str) -> Value {
    let wanted = Wanted(query.to_lowercase());
    let (rows, total) = match view {
        View::Overview => (overview(app), 0),
        View::Organizations => organizations(app, &wanted),
        View::Users => users(app, &wanted),
        View::Sessions => sessions(app, &wanted),
        View::Mails => mails(app, &wanted, SHOWN),
        View::Webhooks => webhooks(app, &wanted),
        View::Requests => requests(app, &wanted, SHOWN),
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
        "shown": SHOWN,
    })
}

/// What is searched for, in lower case.
struct Wanted(String);

impl Wanted {
    fn fits(&self, texts: &[&str]) -> bool {
        self.0.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&self.0))
    }
}

/// The newest of the rows that fit, and how many fit.
fn newest<R>(
    rows: impl DoubleEndedIterator<Item = R>,
    limit: usize,
    fits: impl Fn(&R) -> bool,
    mut show: impl FnMut(R) -> Value,
) -> (Value, usize) {
    let (mut shown, mut total) = (Vec::new(), 0);
    for row in rows.rev().filter(fits) {
        total += 1;
        if shown.len() < limit {
            shown.push(show(row));
        }
    }
    (shown.into(), total)
}

fn overview(app: &App) -> Value {
    let everything = Wanted(String::new());
    let (mails, _) = mails(app, &everything, LATEST);
    let (requests, _) = requests(app, &everything, LATEST);
    let state = app.read();
    let live = (state.sessions.iter()).filter(|row| state.live_session(&app.ctx(), row.id()).is_some());
    let counts = [
        ("organizations", "Organizations", state.organizations.len()),
        ("users", "Users", state.users.len()),
        ("sessions", "Live sessions", live.count()),
        ("mails", "Mails", state.mails.len()),
        ("webhooks", "Webhooks", app.webhooks.endpoints().len()),
        ("requests", "Requests", app.log.len()),
    ];
    let counts = counts.map(|(view, title, count)| json!({ "view": view, "title": title, "count": count }));
    json!({
        "counts": counts,
        "mails": mails,
        "requests": requests,
        "url": app.url,
        "client_id": app.client.id,
        "auto_approve": app.config.auto_approve,
        "lenient": app.config.lenient,
        "kept": app.config.data.as_ref().map(|path| path.display().to_string()),
        "shift_seconds": app.clock.shift().as_secs(),
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn organizations(app: &App, wanted: &Wanted) -> (Value, usize) {
    let state = app.read();
    newest(
        state.organizations.iter(),
        SHOWN,
        |row| {
            let organization = &row.organization;
            let external = organization.external_id.as_deref().unwrap_or_default();
            wanted.fits(&[&organization.display_name, &organization.id, external])
        },
        |row| {
            let id = row.id();
            let domains = state.domains.by("organization", id);
            let connections = state.connections.by("organization", id);
            json!({
                "organization": row.organization,
                "domains": domains.map(|domain| &domain.domain).collect::<Vec<_>>(),
                "connections": connections.map(|one| json!({ "id": one.id, "provider": one.provider, "type": one.r#type,
                    "enabled": one.enabled })).collect::<Vec<_>>(),
                "members": state.users.by("organization", id).count(),
            })
        },
    )
}

fn organization_name(state: &State, id: &str) -> String {
    let row = state.organizations.get(id);
    row.map_or_else(|| id.to_owned(), |row| row.organization.display_name.clone())
}

fn name(user: &User) -> &str {
    let profile = user.user_profile.as_ref();
    profile.map_or("", |profile| profile.name.as_str())
}

fn users(app: &App, wanted: &Wanted) -> (Value, usize) {
    let state = app.read();
    newest(
        state.users.iter(),
        SHOWN,
        |user| {
            let external = user.external_id.as_deref().unwrap_or_default();
            wanted.fits(&[&user.email, &user.id, external, name(user)])
        },
        |user| {
            let shown = state.show_user(&app.ctx(), user);
            json!({ "user": shown, "name": name(user) })
        },
    )
}

fn email<'s>(state: &'s State, user_id: &'s str) -> &'s str {
    let user = state.users.get(user_id);
    user.map_or(user_id, |user| user.email.as_str())
}

fn sessions(app: &App, wanted: &Wanted) -> (Value, usize) {
    let state = app.read();
    newest(
        state.sessions.iter(),
        SHOWN,
        |row| {
            let session = &row.session;
            wanted.fits(&[
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

fn mails(app: &App, wanted: &Wanted, limit: usize) -> (Value, usize) {
    let state = app.read();
    newest(
        state.mails.iter(),
        limit,
        |mail| wanted.fits(&[&mail.to, &mail.subject, &mail.kind]),
        |mail| {
            let mut shown = json!(mail);
            // Whatever an application calls a link is followed only if a browser would go somewhere.
            let link = mail.link.as_deref().unwrap_or_default();
            shown["safe"] = (link.starts_with("http://") || link.starts_with("https://")).into();
            shown
        },
    )
}

fn webhooks(app: &App, wanted: &Wanted) -> (Value, usize) {
    let endpoints = app.webhooks.endpoints();
    let deliveries = app.webhooks.deliveries();
    let shown: Vec<Value> = deliveries.iter().map(|delivery| json!(delivery)).collect();
    let fits = |delivery: &&Value| {
        let text = |name: &str| delivery[name].as_str().unwrap_or_default();
        wanted.fits(&[text("id"), text("type"), text("url"), text("status")])
    };
    let (deliveries, total) = newest(shown.iter(), SHOWN, fits, |delivery| {
        let mut shown = delivery.clone();
        shown["pretty"] = pretty(&delivery["event"]).into();
        shown["endpoint_gone"] = (endpoints.iter().all(|one| delivery["endpoint_id"] != one.id)).into();
        shown
    });
    let endpoints: Vec<Value> = (endpoints.iter())
        .map(|one| json!({ "id": one.id, "url": one.url, "events": one.events }))
        .collect();
    (json!({ "endpoints": endpoints, "deliveries": deliveries }), total)
}

fn requests(app: &App, wanted: &Wanted, limit: usize) -> (Value, usize) {
    let filter = Filter {
        // Only a search has to look at all of them.
        limit: wanted.0.is_empty().then_some(limit),
        ..Filter::default()
    };
    let entries = app.log.show(&filter);
    let fits = |entry: &&Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default();
        let status = entry["status"].to_string();
        wanted.fits(&[
            text("path"),
            text("operation"),
            text("method"),
            text("request_id"),
            &status,
        ])
    };
    let (shown, total) = newest(entries.iter(), limit, fits, |entry| {
        let mut shown = entry.clone();
        shown["pretty"] = match &entry["json"] {
            Value::Null => entry["body"].clone(),
            body => pretty(body).into(),
        };
        shown
    });
    let total = if wanted.0.is_empty() { app.log.len() } else { total };
    (shown, total)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
