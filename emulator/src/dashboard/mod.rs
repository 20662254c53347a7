//! The dashboard: what the environment holds and what has happened, as a page for people.

mod guard;
mod views;

use http::header::{CACHE_CONTROL, HeaderName};
use http::{Method, StatusCode};

use crate::app::App;
use crate::http::{Body, Reply, Request};
use crate::pages::{self, Browser, Ticket};
use views::View;

const EVENTS: &str = "/_emulator/dashboard/events";
const REDELIVER: &str = "/_emulator/dashboard/redeliver";

/// What a ticket of the dashboard is for.
const PURPOSE: &str = "dashboard";

/// Answers a request for the dashboard, if it is one. These are not logged: looking changes nothing.
pub(crate) fn answer(app: &App, request: &Request) -> Option<Reply> {
    let serve: fn(&App, &Request) -> anyhow::Result<Reply> = match (&request.method, request.path.as_str()) {
        (&Method::GET, "/") => show,
        (&Method::GET, EVENTS) => events,
        (&Method::POST, REDELIVER) => redeliver,
        _ => return None,
    };
    let answered = match guard::check(app, request) {
        Ok(()) => serve(app, request),
        Err(problem) => refused(&problem),
    };
    Some(
        answered
            .unwrap_or_else(|error| Reply::text(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n"))),
    )
}

fn refused(problem: &str) -> anyhow::Result<Reply> {
    pages::message(StatusCode::FORBIDDEN, "The dashboard stays closed", problem, None)
}

fn show(app: &App, request: &Request) -> anyhow::Result<Reply> {
    let query = request.query();
    let browser = Browser::of(app, request);
    let view = match query.get("view") {
        None => View::Overview,
        Some(name) => match View::named(name) {
            Some(view) => view,
            None => {
                let link = Some(("To the overview", "/"));
                return pages::message(StatusCode::NOT_FOUND, "There is no such view", "", link);
            }
        },
    };
    let wanted = query.get("q").unwrap_or_default().trim();
    let mut context = views::context(app, view, wanted);
    context["ticket"] = browser.close(app, &Ticket::default(), PURPOSE).into();
    Ok(browser.dress(app, pages::live_page(view.template(), context)?))
}

/// Says whenever the page is out of date.
fn events(app: &App, _: &Request) -> anyhow::Result<Reply> {
    let mut reply = Reply::new(StatusCode::OK, "text/event-stream", "");
    reply.body = Body::Live(app.pulse.listen());
    // Proxies that gather an answer before they pass it on would never pass this one on.
    let buffering = HeaderName::from_static("x-accel-buffering");
    Ok(reply.header(CACHE_CONTROL, "no-store").header(buffering, "no"))
}

fn redeliver(app: &App, request: &Request) -> anyhow::Result<Reply> {
    let form = request.form();
    if Browser::of(app, request).open(app, &form, PURPOSE).is_none() {
        return refused("The page is too old, or belongs to another browser. Load the dashboard again.");
    }
    let delivery = form.get("delivery").and_then(|text| text.split_once(' '));
    let sent = delivery.and_then(|(endpoint, id)| {
        let endpoint: u64 = endpoint.parse().ok()?;
        Some(app.webhooks.redeliver(&app.clock, id, Some(endpoint)))
    });
    match sent {
        Some(count) if count > 0 => Ok(Reply::redirect("/?view=webhooks")),
        _ => {
            let text = "The delivery or its endpoint is gone.";
            let link = Some(("Back to the webhooks", "/?view=webhooks"));
            pages::message(StatusCode::NOT_FOUND, "Nothing was sent", text, link)
        }
    }
}
