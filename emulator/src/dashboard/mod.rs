//! The dashboard: a web page with the content of the environment and recent activity.

mod agents;
mod guard;
mod views;

use http::header::{CACHE_CONTROL, HeaderName};
use http::{Method, StatusCode};

use crate::app::App;
use crate::http::{Body, Request, Response};
use crate::pages::{self, Browser};
use crate::ticket::Ticket;
use views::View;

const EVENTS: &str = "/_emulator/dashboard/events";
const REDELIVER: &str = "/_emulator/dashboard/redeliver";

/// The purpose of the dashboard's tickets.
const PURPOSE: &str = "dashboard";

/// Handles a request for the dashboard, or returns `None` for other requests. Dashboard requests
/// are not logged.
pub(crate) fn handle(app: &App, request: &Request) -> Option<Response> {
    let handler: fn(&App, &Request) -> anyhow::Result<Response> =
        match (&request.method, request.path.as_str()) {
            (&Method::GET, "/") => show,
            (&Method::GET, EVENTS) => events,
            (&Method::POST, REDELIVER) => redeliver,
            _ => return None,
        };
    let result = match guard::check(app, request) {
        Ok(()) => handler(app, request),
        Err(problem) => forbidden(&problem),
    };
    let failed = |error: anyhow::Error| {
        Response::text(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n"))
    };
    Some(result.unwrap_or_else(failed))
}

fn forbidden(problem: &str) -> anyhow::Result<Response> {
    pages::message(
        StatusCode::FORBIDDEN,
        "Dashboard access denied",
        problem,
        None,
    )
}

fn show(app: &App, request: &Request) -> anyhow::Result<Response> {
    let query = request.query();
    let browser = Browser::of(app, request);
    let view = match query.get("view") {
        None => View::Overview,
        Some(name) => match View::named(name) {
            Some(view) => view,
            None => {
                let link = Some(("Go to the overview", "/"));
                return pages::message(StatusCode::NOT_FOUND, "View not found", "", link);
            }
        },
    };
    let search = query.get("q").unwrap_or_default().trim();
    let mut context = views::context(app, view, search);
    context["ticket"] = browser
        .issue_ticket(app, &Ticket::default(), PURPOSE)
        .into();
    Ok(browser.with_cookie(app, pages::live_page(view.template(), context)?))
}

/// Streams an event for each change, so that the page can reload its content.
fn events(app: &App, _: &Request) -> anyhow::Result<Response> {
    let mut response = Response::new(StatusCode::OK, "text/event-stream", "");
    response.body = Body::EventStream(app.updates.subscribe());
    // Proxies that buffer responses would never forward this one.
    let buffering = HeaderName::from_static("x-accel-buffering");
    Ok(response
        .header(CACHE_CONTROL, "no-store")
        .header(buffering, "no"))
}

fn redeliver(app: &App, request: &Request) -> anyhow::Result<Response> {
    let form = request.form();
    let ticket = Browser::of(app, request).verify_ticket(app, &form, PURPOSE);
    if ticket.is_none() {
        return forbidden(
            "The page has expired or belongs to another browser. Reload the dashboard.",
        );
    }
    let delivery = form.get("delivery").and_then(|text| text.split_once(' '));
    let sent = delivery.and_then(|(endpoint, id)| {
        let endpoint: u64 = endpoint.parse().ok()?;
        Some(app.webhooks.redeliver(&app.clock, id, Some(endpoint)))
    });
    match sent {
        Some(count) if count > 0 => Ok(Response::redirect("/?view=webhooks")),
        _ => {
            let text = "The delivery or its endpoint no longer exists.";
            let link = Some(("Back to webhooks", "/?view=webhooks"));
            pages::message(StatusCode::NOT_FOUND, "Redelivery failed", text, link)
        }
    }
}
