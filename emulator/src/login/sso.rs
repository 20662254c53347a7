//! Login through identity providers: single sign-on of organizations, and social login.

use scalekit::api::raw::connections::{Connection, ConnectionProvider, ConnectionType};
use serde::Serialize;

use super::params::LoginParams;
use crate::state::State;

/// A connection on a login page.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LoginOption {
    pub(super) id: String,
    /// Display name of the identity provider.
    pub(super) name: String,
    /// Button text of the connection. Can be empty.
    title: String,
    pub(super) organization_id: String,
    organization: String,
}

fn login_option(state: &State, connection: &Connection) -> LoginOption {
    let organization_id = connection.organization_id.clone().unwrap_or_default();
    let organization = state.organizations.get(&organization_id);
    LoginOption {
        id: connection.id.clone(),
        name: name(&connection.provider, &connection.r#type),
        title: connection.ui_button_title.clone(),
        organization: organization
            .map(|row| row.organization.display_name.clone())
            .unwrap_or_default(),
        organization_id,
    }
}

/// Returns the connection with this id, if it is usable for login.
pub(super) fn by_id(state: &State, id: &str) -> Option<LoginOption> {
    let connection = state
        .connections
        .get(id)
        .filter(|connection| is_usable(connection));
    connection.map(|connection| login_option(state, connection))
}

/// Returns `true` if users can log in through a connection. Disabled connections and connections of
/// tools are not usable.
pub(super) fn is_usable(connection: &Connection) -> bool {
    let kind = &connection.r#type;
    connection.enabled
        && (matches!(kind, ConnectionType::Oidc | ConnectionType::Saml) || is_social(connection))
}

fn is_social(connection: &Connection) -> bool {
    connection.organization_id.is_none()
        && matches!(
            connection.r#type,
            ConnectionType::Oidc | ConnectionType::Oauth
        )
        && matches!(
            connection.provider,
            ConnectionProvider::Google
                | ConnectionProvider::Github
                | ConnectionProvider::Gitlab
                | ConnectionProvider::Linkedin
                | ConnectionProvider::Salesforce
                | ConnectionProvider::Microsoft
        )
}

fn name(provider: &ConnectionProvider, kind: &ConnectionType) -> String {
    let name = match provider {
        ConnectionProvider::Okta => "Okta",
        ConnectionProvider::Google => "Google",
        ConnectionProvider::MicrosoftAd => "Microsoft Entra ID",
        ConnectionProvider::Auth0 => "Auth0",
        ConnectionProvider::Onelogin => "OneLogin",
        ConnectionProvider::PingIdentity => "Ping Identity",
        ConnectionProvider::Jumpcloud => "JumpCloud",
        ConnectionProvider::Github => "GitHub",
        ConnectionProvider::Gitlab => "GitLab",
        ConnectionProvider::Linkedin => "LinkedIn",
        ConnectionProvider::Salesforce => "Salesforce",
        ConnectionProvider::Microsoft => "Microsoft",
        ConnectionProvider::Adfs => "AD FS",
        _ if *kind == ConnectionType::Saml => "the SAML identity provider",
        _ => "the identity provider",
    };
    name.to_owned()
}

/// Returns `true` if a connection belongs to `provider`, such as `google`.
pub(super) fn has_provider(connection: &Connection, provider: &str) -> bool {
    let name = connection.provider.name().unwrap_or_default();
    name.eq_ignore_ascii_case(provider)
}

/// Returns the single sign-on connections of an organization.
pub(super) fn of_organization(state: &State, organization_id: &str) -> Vec<LoginOption> {
    let own = state.connections.by("organization", organization_id);
    own.filter(|connection| is_usable(connection))
        .map(|connection| login_option(state, connection))
        .collect()
}

/// Returns the social logins of the environment.
pub(super) fn of_environment(state: &State) -> Vec<LoginOption> {
    let social = social(state);
    social
        .map(|connection| login_option(state, connection))
        .collect()
}

fn social(state: &State) -> impl Iterator<Item = &Connection> {
    let usable = |connection: &&Connection| is_social(connection) && is_usable(connection);
    state.connections.iter().filter(usable)
}

/// Returns the connections that match the login parameters.
pub(super) fn candidates(state: &State, params: &LoginParams) -> Vec<LoginOption> {
    if !params.connection_id.is_empty() {
        return by_id(state, &params.connection_id).into_iter().collect();
    }
    let organization = params.organization(state);
    let own = (organization.as_deref())
        .map(|id| of_organization(state, id))
        .unwrap_or_default();
    if params.provider.is_empty() {
        return own;
    }
    let social = social(state).map(|connection| login_option(state, connection));
    let all = own.into_iter().chain(social);
    all.filter(|option| {
        (state.connections.get(&option.id))
            .is_some_and(|connection| has_provider(connection, &params.provider))
    })
    .collect()
}

/// Returns a message for the user if the domain or the provider of the login parameters is unknown.
pub(super) fn problem(state: &State, params: &LoginParams) -> Option<String> {
    let domain = &params.domain;
    if !domain.is_empty() && params.requested_organization(state).is_none() {
        return Some(format!("No organization has the domain {domain}."));
    }
    if !params.provider.is_empty() && candidates(state, params).is_empty() {
        return Some(format!("Sign-in with {} is not set up.", params.provider));
    }
    None
}
