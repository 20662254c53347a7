//! Who logs in where: the choice, and what the login leaves behind.

use std::collections::BTreeMap;

use http::header::USER_AGENT;
use scalekit::api::commons::{MembershipStatus, OrganizationMembership, Role};
use scalekit::api::users::User;
use serde_json::{Map, Value};

use super::grants::Grant;
use super::{intercept, signup, sso};
use crate::app::App;
use crate::http::Request;
use crate::state::{AuthRequest, Ctx, FAILED, Login, SUCCESS, SessionRow, State};

/// Who auto-approval logs in when there is nobody.
const SOMEBODY: &str = "user@example.com";

/// What the application or the user asked for; empty for no wish.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The application.
    pub(super) client_id: String,
    pub(super) email: String,
    /// Nobody but the user with this address may log in.
    pub(super) only_email: bool,
    pub(super) organization_id: String,
    pub(super) connection_id: String,
    /// A domain whose organization is meant.
    pub(super) domain: String,
    /// A kind of identity provider, such as `google`.
    pub(super) provider: String,
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

/// How somebody showed who they are.
pub(super) enum How {
    /// As the page or auto-approval says, through whatever connection there is.
    Told,
    /// By a mail. These are the variables of its template, which are what somebody new said about themselves.
    Mailed(BTreeMap<String, String>),
}

/// Logs a user in: asks the interceptors, signs up who is new, adds the membership that is missing, and opens a session.
///
/// # Errors
/// Why nobody is logged in, in words for the login page.
pub(super) async fn log_in(
    app: &App,
    request: &Request,
    wanted: &Wanted,
    how: &How,
) -> Result<SessionRow, String> {
    let opened = match intercept::ask(app, request, wanted).await {
        Ok(claims) => open(app, request, wanted, how, claims),
        Err(problem) => Err(problem),
    };
    if opened.is_err() {
        note(app, wanted, FAILED);
    }
    opened
}

/// What a session entitles to, in one of its organizations.
pub(super) fn grant(row: &SessionRow, organization_id: &str) -> Grant {
    Grant {
        user_id: row.session.user_id.clone(),
        organization_id: organization_id.to_owned(),
        session_id: row.session.session_id.clone(),
        claims: row.claims.clone(),
        ..Grant::default()
    }
}

/// Logs a login that led nowhere, or back into a session.
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

fn open(
    app: &App,
    request: &Request,
    wanted: &Wanted,
    how: &How,
    claims: Map<String, Value>,
) -> Result<SessionRow, String> {
    if !wanted.email.contains('@') {
        return Err("An e-mail address is needed.".to_owned());
    }
    let ctx = app.ctx();
    app.change(|state| {
        let founder = founds(state, wanted, how);
        let organization_id = match how {
            How::Mailed(about) if founder => signup::found(state, &ctx, about)?,
            _ => choose_organization(state, wanted)?,
        };
        let connection_id = match how {
            How::Told => choose_connection(state, wanted, &organization_id)?,
            How::Mailed(_) => String::new(),
        };
        let mut roles = state.default_member_roles(&organization_id);
        if founder {
            roles = signup::creator_roles(state).unwrap_or(roles);
        }
        let user_id = choose_user(state, &ctx, &wanted.email, &organization_id, how, roles)?;
        let login = Login {
            user_id,
            organization_id: organization_id.clone(),
            connection_id: connection_id.clone(),
            client_id: wanted.client_id.clone(),
            user_agent: request.header(USER_AGENT).unwrap_or_default().to_owned(),
            ip: request.peer.to_string(),
            claims,
        };
        let row = state.open_session(&ctx, login);
        let logged = AuthRequest {
            workflow: workflow(&connection_id),
            status: SUCCESS,
            email: &wanted.email,
            organization_id: &organization_id,
            connection_id: &connection_id,
            client_id: &wanted.client_id,
            ..AuthRequest::default()
        };
        // That a mail was answered is in the log already.
        if matches!(how, How::Told) {
            state.log_auth_request(&ctx, logged);
        }
        Ok(row)
    })
}

/// Whether somebody new begins an organization of their own.
fn founds(state: &State, wanted: &Wanted, how: &How) -> bool {
    matches!(how, How::Mailed(about) if about.contains_key(signup::ORGANIZATION))
        && organization_of(state, wanted).is_none()
        && state.user_by_email(&wanted.email).is_none()
}

/// The organization that the wishes name, directly or by connection or domain, be it that of the e-mail address.
pub(super) fn organization_of(state: &State, wanted: &Wanted) -> Option<String> {
    organization_wanted(state, wanted).or_else(|| by_domain(state, wanted.email.rsplit_once('@')?.1))
}

/// The same, whatever the e-mail address is.
pub(super) fn organization_wanted(state: &State, wanted: &Wanted) -> Option<String> {
    if !wanted.organization_id.is_empty() {
        return Some(wanted.organization_id.clone());
    }
    let connection = state.connections.get(&wanted.connection_id);
    connection
        .and_then(|connection| connection.organization_id.clone())
        .or_else(|| by_domain(state, &wanted.domain))
}

fn by_domain(state: &State, name: &str) -> Option<String> {
    let domain = state.domains.by("domain", &name.to_ascii_lowercase()).next()?;
    Some(domain.organization_id.clone())
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
        let mut own = state.connections.by("organization", organization_id);
        let own = own.find(|connection| sso::is_usable(connection));
        return Ok(own.map(|connection| connection.id.clone()).unwrap_or_default());
    }
    match state.connections.get(&wanted.connection_id) {
        Some(connection) if !sso::is_usable(connection) => {
            Err("The connection is not one to log in through.".to_owned())
        }
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
    how: &How,
    roles: Vec<Role>,
) -> Result<String, String> {
    let known = state.user_by_email(email).map(|user| user.id.clone());
    let user_id = match (known, how) {
        (Some(id), How::Mailed(_)) => {
            // Whoever answers a mail has shown that the address is theirs.
            let verified = |user: &mut User| user.user_profile.get_or_insert_default().email_verified = true;
            let _ = state.users.change(&id, verified);
            id
        }
        (Some(id), How::Told) => id,
        (None, How::Mailed(about)) => signup::user(state, ctx, email, about),
        (None, How::Told) => signup::user(state, ctx, email, &BTreeMap::new()),
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
        roles,
        ..OrganizationMembership::default()
    };
    state
        .add_membership(ctx, &user_id, membership)
        .map_err(|error| error.message)?;
    Ok(user_id)
}
