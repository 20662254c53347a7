//! The settings that a connection starts with, and how far they are complete.

use scalekit::api::connections::{
    Connection, ConnectionProvider, ConnectionSettings, ConnectionStatus, ConnectionType,
    OIDCConnectionConfig, OIDCScope, SAMLConnectionConfigResponse,
};

use super::providers::oauth_defaults;
use crate::state::Ctx;

/// Fills in what follows from the type of a connection that has an id: addresses, settings and status.
pub(super) fn complete(ctx: &Ctx<'_>, connection: &mut Connection) {
    let oidc = connection.r#type == ConnectionType::Oidc;
    let test = format!("{}/sso/v1/oidc/{}/test", ctx.url, connection.id);
    connection.test_connection_uri = if oidc { test } else { String::new() };
    if connection.settings.is_none() {
        connection.settings = initial(ctx, connection);
    }
    // Enabling a connection of an organization has completed it, whatever it lacks.
    let enabled = connection.enabled && connection.organization_id.is_some();
    connection.status = if enabled {
        ConnectionStatus::Completed
    } else {
        status(connection)
    };
}

/// The settings of a connection of this type before anybody has set any.
pub(super) fn initial(ctx: &Ctx<'_>, connection: &Connection) -> Option<ConnectionSettings> {
    let place = |protocol: &str| format!("{}/sso/v1/{protocol}/{}", ctx.url, connection.id);
    Some(match connection.r#type {
        ConnectionType::Oidc => {
            let scopes = vec![OIDCScope::Openid, OIDCScope::Profile, OIDCScope::Email];
            let redirect_uri = format!("{}/callback", place("oidc"));
            ConnectionSettings::OidcConfig(Box::new(OIDCConnectionConfig {
                scopes,
                redirect_uri,
                ..OIDCConnectionConfig::default()
            }))
        }
        ConnectionType::Saml => {
            let place = place("saml");
            ConnectionSettings::SamlConfig(Box::new(SAMLConnectionConfigResponse {
                sp_assertion_url: format!("{place}/callback"),
                sp_metadata_url: format!("{place}/metadata"),
                sp_slo_url: Some(format!("{place}/slo")),
                sp_entity_id: place,
                ..SAMLConnectionConfigResponse::default()
            }))
        }
        ConnectionType::Oauth => {
            let mut config = oauth_defaults(&service(connection)).unwrap_or_default();
            config.redirect_uri = format!("{}/callback", place("oauth"));
            ConnectionSettings::OauthConfig(Box::new(config))
        }
        ConnectionType::Passwordless => ConnectionSettings::PasswordlessConfig(Box::default()),
        ConnectionType::Basic | ConnectionType::Bearer | ConnectionType::ApiKey => {
            ConnectionSettings::StaticConfig(Box::default())
        }
        ConnectionType::Webauthn => ConnectionSettings::WebauthnConfig(Box::default()),
        ConnectionType::GoogleDwd => ConnectionSettings::GoogleDwdConfig(Box::default()),
        _ => return None,
    })
}

/// The name of the service behind a connection: `gmail`.
pub(in crate::services) fn service(connection: &Connection) -> String {
    if connection.provider_key.is_empty() {
        let named = connection.provider != ConnectionProvider::default();
        let name = connection.provider.name().filter(|_| named).unwrap_or("custom");
        return name.to_lowercase();
    }
    connection.provider_key.clone()
}

/// How far a connection has been set up, judged by whether its identity provider could be reached.
fn status(connection: &Connection) -> ConnectionStatus {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if connection.provider == ConnectionProvider::IdpSimulator {
        return ConnectionStatus::Completed;
    }
    let (needed, some) = match &connection.settings {
        Some(ConnectionSettings::OidcConfig(oidc)) => {
            let endpoint =
                given(&oidc.issuer) || given(&oidc.discovery_endpoint) || given(&oidc.authorize_uri);
            let (client, secret) = (given(&oidc.client_id), given(&oidc.client_secret));
            (endpoint && client && secret, endpoint || client || secret)
        }
        Some(ConnectionSettings::SamlConfig(saml)) => {
            let metadata = given(&saml.idp_metadata_url);
            let (entity, address) = (given(&saml.idp_entity_id), given(&saml.idp_sso_url));
            (
                metadata || (entity && address && !saml.idp_certificates.is_empty()),
                entity || address,
            )
        }
        Some(ConnectionSettings::OauthConfig(oauth)) => {
            let (client, secret) = (given(&oauth.client_id), given(&oauth.client_secret));
            (
                oauth.use_platform_creds == Some(true) || (client && secret),
                client || secret,
            )
        }
        // The type itself is missing.
        None if connection.r#type == ConnectionType::Invalid => (false, false),
        // Everything else works without an identity provider.
        _ => (true, true),
    };
    match (needed, some) {
        (true, _) => ConnectionStatus::Completed,
        (false, true) => ConnectionStatus::InProgress,
        (false, false) => ConnectionStatus::Draft,
    }
}
