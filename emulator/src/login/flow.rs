//! The login flow: the first page, and the steps after the user is identified.

use std::collections::HashSet;

use http::Method;
use http::header::SET_COOKIE;
use scalekit::api::commons::MembershipStatus;
use serde_json::{Value, json};

use super::consent::Consent;
use super::params::LoginParams;
use super::prompt::Prompt;
use super::screens::choice;
use super::session::{self, LoginMethod};
use super::sso;
use crate::app::App;
use crate::http::{Pairs, Request, Response};
use crate::oauth::{Authorization, Denied};
use crate::pages::Browser;
use crate::state::{SUCCESS, SessionRow, State};
use crate::ticket::Ticket;

/// An error that ends a login.
pub(super) enum Stop {
    /// Returned to the application.
    Denied(Denied),
    /// An error in the emulator.
    Internal(anyhow::Error),
}

impl From<Denied> for Stop {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// A login in progress.
pub(super) struct Flow<'a> {
    pub(super) app: &'a App,
    pub(super) request: &'a Request,
    pub(super) authorization: &'a Authorization<'a>,
    pub(super) params: LoginParams,
    pub(super) prompt: Prompt,
    pub(super) form: Pairs,
    pub(super) browser: Browser,
}

impl<'a> Flow<'a> {
    pub(super) fn new(
        app: &'a App,
        request: &'a Request,
        authorization: &'a Authorization<'a>,
        params: LoginParams,
        prompt: Prompt,
        form: Pairs,
    ) -> Self {
        Self {
            browser: Browser::of(app, request),
            app,
            request,
            authorization,
            params,
            prompt,
            form,
        }
    }

    /// Returns the path and query of the request. The pages post their forms to it.
    pub(super) fn action(&self) -> String {
        let query = self.request.query.as_deref().unwrap_or_default();
        format!("{}?{query}", self.request.path)
    }

    /// Handles the initial request: shows the first page or resumes a session.
    pub(super) fn start(&self) -> Result<Response, Stop> {
        if self.request.method == Method::GET
            && let Some(token) = self.authorization.parameters.get("link_token")
        {
            return self.link(token);
        }
        let sessions = self.matching_sessions();
        if self.prompt.none {
            return match sessions.as_slice() {
                [only] => self.resume(only),
                [] => {
                    Err(Denied("login_required", "no matching user is logged in".to_owned()).into())
                }
                _ => {
                    let description = "more than one user is logged in".to_owned();
                    Err(Denied("account_selection_required", description).into())
                }
            };
        }
        if self.prompt.create {
            return self.sign_up(&self.params.email, None);
        }
        match sessions.as_slice() {
            [] => self.identify(),
            [only] if !self.prompt.select_account => self.resume(only),
            several => self.accounts(several),
        }
    }

    /// Returns the browser's sessions that match the request, at most one per user and
    /// organization.
    pub(super) fn matching_sessions(&self) -> Vec<SessionRow> {
        let state = self.app.read();
        let mut seen = HashSet::new();
        let sessions = self.browser.sessions(self.app, &state).into_iter();
        let matching = sessions.filter(|row| self.matches(&state, row));
        let mut is_first = |row: &SessionRow| {
            seen.insert((
                row.session.user_id.clone(),
                row.session.organization_id.clone(),
            ))
        };
        matching.filter(|row| is_first(row)).collect()
    }

    fn matches(&self, state: &State, row: &SessionRow) -> bool {
        let Some(user) = state.users.get(&row.session.user_id) else {
            return false;
        };
        let params = &self.params;
        let email_matches =
            params.email.is_empty() || user.email.eq_ignore_ascii_case(&params.email);
        let connection_matches =
            params.connection_id.is_empty() || params.connection_id == row.connection_id;
        let provider_matches = params.provider.is_empty()
            || (state.connections.get(&row.connection_id))
                .is_some_and(|connection| sso::has_provider(connection, &params.provider));
        let organization_matches = params.requested_organization(state).is_none_or(|id| {
            // A session of another organization does not skip this organization's single sign-on.
            id == row.session.organization_id
                || (sso::of_organization(state, &id).is_empty()
                    && state.is_active_member(&user.id, &id))
        });
        let fresh = (self.prompt).accepts(row.auth_time, self.app.clock.now().as_second());
        email_matches && connection_matches && provider_matches && organization_matches && fresh
    }

    /// Continues with an existing session.
    pub(super) fn resume(&self, row: &SessionRow) -> Result<Response, Stop> {
        let organization = self.params.requested_organization(&self.app.read());
        let organization = organization.unwrap_or_else(|| row.session.organization_id.clone());
        let email = {
            let state = self.app.read();
            let user = state.users.get(&row.session.user_id);
            user.map(|user| user.email.clone()).unwrap_or_default()
        };
        let entry = LoginParams {
            email,
            organization_id: organization.clone(),
            connection_id: row.connection_id.clone(),
            ..self.params.clone()
        };
        session::log_attempt(self.app, &entry, SUCCESS);
        self.finish(row, &organization)
    }

    /// Shows the first sign-in page: the page of the selected connections, or the email page if the
    /// request selects no connection.
    fn identify(&self) -> Result<Response, Stop> {
        let ticket = Ticket {
            email: self.params.email.clone(),
            ..Ticket::default()
        };
        let (connections, problem) = {
            let state = self.app.read();
            (
                sso::candidates(&state, &self.params),
                sso::problem(&state, &self.params),
            )
        };
        match problem {
            Some(problem) => self.email(&ticket, Some(&problem)),
            None => self.connect(&ticket, &connections),
        }
    }

    /// Returns the URL of the request without `link_token`.
    pub(super) fn login_url(&self) -> String {
        let query = self.request.query.as_deref().unwrap_or_default();
        let own: Vec<&str> = (query.split('&'))
            .filter(|pair| !pair.starts_with("link_token="))
            .collect();
        format!("{}{}?{}", self.app.url, self.request.path, own.join("&"))
    }

    /// Continues after the user is identified: selects the organization and logs in.
    pub(super) async fn complete(
        &self,
        ticket: Ticket,
        method: LoginMethod,
    ) -> Result<Response, Stop> {
        let mut chosen = LoginParams {
            email: ticket.email.clone(),
            connection_id: ticket.connection_id.clone(),
            ..self.params.clone()
        };
        if !ticket.organization_id.is_empty() {
            chosen.organization_id.clone_from(&ticket.organization_id);
        }
        if self.params.only_email && !chosen.email.eq_ignore_ascii_case(&self.params.email) {
            let description =
                "the user who logged in is not the user of the id_token_hint".to_owned();
            return Err(Denied("login_required", description).into());
        }
        let own = self.memberships(&chosen);
        match own.as_slice() {
            [] => {}
            [only] => chosen.organization_id = only["id"].as_str().unwrap_or_default().to_owned(),
            several => {
                let more = json!({ "organizations": several });
                let proven = Ticket {
                    verified: true,
                    ..ticket
                };
                return self.page("login/organizations.html", &proven, None, more);
            }
        }
        match session::log_in(self.app, self.request, &chosen, &method).await {
            Ok(row) => {
                let cookie = self.browser.add_session(self.app, &row.session.session_id);
                let response = self.finish(&row, &row.session.organization_id)?;
                Ok(response.header(SET_COOKIE, &cookie))
            }
            Err(problem) => self.email(&ticket, Some(&problem)),
        }
    }

    /// Returns the organizations that the user can choose from. Empty if the request names one.
    fn memberships(&self, chosen: &LoginParams) -> Vec<Value> {
        let state = self.app.read();
        if chosen.requested_organization(&state).is_some() {
            return Vec::new();
        }
        let user = state.user_by_email(&chosen.email);
        let own = user.into_iter().flat_map(|user| &user.memberships);
        let usable = own.filter(|one| one.membership_status != MembershipStatus::Inactive);
        let shown = usable.filter_map(|one| {
            let row = state.organizations.get(&one.organization_id)?;
            let invited = one.membership_status == MembershipStatus::PendingInvite;
            let detail = if invited { "Invitation pending" } else { "" };
            Some(choice(
                &row.organization.id,
                &row.organization.display_name,
                detail,
            ))
        });
        shown.collect()
    }

    /// Shows the consent page if consent is needed. Otherwise redirects to the application with a
    /// code.
    fn finish(&self, row: &SessionRow, organization_id: &str) -> Result<Response, Stop> {
        let scopes = self.authorization.scopes();
        let consent = Consent {
            client: &self.authorization.client,
            user_id: &row.session.user_id,
        };
        let state = self.app.read();
        let needed = self.prompt.consent || consent.is_needed(&state, &scopes);
        if !needed {
            drop(state);
            return Ok(self.redirect_with_code(row, organization_id, &scopes));
        }
        if self.prompt.none {
            let description = "the user has not consented to all requested scopes".to_owned();
            return Err(Denied("consent_required", description).into());
        }
        drop(state);
        self.consent(row, organization_id, &scopes)
    }

    /// Redirects to the application with an authorization code for `scopes`.
    pub(super) fn redirect_with_code(
        &self,
        row: &SessionRow,
        organization_id: &str,
        scopes: &[&str],
    ) -> Response {
        let client = &self.authorization.client;
        self.app.change(|state| {
            let id = &row.session.session_id;
            state.add_to_session(id, &client.id, organization_id);
            state.touch_session(&self.app.ctx(), id);
        });
        let grant = session::grant(row, organization_id);
        Response::redirect(&self.authorization.with_code(self.app, grant, scopes))
    }
}
