//! Initial connection settings and the connection status.

use scalekit::api::raw::connections::{
    Connection, ConnectionProvider, ConnectionSettings, ConnectionStatus, ConnectionType,
    OIDCConnectionConfig, OIDCScope, SAMLConnectionConfigResponse,
};

use super::providers::oauth_defaults;
use crate::state::Ctx;

/// Sets the URLs, initial settings and status, which depend on the connection's type. The
/// connection must have an id.
pub(super) fn complete(ctx: &Ctx<'_>, connection: &mut Connection) {
    let oidc = connection.r#type == ConnectionType::Oidc;
    let test = format!("{}/sso/v1/oidc/{}/test", ctx.url, connection.id);
    connection.test_connection_uri = if oidc { test } else { String::new() };
    if connection.settings.is_none() {
        connection.settings = initial(ctx, connection);
    }
    // An enabled connection of an organization counts as completed, whatever its settings.
    let enabled = connection.enabled && connection.organization_id.is_some();
    connection.status = if enabled {
        ConnectionStatus::Completed
    } else {
        status(connection)
    };
}

/// Returns the initial settings for the connection's type.
pub(super) fn initial(ctx: &Ctx<'_>, connection: &Connection) -> Option<ConnectionSettings> {
    let base_url = |protocol: &str| format!("{}/sso/v1/{protocol}/{}", ctx.url, connection.id);
    Some(match connection.r#type {
        ConnectionType::Oidc => {
            let scopes = vec![OIDCScope::Openid, OIDCScope::Profile, OIDCScope::Email];
            let redirect_uri = format!("{}/callback", base_url("oidc"));
            ConnectionSettings::OidcConfig(Box::new(OIDCConnectionConfig {
                scopes,
                redirect_uri,
                ..OIDCConnectionConfig::default()
            }))
        }
        ConnectionType::Saml => {
            let base_url = base_url("saml");
            ConnectionSettings::SamlConfig(Box::new(SAMLConnectionConfigResponse {
                sp_assertion_url: format!("{base_url}/callback"),
                sp_metadata_url: format!("{base_url}/metadata"),
                sp_slo_url: Some(format!("{base_url}/slo")),
                sp_entity_id: base_url,
                ..SAMLConnectionConfigResponse::default()
            }))
        }
        ConnectionType::Oauth => {
            let mut config = oauth_defaults(&service(connection)).unwrap_or_default();
            config.redirect_uri = format!("{}/callback", base_url("oauth"));
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

/// Returns the name of the connection's third-party service, such as `gmail`.
pub(in crate::services) fn service(connection: &Connection) -> String {
    if connection.provider_key.is_empty() {
        let has_provider = connection.provider != ConnectionProvider::default();
        let name = connection
            .provider
            .name()
            .filter(|_| has_provider)
            .unwrap_or("custom");
        return name.to_lowercase();
    }
    connection.provider_key.clone()
}

/// Returns the setup status: completed if the identity provider could be reached with the settings.
fn status(connection: &Connection) -> ConnectionStatus {
    let is_set = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if connection.provider == ConnectionProvider::IdpSimulator {
        return ConnectionStatus::Completed;
    }
    let (complete, started) = match &connection.settings {
        Some(ConnectionSettings::OidcConfig(oidc)) => {
            let endpoint = is_set(&oidc.issuer)
                || is_set(&oidc.discovery_endpoint)
                || is_set(&oidc.authorize_uri);
            let (client, secret) = (is_set(&oidc.client_id), is_set(&oidc.client_secret));
            (endpoint && client && secret, endpoint || client || secret)
        }
        Some(ConnectionSettings::SamlConfig(saml)) => {
            let metadata = is_set(&saml.idp_metadata_url);
            let (entity, address) = (is_set(&saml.idp_entity_id), is_set(&saml.idp_sso_url));
            (
                metadata || (entity && address && !saml.idp_certificates.is_empty()),
                entity || address,
            )
        }
        Some(ConnectionSettings::OauthConfig(oauth)) => {
            let (client, secret) = (is_set(&oauth.client_id), is_set(&oauth.client_secret));
            (
                oauth.use_platform_creds == Some(true) || (client && secret),
                client || secret,
            )
        }
        // The connection has no type.
        None if connection.r#type == ConnectionType::Invalid => (false, false),
        // These types do not need an identity provider.
        _ => (true, true),
    };
    match (complete, started) {
        (true, _) => ConnectionStatus::Completed,
        (false, true) => ConnectionStatus::InProgress,
        (false, false) => ConnectionStatus::Draft,
    }
}
