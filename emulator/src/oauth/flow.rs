//! The pages of a login: which one comes first, and what happens once it is clear who the user is.

use std::collections::HashSet;

use http::Method;
use http::header::SET_COOKIE;
use scalekit::api::commons::MembershipStatus;
use serde_json::{Value, json};

use super::authorization::{Authorization, Denied};
use super::consent::Party;
use super::login::{self, How, Wanted};
use super::prompt::Prompt;
use super::screens::choice;
use super::sso;
use crate::app::App;
use crate::http::{Pairs, Reply, Request};
use crate::pages::{Browser, Ticket};
use crate::state::{SUCCESS, SessionRow, State};

/// Why a login does not go on.
pub(super) enum Stop {
    /// The application is told.
    Denied(Denied),
    Broken(anyhow::Error),
}

impl From<Denied> for Stop {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

/// A login under way.
pub(super) struct Flow<'a> {
    pub(super) app: &'a App,
    pub(super) request: &'a Request,
    pub(super) authorization: &'a Authorization<'a>,
    pub(super) wanted: Wanted,
    pub(super) prompt: Prompt,
    pub(super) form: Pairs,
    pub(super) browser: Browser,
}

impl<'a> Flow<'a> {
    pub(super) fn new(
        app: &'a App,
        request: &'a Request,
        authorization: &'a Authorization<'a>,
        wanted: Wanted,
        prompt: Prompt,
        form: Pairs,
    ) -> Self {
        Self {
            browser: Browser::of(app, request),
            app,
            request,
            authorization,
            wanted,
            prompt,
            form,
        }
    }

    /// The URL of the request, which is also where its pages post to.
    pub(super) fn action(&self) -> String {
        let query = self.request.query.as_deref().unwrap_or_default();
        format!("{}?{query}", self.request.path)
    }

    /// The answer to a request that has just come.
    pub(super) fn first(&self) -> Result<Reply, Stop> {
        if self.request.method == Method::GET
            && let Some(token) = self.authorization.parameters.get("link_token")
        {
            return self.link(token);
        }
        let sessions = self.fitting();
        if self.prompt.none {
            return match sessions.as_slice() {
                [only] => self.resume(only),
                [] => Err(Denied("login_required", "nobody who fits is logged in".to_owned()).into()),
                _ => {
                    let description = "more than one user is logged in".to_owned();
                    Err(Denied("account_selection_required", description).into())
                }
            };
        }
        if self.prompt.create {
            return self.sign_up(&self.wanted.email, None);
        }
        match sessions.as_slice() {
            [] => self.enter(),
            [only] if !self.prompt.select_account => self.resume(only),
            several => self.accounts(several),
        }
    }

    /// The sessions in the browser that are what the application asks for, one of each user in each organization.
    pub(super) fn fitting(&self) -> Vec<SessionRow> {
        let state = self.app.read();
        let mut seen = HashSet::new();
        let sessions = self.browser.sessions(self.app, &state).into_iter();
        let fitting = sessions.filter(|row| self.fits(&state, row));
        let once = |row: &SessionRow| {
            seen.insert((row.session.user_id.clone(), row.session.organization_id.clone()))
        };
        let mut once = once;
        fitting.filter(|row| once(row)).collect()
    }

    fn fits(&self, state: &State, row: &SessionRow) -> bool {
        let Some(user) = state.users.get(&row.session.user_id) else {
            return false;
        };
        let wanted = &self.wanted;
        let hinted = wanted.email.is_empty() || user.email.eq_ignore_ascii_case(&wanted.email);
        let connected = wanted.connection_id.is_empty() || wanted.connection_id == row.connection_id;
        let provided = wanted.provider.is_empty()
            || (state.connections.get(&row.connection_id))
                .is_some_and(|connection| sso::is_of(connection, &wanted.provider));
        let organized = login::organization_wanted(state, wanted).is_none_or(|id| {
            // Single sign-on of another organization has to be passed first.
            id == row.session.organization_id
                || (sso::of_organization(state, &id).is_empty() && state.is_active_member(&user.id, &id))
        });
        let fresh = (self.prompt).accepts(row.auth_time, self.app.clock.now().as_second());
        hinted && connected && provided && organized && fresh
    }

    /// Lets a session that lives already into the application.
    pub(super) fn resume(&self, row: &SessionRow) -> Result<Reply, Stop> {
        let organization = login::organization_wanted(&self.app.read(), &self.wanted);
        let organization = organization.unwrap_or_else(|| row.session.organization_id.clone());
        let email = {
            let state = self.app.read();
            let user = state.users.get(&row.session.user_id);
            user.map(|user| user.email.clone()).unwrap_or_default()
        };
        let logged = Wanted {
            email,
            organization_id: organization.clone(),
            connection_id: row.connection_id.clone(),
            ..self.wanted.clone()
        };
        login::note(self.app, &logged, SUCCESS);
        self.finish(row, &organization)
    }

    /// The page to say who one is on: that of an identity provider if it is clear which one.
    fn enter(&self) -> Result<Reply, Stop> {
        let ticket = Ticket {
            email: self.wanted.email.clone(),
            ..Ticket::default()
        };
        let (connections, problem) = {
            let state = self.app.read();
            (
                sso::wanted(&state, &self.wanted),
                sso::problem(&state, &self.wanted),
            )
        };
        match problem {
            Some(problem) => self.email(&ticket, Some(&problem)),
            None => self.connect(&ticket, &connections),
        }
    }

    /// The URL of the request without what a link adds to it.
    pub(super) fn place(&self) -> String {
        let query = self.request.query.as_deref().unwrap_or_default();
        let own: Vec<&str> = (query.split('&'))
            .filter(|pair| !pair.starts_with("link_token="))
            .collect();
        format!("{}{}?{}", self.app.url, self.request.path, own.join("&"))
    }

    /// Goes on once it is clear who the user is.
    pub(super) async fn identified(&self, ticket: Ticket, how: How) -> Result<Reply, Stop> {
        let mut chosen = Wanted {
            email: ticket.email.clone(),
            connection_id: ticket.connection_id.clone(),
            ..self.wanted.clone()
        };
        if !ticket.organization_id.is_empty() {
            chosen.organization_id.clone_from(&ticket.organization_id);
        }
        if self.wanted.only_email && !chosen.email.eq_ignore_ascii_case(&self.wanted.email) {
            let description = "somebody else logged in than the id_token_hint names".to_owned();
            return Err(Denied("login_required", description).into());
        }
        let own = self.memberships(&chosen);
        match own.as_slice() {
            [] => {}
            [only] => chosen.organization_id = only["id"].as_str().unwrap_or_default().to_owned(),
            several => {
                let more = json!({ "organizations": several });
                let proven = Ticket {
                    proven: true,
                    ..ticket
                };
                return self.page("login/organizations.html", &proven, None, more);
            }
        }
        match login::log_in(self.app, self.request, &chosen, &how).await {
            Ok(row) => {
                let cookie = self.browser.enter(self.app, &row.session.session_id);
                let reply = self.finish(&row, &row.session.organization_id)?;
                Ok(reply.header(SET_COOKIE, &cookie))
            }
            Err(problem) => self.email(&ticket, Some(&problem)),
        }
    }

    /// The organizations that the user could mean, if nothing has named one.
    fn memberships(&self, chosen: &Wanted) -> Vec<Value> {
        let state = self.app.read();
        if login::organization_wanted(&state, chosen).is_some() {
            return Vec::new();
        }
        let user = state.user_by_email(&chosen.email);
        let own = user.into_iter().flat_map(|user| &user.memberships);
        let usable = own.filter(|one| one.membership_status != MembershipStatus::Inactive);
        let shown = usable.filter_map(|one| {
            let row = state.organizations.get(&one.organization_id)?;
            let invited = one.membership_status == MembershipStatus::PendingInvite;
            let detail = if invited { "You are invited" } else { "" };
            Some(choice(
                &row.organization.id,
                &row.organization.display_name,
                detail,
            ))
        });
        shown.collect()
    }

    /// Asks for consent where it is needed, and else sends the browser back with a code.
    fn finish(&self, row: &SessionRow, organization_id: &str) -> Result<Reply, Stop> {
        let scopes = self.authorization.scopes();
        let party = Party {
            client: &self.authorization.client,
            user_id: &row.session.user_id,
        };
        let state = self.app.read();
        let needed = self.prompt.consent || party.is_needed(&state, &scopes);
        if !needed {
            drop(state);
            return Ok(self.granted(row, organization_id, &scopes));
        }
        if self.prompt.none {
            let description = "the user has not consented to all of this".to_owned();
            return Err(Denied("consent_required", description).into());
        }
        drop(state);
        self.consent(row, organization_id, &scopes)
    }

    /// Sends the browser back with a code for what was granted.
    pub(super) fn granted(&self, row: &SessionRow, organization_id: &str, scopes: &[&str]) -> Reply {
        let client = &self.authorization.client;
        self.app.change(|state| {
            let id = &row.session.session_id;
            state.widen_session(id, &client.id, organization_id);
            state.touch_session(&self.app.ctx(), id);
        });
        let grant = login::grant(row, organization_id);
        Reply::redirect(&self.authorization.with_code(self.app, grant, scopes))
    }
}
