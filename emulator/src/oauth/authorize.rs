//! The endpoint `/oauth/authorize`.

use http::Method;

use super::authorization::{Authorization, Denied};
use super::consent::Consent;
use super::flow::{Flow, Stop};
use super::login::{self, LoginMethod, LoginParams};
use super::sso;
use crate::app::App;
use crate::http::{Pairs, Reply, Request};
use crate::pages;
use crate::state::FAILED;

pub(super) async fn handle(app: &App, request: &Request) -> anyhow::Result<Reply> {
    // Pages post to their own URL, so the query has the parameters for both methods.
    let parameters = request.query();
    let form = match request.method {
        Method::POST => request.form(),
        _ => Pairs::default(),
    };
    // Applications may also send the request with POST (OpenID Connect Core 1.0, section 3.1.2.1).
    // Browsers send no SameSite=Lax cookies with a cross-site POST, so redirect to a GET, which has
    // them.
    if parameters.get("client_id").is_none() && form.get("client_id").is_some() {
        let query = String::from_utf8_lossy(&request.body);
        return Ok(Reply::redirect(&format!(
            "{}{}?{query}",
            app.url, request.path
        )));
    }
    let authorization = match Authorization::new(app, &parameters) {
        Ok(authorization) => authorization,
        Err(problem) => return pages::error(&problem),
    };
    let posted = request.method == Method::POST;
    let result = match authorization.check(app) {
        Ok((params, prompt)) => match check_ids(app, &params) {
            Err(denied) => Err(denied.into()),
            Ok(()) if app.config.auto_approve && !posted => {
                let approved = auto_approve(app, request, &authorization, &params).await;
                approved.map_err(Stop::from)
            }
            Ok(()) => {
                let flow = Flow::new(app, request, &authorization, params, prompt, form);
                if posted {
                    flow.submit().await
                } else {
                    flow.start()
                }
            }
        },
        Err(denied) => Err(denied.into()),
    };
    match result {
        Ok(reply) => Ok(reply),
        Err(Stop::Denied(Denied(code, description))) => {
            let error = [("error", code), ("error_description", &description)];
            Ok(Reply::redirect(&authorization.redirect_url(app, &error)))
        }
        Err(Stop::Internal(error)) => Err(error),
    }
}

/// Checks that the requested organization and connection exist and belong together. Hints, such as
/// `login_hint`, are not checked.
fn check_ids(app: &App, params: &LoginParams) -> Result<(), Denied> {
    let state = app.read();
    let (organization, connection) = (&params.organization_id, &params.connection_id);
    let problem = if !organization.is_empty() && state.organizations.get(organization).is_none() {
        "the organization does not exist"
    } else if connection.is_empty() {
        return Ok(());
    } else {
        let found = state.connections.get(connection);
        let owner = found.map(|found| found.organization_id.as_deref().unwrap_or_default());
        match owner {
            None => "the connection does not exist",
            Some(_) if !found.is_some_and(sso::is_usable) => {
                "the connection is not enabled for login"
            }
            Some(owner)
                if !owner.is_empty() && !organization.is_empty() && owner != organization =>
            {
                "the connection belongs to another organization"
            }
            Some(_) => return Ok(()),
        }
    };
    drop(state);
    login::log_attempt(app, params, FAILED);
    Err(Denied("invalid_request", problem.to_owned()))
}

/// Logs in without showing a page.
async fn auto_approve(
    app: &App,
    request: &Request,
    authorization: &Authorization<'_>,
    params: &LoginParams,
) -> Result<Reply, Denied> {
    let params = login::with_default_email(app, params);
    let row = login::log_in(app, request, &params, &LoginMethod::Direct).await;
    let row = row.map_err(|problem| Denied("access_denied", problem))?;
    let grant = login::grant(&row, &row.session.organization_id);
    let scopes = authorization.scopes();
    let consent = Consent {
        client: &authorization.client,
        user_id: &grant.user_id,
    };
    if consent.is_needed(&app.read(), &scopes) {
        app.change(|state| consent.record(state, &app.ctx(), &scopes));
    }
    Ok(Reply::redirect(
        &authorization.with_code(app, grant, &scopes),
    ))
}
