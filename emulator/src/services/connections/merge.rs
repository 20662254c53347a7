//! Merging settings from an update into the stored settings.

use scalekit::api::raw::connections::{
    Connection, ConnectionSettings, ConnectionType, IDPCertificate, UpdateConnectionSettings,
};
use serde_json::{Map, Value};

use super::settings::initial;
use crate::api_error::ApiError;
use crate::state::{Ctx, Ids};

/// Fields that the service sets. Values in an update are ignored.
const READ_ONLY: &[&str] = &["redirect_uri"];

/// Returns the settings of `connection` after an update. Both messages have the same JSON field
/// names, except for the SAML certificate.
pub(super) fn merged(
    ctx: &Ctx<'_>,
    ids: &mut Ids,
    connection: &Connection,
    new: UpdateConnectionSettings,
) -> Result<ConnectionSettings, ApiError> {
    let kind = kind(&new);
    let (name, mut new) = variant(&new)?;
    let mut old = match &connection.settings {
        Some(settings) => Some(variant(settings)?)
            .filter(|(variant, _)| *variant == name)
            .map(|(_, old)| old),
        None => None,
    };
    if old.is_none() {
        let fresh = Connection {
            r#type: kind,
            ..connection.clone()
        };
        old = initial(ctx, &fresh)
            .map(|settings| variant(&settings))
            .transpose()?
            .map(|(_, fields)| fields);
    }
    let mut old = old.unwrap_or_default();
    for name in READ_ONLY {
        new.remove(*name);
    }
    let certificate = new
        .remove("idp_certificate")
        .and_then(|text| Some(text.as_str()?.to_owned()));
    merge(&mut old, new);
    let shown = Value::Object(Map::from_iter([(name, Value::Object(old))]));
    let shown: Connection =
        serde_json::from_value(shown).map_err(|error| ApiError::internal(error.to_string()))?;
    let mut settings = shown
        .settings
        .ok_or_else(|| ApiError::internal("the settings have no type"))?;
    if let (ConnectionSettings::SamlConfig(saml), Some(certificate)) = (&mut settings, certificate)
        && !certificate.is_empty()
    {
        saml.idp_certificates.push(IDPCertificate {
            certificate,
            create_time: ctx.stamp(),
            id: ids.next("cert"),
            ..IDPCertificate::default()
        });
    }
    Ok(settings)
}

/// Returns the connection type that the settings belong to.
fn kind(settings: &UpdateConnectionSettings) -> ConnectionType {
    match settings {
        UpdateConnectionSettings::OidcConfig(_) => ConnectionType::Oidc,
        UpdateConnectionSettings::SamlConfig(_) => ConnectionType::Saml,
        UpdateConnectionSettings::OauthConfig(_) => ConnectionType::Oauth,
        UpdateConnectionSettings::PasswordlessConfig(_) => ConnectionType::Passwordless,
        UpdateConnectionSettings::StaticConfig(_) => ConnectionType::ApiKey,
        UpdateConnectionSettings::WebauthnConfig(_) => ConnectionType::Webauthn,
        UpdateConnectionSettings::GoogleDwdConfig(_) => ConnectionType::GoogleDwd,
    }
}

/// Returns the name and the fields of the oneof member that is set.
fn variant(settings: &impl serde::Serialize) -> Result<(String, Map<String, Value>), ApiError> {
    let json =
        serde_json::to_value(settings).map_err(|error| ApiError::internal(error.to_string()))?;
    match json {
        Value::Object(members) => members.into_iter().find_map(|(name, fields)| match fields {
            Value::Object(fields) => Some((name, fields)),
            _ => None,
        }),
        _ => None,
    }
    .ok_or_else(|| ApiError::internal("the settings have no type"))
}

/// Copies all fields of `new` to `old`. Objects are merged recursively; lists are replaced.
fn merge(old: &mut Map<String, Value>, new: Map<String, Value>) {
    for (name, value) in new {
        match (old.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, value) => {
                old.insert(name, value);
            }
        }
    }
}
