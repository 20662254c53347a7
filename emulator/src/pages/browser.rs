//! The browser's two cookies. One binds pages to the browser, the other identifies its sessions.

use http::header::{COOKIE, SET_COOKIE};

use crate::app::App;
use crate::http::{Request, Response};
use crate::secrets::random_token;
use crate::state::{BrowserKey, SessionRow, State};
use crate::ticket::Ticket;

/// The browser that sent a request.
pub(crate) struct Browser {
    page: String,
    /// The request had no page cookie.
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

    /// Returns the key of the browser's sessions, or `None` without a session cookie.
    pub(crate) fn key(&self) -> Option<BrowserKey> {
        self.session.as_deref().map(key)
    }

    /// Returns the browser's live sessions, newest first.
    pub(crate) fn sessions(&self, app: &App, state: &State) -> Vec<SessionRow> {
        let Some(session) = &self.session else {
            return Vec::new();
        };
        let rows = state.sessions_in(&app.ctx(), &key(session)).into_iter();
        rows.cloned().collect()
    }

    /// Adds a session to the browser and returns the new cookie.
    pub(crate) fn add_session(&self, app: &App, session_id: &str) -> String {
        let new = random_token("browser");
        let old = self.key();
        app.change(|state| state.add_to_browser(&app.ctx(), old.as_ref(), key(&new), session_id));
        set(app, "session", &new)
    }

    /// Returns the signed ticket for a page.
    pub(crate) fn issue_ticket(&self, app: &App, ticket: &Ticket, purpose: &str) -> String {
        let ticket = Ticket {
            issued_at: app.clock.now().as_second(),
            ..ticket.clone()
        };
        app.ticket_key.sign(&ticket, &self.page, purpose)
    }

    /// Returns the ticket of a form, or `None` if it is missing or invalid.
    pub(crate) fn verify_ticket(
        &self,
        app: &App,
        form: &crate::http::Pairs,
        purpose: &str,
    ) -> Option<Ticket> {
        let text = form.get("ticket")?;
        app.ticket_key
            .verify(text, &self.page, purpose, app.clock.now().as_second())
    }

    /// Adds the page cookie to a page if the browser does not have one.
    pub(crate) fn with_cookie(&self, app: &App, response: Response) -> Response {
        if self.new {
            response.header(SET_COOKIE, &set(app, "page", &self.page))
        } else {
            response
        }
    }
}

fn key(cookie: &str) -> BrowserKey {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, cookie.as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(digest.as_ref());
    key
}

/// Returns the name of a cookie. It contains the port, because browsers share cookies between the
/// ports of a host.
fn name(app: &App, kind: &str) -> String {
    let port = url::Url::parse(&app.url).ok().and_then(|url| url.port());
    port.map_or_else(
        || format!("scalekit_{kind}"),
        |port| format!("scalekit_{kind}_{port}"),
    )
}

fn set(app: &App, kind: &str, value: &str) -> String {
    let secure = if app.url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    // Lax: sent when an application redirects here, but not with a form of another site.
    format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}",
        name(app, kind)
    )
}

fn cookie<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let lines = request.headers.get_all(COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}
