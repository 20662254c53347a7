//! `/oauth/authorize`: which way a request goes.

use http::Method;

use super::authorization::{Authorization, Denied};
use super::consent::Party;
use super::flow::{Flow, Stop};
use super::login::{self, How, Wanted};
use super::sso;
use crate::app::App;
use crate::http::{Pairs, Reply, Request};
use crate::pages;
use crate::state::FAILED;

pub(super) async fn answer(app: &App, request: &Request) -> anyhow::Result<Reply> {
    // Pages post to the URL they were shown at, so the parameters stand in the query both times.
    let parameters = request.query();
    let form = match request.method {
        Method::POST => request.form(),
        _ => Pairs::default(),
    };
    // A request may be posted, too (OpenID Connect Core 1.0, section 3.1.2.1). A form posted from elsewhere brings no
    // cookies along; a second step, with a GET, does.
    if parameters.get("client_id").is_none() && form.get("client_id").is_some() {
        let query = String::from_utf8_lossy(&request.body);
        return Ok(Reply::redirect(&format!("{}{}?{query}", app.url, request.path)));
    }
    let authorization = match Authorization::new(app, &parameters) {
        Ok(authorization) => authorization,
        Err(problem) => return pages::error(&problem),
    };
    let posted = request.method == Method::POST;
    let answered = match authorization.check(app) {
        Ok((wanted, prompt)) => match known(app, &wanted) {
            Err(denied) => Err(denied.into()),
            Ok(()) if app.config.auto_approve && !posted => {
                let approved = approve(app, request, &authorization, &wanted).await;
                approved.map_err(Stop::from)
            }
            Ok(()) => {
                let flow = Flow::new(app, request, &authorization, wanted, prompt, form);
                if posted {
                    flow.submitted().await
                } else {
                    flow.first()
                }
            }
        },
        Err(denied) => Err(denied.into()),
    };
    match answered {
        Ok(reply) => Ok(reply),
        Err(Stop::Denied(Denied(code, description))) => {
            let back = authorization.back(app, &[("error", code), ("error_description", &description)]);
            Ok(Reply::redirect(&back))
        }
        Err(Stop::Broken(error)) => Err(error),
    }
}

/// Whether what the application names by id exists. What is merely hinted at may be wrong.
fn known(app: &App, wanted: &Wanted) -> Result<(), Denied> {
    let state = app.read();
    let (organization, connection) = (&wanted.organization_id, &wanted.connection_id);
    let problem = if !organization.is_empty() && state.organizations.get(organization).is_none() {
        "there is no such organization"
    } else if connection.is_empty() {
        return Ok(());
    } else {
        let found = state.connections.get(connection);
        let owner = found.map(|found| found.organization_id.as_deref().unwrap_or_default());
        match owner {
            None => "there is no such connection",
            Some(_) if !found.is_some_and(sso::is_usable) => "the connection is not enabled for logging in",
            Some(owner) if !owner.is_empty() && !organization.is_empty() && owner != organization => {
                "the connection belongs to another organization"
            }
            Some(_) => return Ok(()),
        }
    };
    drop(state);
    login::note(app, wanted, FAILED);
    Err(Denied("invalid_request", problem.to_owned()))
}

/// Logs in without asking anybody.
async fn approve(
    app: &App,
    request: &Request,
    authorization: &Authorization<'_>,
    wanted: &Wanted,
) -> Result<Reply, Denied> {
    let wanted = login::whoever(app, wanted);
    let row = login::log_in(app, request, &wanted, &How::Told).await;
    let row = row.map_err(|problem| Denied("access_denied", problem))?;
    let grant = login::grant(&row, &row.session.organization_id);
    let scopes = authorization.scopes();
    let party = Party {
        client: &authorization.client,
        user_id: &grant.user_id,
    };
    if party.is_needed(&app.read(), &scopes) {
        app.change(|state| party.remember(state, &app.ctx(), &scopes));
    }
    Ok(Reply::redirect(&authorization.with_code(app, grant, &scopes)))
}
