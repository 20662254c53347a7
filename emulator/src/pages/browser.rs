//! The two cookies: one ties pages to the browser that they were shown in, the other holds the sessions of its users.

use http::header::{COOKIE, SET_COOKIE};

use super::Ticket;
use crate::app::App;
use crate::http::{Reply, Request};
use crate::secrets::random_token;
use crate::state::{BrowserKey, SessionRow, State};

/// The browser behind a request.
pub(crate) struct Browser {
    page: String,
    /// It has no cookie for pages yet.
    new: bool,
    session: Option<String>,
}

impl Browser {
    pub(crate) fn of(app: &App, request: &Request) -> Self {
        let page = cookie(request, &name(app, "page"));
        Self {
            new: page.is_none(),
            page: page.map_or_else(|| random_token("page"), str::to_owned),
            session: cookie(request, &name(app, "session")).map(str::to_owned),
        }
    }

    /// What its sessions are kept under, if it has any.
    pub(crate) fn key(&self) -> Option<BrowserKey> {
        self.session.as_deref().map(key)
    }

    /// The sessions that live in it, the newest first.
    pub(crate) fn sessions(&self, app: &App, state: &State) -> Vec<SessionRow> {
        let Some(session) = &self.session else {
            return Vec::new();
        };
        let rows = state.sessions_in(&app.ctx(), &key(session)).into_iter();
        rows.cloned().collect()
    }

    /// Puts a session into it; answers with the new cookie.
    pub(crate) fn enter(&self, app: &App, session_id: &str) -> String {
        let new = random_token("browser");
        let old = self.key();
        app.change(|state| state.enter_browser(&app.ctx(), old.as_ref(), key(&new), session_id));
        set(app, "session", &new)
    }

    pub(crate) fn close(&self, app: &App, ticket: &Ticket, purpose: &str) -> String {
        let ticket = Ticket {
            at: app.clock.now().as_second(),
            ..ticket.clone()
        };
        app.seal.close(&ticket, &self.page, purpose)
    }

    /// The ticket that a form brought back, if it is good.
    pub(crate) fn open(&self, app: &App, form: &crate::http::Pairs, purpose: &str) -> Option<Ticket> {
        let text = form.get("ticket")?;
        app.seal
            .open(text, &self.page, purpose, app.clock.now().as_second())
    }

    /// A page with the cookie that its ticket needs.
    pub(crate) fn dress(&self, app: &App, reply: Reply) -> Reply {
        if self.new {
            reply.header(SET_COOKIE, &set(app, "page", &self.page))
        } else {
            reply
        }
    }
}

fn key(cookie: &str) -> BrowserKey {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, cookie.as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(digest.as_ref());
    key
}

/// Cookies do not tell ports apart, and many emulators run side by side.
fn name(app: &App, what: &str) -> String {
    let port = url::Url::parse(&app.url).ok().and_then(|url| url.port());
    port.map_or_else(
        || format!("scalekit_{what}"),
        |port| format!("scalekit_{what}_{port}"),
    )
}

fn set(app: &App, what: &str, value: &str) -> String {
    let secure = if app.url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    // Lax, so that it comes along when an application sends the browser here, but with no form of a foreign page.
    format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}",
        name(app, what)
    )
}

fn cookie<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let lines = request.headers.get_all(COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, value)| *known == name && !value.is_empty())
        .map(|(_, value)| value)
}
