//! Who logs in where: the choice, and what the login leaves behind.

use http::header::USER_AGENT;
use scalekit::api::commons::{MembershipStatus, OrganizationMembership, UserProfile};
use scalekit::api::users::User;

use super::grants::Grant;
use super::intercept;
use super::page::{self, Choice};
use crate::app::App;
use crate::http::{Reply, Request};
use crate::state::{AuthRequest, Ctx, FAILURE, Login, SUCCESS, State};

/// Entries that the login page proposes at most.
const PROPOSED: usize = 100;

/// Who auto-approval logs in when there is nobody.
const SOMEBODY: &str = "user@example.com";

/// What the application or the user asked for; empty for no wish.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The application.
    pub(super) client_id: String,
    pub(super) email: String,
    pub(super) organization_id: String,
    pub(super) connection_id: String,
    /// A domain whose organization is meant.
    pub(super) domain: String,
}

/// The login page.
pub(super) fn show(
    app: &App,
    request: &Request,
    wanted: &Wanted,
    application: &str,
    problem: Option<String>,
) -> anyhow::Result<Reply> {
    let state = app.read();
    let organization = organization_of(&state, wanted).unwrap_or_default();
    let connections = state.connections.iter().filter(|connection| {
        organization.is_empty()
            || connection
                .organization_id
                .as_deref()
                .is_none_or(|id| id == organization)
    });
    page::login(&page::Login {
        application: application
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .to_owned(),
        action: format!(
            "{}?{}",
            request.path,
            request.query.as_deref().unwrap_or_default()
        ),
        problem,
        email: wanted.email.clone(),
        connection: wanted.connection_id.clone(),
        users: state
            .users
            .iter()
            .take(PROPOSED)
            .map(|user| user.email.clone())
            .collect(),
        organizations: state
            .organizations
            .iter()
            .take(PROPOSED)
            .map(|row| &row.organization)
            .map(|each| Choice {
                id: each.id.clone(),
                name: each.display_name.clone(),
            })
            .collect(),
        connections: connections
            .take(PROPOSED)
            .map(|each| Choice {
                id: each.id.clone(),
                name: format!("{} ({})", each.id, each.provider),
            })
            .collect(),
        organization,
    })
}

/// Fills in who logs in when nobody can be asked.
pub(super) fn whoever(app: &App, wanted: &Wanted) -> Wanted {
    let state = app.read();
    let mut wanted = wanted.clone();
    if wanted.email.is_empty() {
        let organization = organization_of(&state, &wanted);
        let first = match &organization {
            None => state.users.iter().next(),
            Some(id) => state.users.by("organization", id).next(),
        };
        wanted.email = first.map_or_else(|| SOMEBODY.to_owned(), |user| user.email.clone());
    }
    wanted
}

/// Logs a user in: asks the interceptors, signs up who is new, adds the membership that is missing, and opens a session.
///
/// # Errors
/// Why nobody is logged in, in words for the login page.
pub(super) async fn log_in(app: &App, request: &Request, wanted: &Wanted) -> Result<Grant, String> {
    let granted = match intercept::ask(app, request, wanted).await {
        Ok(claims) => open(app, request, wanted).map(|grant| Grant { claims, ..grant }),
        Err(problem) => Err(problem),
    };
    if granted.is_err() {
        note(app, wanted, FAILURE);
    }
    granted
}

/// Logs a login that led nowhere.
pub(super) fn note(app: &App, wanted: &Wanted, status: &str) {
    let ctx = app.ctx();
    app.change(|state| {
        let request = AuthRequest {
            workflow: workflow(&wanted.connection_id),
            status,
            email: &wanted.email,
            organization_id: &organization_of(state, wanted).unwrap_or_default(),
            connection_id: &wanted.connection_id,
            client_id: &wanted.client_id,
            ..AuthRequest::default()
        };
        state.log_auth_request(&ctx, request)
    });
}

fn workflow(connection_id: &str) -> &'static str {
    if connection_id.is_empty() { "login" } else { "sso" }
}

fn open(app: &App, request: &Request, wanted: &Wanted) -> Result<Grant, String> {
    if !wanted.email.contains('@') {
        return Err("An e-mail address is needed.".to_owned());
    }
    let ctx = app.ctx();
    app.change(|state| {
        let organization_id = choose_organization(state, wanted)?;
        let connection_id = choose_connection(state, wanted, &organization_id)?;
        let user_id = choose_user(state, &ctx, &wanted.email, &organization_id)?;
        let login = Login {
            user_id: user_id.clone(),
            organization_id: organization_id.clone(),
            connection_id: connection_id.clone(),
            client_id: wanted.client_id.clone(),
            user_agent: request.header(USER_AGENT).unwrap_or_default().to_owned(),
            ip: request.peer.to_string(),
        };
        let session_id = state.open_session(&ctx, login).session.session_id;
        let logged = AuthRequest {
            workflow: workflow(&connection_id),
            status: SUCCESS,
            email: &wanted.email,
            organization_id: &organization_id,
            connection_id: &connection_id,
            client_id: &wanted.client_id,
            ..AuthRequest::default()
        };
        state.log_auth_request(&ctx, logged);
        Ok(Grant {
            client_id: wanted.client_id.clone(),
            user_id,
            organization_id,
            session_id,
            ..Grant::default()
        })
    })
}

/// The organization that the wishes name, directly or by connection or domain.
pub(super) fn organization_of(state: &State, wanted: &Wanted) -> Option<String> {
    if !wanted.organization_id.is_empty() {
        return Some(wanted.organization_id.clone());
    }
    let by_connection = || {
        state
            .connections
            .get(&wanted.connection_id)?
            .organization_id
            .clone()
    };
    let by_domain = |name: &str| {
        let domain = state.domains.by("domain", &name.to_ascii_lowercase()).next()?;
        Some(domain.organization_id.clone())
    };
    let by_email = || by_domain(wanted.email.rsplit_once('@')?.1);
    by_connection()
        .or_else(|| by_domain(&wanted.domain))
        .or_else(by_email)
}

fn choose_organization(state: &State, wanted: &Wanted) -> Result<String, String> {
    if let Some(id) = organization_of(state, wanted) {
        return match state.organizations.get(&id) {
            Some(_) => Ok(id),
            None => Err("There is no such organization.".to_owned()),
        };
    }
    let own = state
        .user_by_email(&wanted.email)
        .and_then(|user| user.memberships.first());
    let first = || {
        state
            .organizations
            .iter()
            .next()
            .map(|row| row.organization.id.clone())
    };
    own.map(|membership| membership.organization_id.clone())
        .or_else(first)
        .ok_or_else(|| "There is no organization to log in to. Create or seed one.".to_owned())
}

fn choose_connection(state: &State, wanted: &Wanted, organization_id: &str) -> Result<String, String> {
    if wanted.connection_id.is_empty() {
        let own = state.connections.by("organization", organization_id).next();
        return Ok(own.map(|connection| connection.id.clone()).unwrap_or_default());
    }
    match state.connections.get(&wanted.connection_id) {
        Some(connection)
            if connection
                .organization_id
                .as_deref()
                .is_none_or(|id| id == organization_id) =>
        {
            Ok(connection.id.clone())
        }
        Some(_) => Err("The connection belongs to another organization.".to_owned()),
        None => Err("There is no such connection.".to_owned()),
    }
}

fn choose_user(
    state: &mut State,
    ctx: &Ctx<'_>,
    email: &str,
    organization_id: &str,
) -> Result<String, String> {
    let known = state.user_by_email(email).map(|user| user.id.clone());
    let user_id = match known {
        Some(id) => id,
        None => {
            let profile = UserProfile {
                email_verified: true,
                ..UserProfile::default()
            };
            let user = User {
                email: email.to_owned(),
                user_profile: Some(profile),
                ..User::default()
            };
            state.create_user(ctx, user).id
        }
    };
    if let Ok(membership) = state.membership(&user_id, organization_id) {
        if membership.membership_status == MembershipStatus::Inactive {
            return Err("The user is deactivated in this organization.".to_owned());
        }
        if membership.membership_status != MembershipStatus::Active {
            // Logging in is how an invitation is accepted.
            let _ = state.change_membership(&user_id, organization_id, |membership| {
                membership.membership_status = MembershipStatus::Active;
                membership.join_time = ctx.stamp();
                membership.accepted_at = ctx.stamp();
            });
        }
        return Ok(user_id);
    }
    let membership = OrganizationMembership {
        organization_id: organization_id.to_owned(),
        membership_status: MembershipStatus::Active,
        roles: state.default_member_roles(organization_id),
        ..OrganizationMembership::default()
    };
    state
        .add_membership(ctx, &user_id, membership)
        .map_err(|error| error.message)?;
    Ok(user_id)
}
