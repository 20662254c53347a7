//! Login: the pages of `/oauth/authorize`, and the sessions that they create.

mod consent;
mod flow;
mod forms;
mod interceptors;
mod mail;
mod params;
mod prompt;
mod session;
mod signup;
mod sso;
mod steps;

use http::Method;

use crate::app::App;
use crate::http::{Pairs, Request, Response};
use crate::oauth::{AuthorizationRequest, Failure, OAuthError};
use crate::pages;
use crate::state::FAILED;
use consent::Consent;
use flow::Flow;
use params::LoginParams;
use prompt::Prompt;
use session::LoginMethod;

/// Handles a request to `/oauth/authorize`.
pub(crate) async fn handle(app: &App, request: &Request) -> anyhow::Result<Response> {
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
        return Ok(Response::redirect(&format!(
            "{}{}?{query}",
            app.url, request.path
        )));
    }
    let authorization = match AuthorizationRequest::new(app, &parameters) {
        Ok(authorization) => authorization,
        Err(problem) => return pages::error(&problem),
    };
    let result = log_in(app, request, &authorization, form).await;
    match result {
        Ok(response) => Ok(response),
        Err(Failure::Rejected(error)) => {
            let OAuthError { code, description } = error;
            let error = [("error", code), ("error_description", &description)];
            Ok(Response::redirect(&authorization.redirect_url(app, &error)))
        }
        Err(Failure::Internal(error)) => Err(error),
    }
}

/// Checks the request. Then shows a page, handles the form of a page, or logs in directly.
async fn log_in(
    app: &App,
    request: &Request,
    authorization: &AuthorizationRequest<'_>,
    form: Pairs,
) -> Result<Response, Failure> {
    authorization.check(app)?;
    let prompt = Prompt::parse(authorization.parameters, app.config.lenient);
    let prompt = prompt.map_err(OAuthError::invalid_request)?;
    let params = LoginParams::new(app, authorization)?;
    check_ids(app, &params)?;
    let posted = request.method == Method::POST;
    if app.config.auto_approve && !posted {
        return Ok(auto_approve(app, request, authorization, &params).await?);
    }
    let flow = Flow::new(app, request, authorization, params, prompt, form);
    if posted {
        steps::submit(&flow).await
    } else {
        steps::start(&flow)
    }
}

/// Checks that the requested organization and connection exist and belong together. Hints, such as
/// `login_hint`, are not checked.
fn check_ids(app: &App, params: &LoginParams) -> Result<(), OAuthError> {
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
    session::log_attempt(app, params, FAILED);
    Err(OAuthError::invalid_request(problem))
}

/// Logs in without showing a page.
async fn auto_approve(
    app: &App,
    request: &Request,
    authorization: &AuthorizationRequest<'_>,
    params: &LoginParams,
) -> Result<Response, OAuthError> {
    let params = params.clone().or_default_email(&app.read());
    let row = session::log_in(app, request, &params, &LoginMethod::Direct).await;
    let row = row.map_err(|problem| OAuthError::new("access_denied", problem))?;
    let grant = session::grant(&row, &row.session.organization_id);
    let scopes = authorization.scopes();
    let consent = Consent {
        client: &authorization.client,
        user_id: &grant.user_id,
    };
    if consent.is_needed(&app.read(), &scopes) {
        app.change(|state| consent.record(state, &app.ctx(), &scopes));
    }
    Ok(Response::redirect(
        &authorization.with_code(app, grant, &scopes),
    ))
}
