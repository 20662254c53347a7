//! The ways to log in that somebody else vouches for: single sign-on of organizations, and social logins.

use scalekit::api::connections::{Connection, ConnectionProvider, ConnectionType};
use serde::Serialize;

use super::login::{self, Wanted};
use crate::state::State;

/// A connection as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Way {
    pub(super) id: String,
    /// The identity provider, as people call it.
    pub(super) name: String,
    /// The text of a button, if the connection has one of its own.
    title: String,
    pub(super) organization_id: String,
    organization: String,
}

fn way(state: &State, connection: &Connection) -> Way {
    let organization_id = connection.organization_id.clone().unwrap_or_default();
    let organization = state.organizations.get(&organization_id);
    Way {
        id: connection.id.clone(),
        name: name(&connection.provider, &connection.r#type),
        title: connection.ui_button_title.clone(),
        organization: organization
            .map(|row| row.organization.display_name.clone())
            .unwrap_or_default(),
        organization_id,
    }
}

/// The way with this id, if there is a connection that lets users in.
pub(super) fn by_id(state: &State, id: &str) -> Option<Way> {
    let connection = state.connections.get(id).filter(|known| is_usable(known));
    connection.map(|connection| way(state, connection))
}

/// Whether users log in through a connection: it is enabled, and for logging in. Those of tools, and drafts, are not.
pub(super) fn is_usable(connection: &Connection) -> bool {
    let kind = &connection.r#type;
    connection.enabled
        && (matches!(kind, ConnectionType::Oidc | ConnectionType::Saml) || is_social(connection))
}

fn is_social(connection: &Connection) -> bool {
    connection.organization_id.is_none()
        && matches!(connection.r#type, ConnectionType::Oidc | ConnectionType::Oauth)
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

/// Whether a connection is of the provider that a request names, such as `google`.
pub(super) fn is_of(connection: &Connection, provider: &str) -> bool {
    let known = connection.provider.name().unwrap_or_default();
    known.eq_ignore_ascii_case(provider)
}

/// The connections that users of an organization log in through.
pub(super) fn of_organization(state: &State, organization_id: &str) -> Vec<Way> {
    let own = state.connections.by("organization", organization_id);
    own.filter(|connection| is_usable(connection))
        .map(|connection| way(state, connection))
        .collect()
}

/// The social logins of the environment.
pub(super) fn of_environment(state: &State) -> Vec<Way> {
    let social = social(state);
    social.map(|connection| way(state, connection)).collect()
}

fn social(state: &State) -> impl Iterator<Item = &Connection> {
    let usable = |connection: &&Connection| is_social(connection) && is_usable(connection);
    state.connections.iter().filter(usable)
}

/// The ways that a request leaves.
pub(super) fn wanted(state: &State, wanted: &Wanted) -> Vec<Way> {
    if !wanted.connection_id.is_empty() {
        return by_id(state, &wanted.connection_id).into_iter().collect();
    }
    let organization = login::organization_of(state, wanted);
    let own = (organization.as_deref())
        .map(|id| of_organization(state, id))
        .unwrap_or_default();
    if wanted.provider.is_empty() {
        return own;
    }
    let social = social(state).map(|connection| way(state, connection));
    let all = own.into_iter().chain(social);
    all.filter(|way| {
        (state.connections.get(&way.id)).is_some_and(|connection| is_of(connection, &wanted.provider))
    })
    .collect()
}

/// What a request hints at in vain, in words.
pub(super) fn problem(state: &State, wanted: &Wanted) -> Option<String> {
    let domain = &wanted.domain;
    if !domain.is_empty() && login::organization_wanted(state, wanted).is_none() {
        return Some(format!("No organization here has the domain {domain}."));
    }
    if !wanted.provider.is_empty() && self::wanted(state, wanted).is_empty() {
        return Some(format!("Sign-in with {} is not set up here.", wanted.provider));
    }
    None
}
