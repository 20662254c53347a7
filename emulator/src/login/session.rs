//! Login: selects the user, organization and connection, and creates the session.

use std::collections::BTreeMap;

use http::header::USER_AGENT;
use scalekit::api::raw::commons::{MembershipStatus, OrganizationMembership, Role};
use scalekit::api::raw::users::User;
use serde_json::{Map, Value};

use super::params::LoginParams;
use super::{interceptors, signup, sso};
use crate::app::App;
use crate::http::Request;
use crate::state::{AuthRequest, Ctx, FAILED, Grant, Login, SUCCESS, SessionRow, State};

/// How the user was identified.
pub(super) enum LoginMethod {
    /// By a connection's page or by auto-approval.
    Direct,
    /// By a code or link in an email. The template variables contain the sign-up fields.
    Email(BTreeMap<String, String>),
}

/// Logs a user in: calls the interceptors, creates a new user or a missing membership, and creates
/// a session.
///
/// # Errors
/// Returns the message for the login page.
pub(super) async fn log_in(
    app: &App,
    request: &Request,
    params: &LoginParams,
    method: &LoginMethod,
) -> Result<SessionRow, String> {
    let session = match interceptors::run(app, request, params).await {
        Ok(claims) => create_session(app, request, params, method, claims),
        Err(problem) => Err(problem),
    };
    if session.is_err() {
        log_attempt(app, params, FAILED);
    }
    session
}

/// Returns the grant of a session in one of its organizations.
pub(super) fn grant(row: &SessionRow, organization_id: &str) -> Grant {
    Grant {
        user_id: row.session.user_id.clone(),
        organization_id: organization_id.to_owned(),
        session_id: row.session.session_id.clone(),
        claims: row.claims.clone(),
        ..Grant::default()
    }
}

/// Adds an entry to the authentication log, for a failed login or a resumed session.
pub(super) fn log_attempt(app: &App, params: &LoginParams, status: &str) {
    let ctx = app.ctx();
    app.change(|state| {
        let request = AuthRequest {
            workflow: workflow(&params.connection_id),
            status,
            email: &params.email,
            organization_id: &params.organization(state).unwrap_or_default(),
            connection_id: &params.connection_id,
            client_id: &params.client_id,
            ..AuthRequest::default()
        };
        state.log_auth_request(&ctx, request)
    });
}

fn workflow(connection_id: &str) -> &'static str {
    if connection_id.is_empty() {
        "login"
    } else {
        "sso"
    }
}

fn create_session(
    app: &App,
    request: &Request,
    params: &LoginParams,
    method: &LoginMethod,
    claims: Map<String, Value>,
) -> Result<SessionRow, String> {
    if !params.email.contains('@') {
        return Err("An email address is required.".to_owned());
    }
    let ctx = app.ctx();
    app.change(|state| {
        let is_creator = creates_organization(state, params, method);
        let organization_id = match method {
            LoginMethod::Email(fields) if is_creator => {
                signup::create_organization(state, &ctx, fields)?
            }
            _ => choose_organization(state, params)?,
        };
        let connection_id = match method {
            LoginMethod::Direct => choose_connection(state, params, &organization_id)?,
            LoginMethod::Email(_) => String::new(),
        };
        let mut roles = state.default_member_roles(&organization_id);
        if is_creator {
            roles = signup::creator_roles(state).unwrap_or(roles);
        }
        let user_id = choose_user(state, &ctx, &params.email, &organization_id, method, roles)?;
        let login = Login {
            user_id,
            organization_id: organization_id.clone(),
            connection_id: connection_id.clone(),
            client_id: params.client_id.clone(),
            user_agent: request.header(USER_AGENT).unwrap_or_default().to_owned(),
            ip: request.peer.to_string(),
            claims,
        };
        let row = state.create_session(&ctx, login);
        let entry = AuthRequest {
            workflow: workflow(&connection_id),
            status: SUCCESS,
            email: &params.email,
            organization_id: &organization_id,
            connection_id: &connection_id,
            client_id: &params.client_id,
            ..AuthRequest::default()
        };
        // The verification of an email is already in the log.
        if matches!(method, LoginMethod::Direct) {
            state.log_auth_request(&ctx, entry);
        }
        Ok(row)
    })
}

/// Returns `true` if a new user creates an organization.
fn creates_organization(state: &State, params: &LoginParams, method: &LoginMethod) -> bool {
    matches!(method, LoginMethod::Email(fields) if fields.contains_key(signup::ORGANIZATION))
        && params.organization(state).is_none()
        && state.user_by_email(&params.email).is_none()
}

fn choose_organization(state: &State, params: &LoginParams) -> Result<String, String> {
    if let Some(id) = params.organization(state) {
        return match state.organizations.get(&id) {
            Some(_) => Ok(id),
            None => Err("The organization does not exist.".to_owned()),
        };
    }
    let own = state
        .user_by_email(&params.email)
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
        .ok_or_else(|| "There is no organization. Create one with the API or a seed.".to_owned())
}

fn choose_connection(
    state: &State,
    params: &LoginParams,
    organization_id: &str,
) -> Result<String, String> {
    if params.connection_id.is_empty() {
        let mut own = state.connections.by("organization", organization_id);
        let own = own.find(|connection| sso::is_usable(connection));
        return Ok(own
            .map(|connection| connection.id.clone())
            .unwrap_or_default());
    }
    match state.connections.get(&params.connection_id) {
        Some(connection) if !sso::is_usable(connection) => {
            Err("The connection is not enabled for login.".to_owned())
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
        None => Err("The connection does not exist.".to_owned()),
    }
}

fn choose_user(
    state: &mut State,
    ctx: &Ctx<'_>,
    email: &str,
    organization_id: &str,
    method: &LoginMethod,
    roles: Vec<Role>,
) -> Result<String, String> {
    let existing = state.user_by_email(email).map(|user| user.id.clone());
    let user_id = match (existing, method) {
        (Some(id), LoginMethod::Email(_)) => {
            // A code or link from an email proves that the user owns the address.
            let verified =
                |user: &mut User| user.user_profile.get_or_insert_default().email_verified = true;
            let _ = state.users.change(&id, verified);
            id
        }
        (Some(id), LoginMethod::Direct) => id,
        (None, LoginMethod::Email(fields)) => signup::create_user(state, ctx, email, fields),
        (None, LoginMethod::Direct) => signup::create_user(state, ctx, email, &BTreeMap::new()),
    };
    if let Ok(membership) = state.membership(&user_id, organization_id) {
        if membership.membership_status == MembershipStatus::Inactive {
            return Err("The user is deactivated in this organization.".to_owned());
        }
        if membership.membership_status != MembershipStatus::Active {
            // A login accepts the invitation.
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
