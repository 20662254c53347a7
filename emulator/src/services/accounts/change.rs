//! Creating, updating and deleting connected accounts.

use scalekit::api::raw::connected_accounts::{
    AuthorizationDetails, AuthorizationDetailsDetails as Details, ConnectedAccount,
    ConnectorStatus, ConnectorType, CreateConnectedAccountRequest, CreateConnectedAccountResponse,
    DeleteConnectedAccountRequest, DeleteConnectedAccountResponse, GoogleDWDAuth, TrustedIDPAuth,
    UpdateConnectedAccountRequest, UpdateConnectedAccountResponse,
};
use scalekit::api::raw::connections::{Connection, ConnectionType};
use serde_json::{Map, Value};

use super::{AccountRef, account_ref, find};
use crate::api_error::ApiError;
use crate::services::connections::service;
use crate::state::{AccountRow, Ctx, State};

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateConnectedAccountRequest,
) -> Result<CreateConnectedAccountResponse, ApiError> {
    let non_empty = |text: Option<String>| text.filter(|text| !text.is_empty());
    let owners = (
        non_empty(request.organization_id),
        non_empty(request.user_id),
    );
    let (Some(connector), Some(identifier)) =
        (non_empty(request.connector), non_empty(request.identifier))
    else {
        return Err(ApiError::invalid("connector and identifier are required"));
    };
    let new = request.connected_account.unwrap_or_default();
    let details = new.authorization_details;
    let row = add(state, ctx, &connector, &identifier, owners, |account| {
        account.token_expires_at = details.as_ref().and_then(expiry);
        account.authorization_details = details;
        account.api_config = new.api_config;
    })?;
    Ok(CreateConnectedAccountResponse {
        connected_account: Some(state.show_account(ctx, &row)),
    })
}

/// Creates an account for a connection. The owners are an organization id and a user id.
pub(in crate::services) fn add(
    state: &mut State,
    ctx: &Ctx<'_>,
    connector: &str,
    identifier: &str,
    (organization_id, user_id): (Option<String>, Option<String>),
    fill: impl FnOnce(&mut ConnectedAccount),
) -> Result<AccountRow, ApiError> {
    let connection = connection(state, connector)?.clone();
    if let Some(id) = &organization_id {
        state.organizations.require(id)?;
    }
    if let Some(id) = &user_id {
        state.users.require(id)?;
    }
    let taken = AccountRef {
        connector: Some(connector),
        identifier: Some(identifier),
        ..AccountRef::default()
    };
    let same = |row: &AccountRow| row.organization_id == organization_id && row.user_id == user_id;
    if state
        .accounts
        .by("identifier", identifier)
        .any(|row| Some(row.account.connector.as_str()) == taken.connector && same(row))
    {
        let message = "the connector already has a connected account with this identifier";
        return Err(ApiError::exists("RESOURCE_ALREADY_EXISTS", message)
            .resource("connected account", identifier));
    }
    let mut account = ConnectedAccount {
        identifier: identifier.to_owned(),
        provider: service(&connection),
        authorization_type: kind(&connection.r#type),
        connector: connector.to_owned(),
        connection_id: connection.id,
        updated_at: ctx.stamp(),
        is_org_wide_credential: organization_id.is_some() && user_id.is_none(),
        ..ConnectedAccount::default()
    };
    fill(&mut account);
    // An account that is created with credentials does not need authorization by the user.
    let credentials = account
        .authorization_details
        .as_ref()
        .is_some_and(has_credentials);
    let ready = credentials || account.authorization_type == ConnectorType::NoAuth;
    account.status = if ready {
        ConnectorStatus::Active
    } else {
        ConnectorStatus::PendingAuth
    };
    let row = AccountRow {
        account,
        organization_id,
        user_id,
        ..AccountRow::default()
    };
    let row = state.accounts.insert(&mut state.ids, row).clone();
    state.emit_account_event(ctx, &row, "created");
    Ok(row)
}

/// Returns the connection with this key id or id.
pub(in crate::services) fn connection<'s>(
    state: &'s State,
    connector: &str,
) -> Result<&'s Connection, ApiError> {
    let by_key = state.connections.by("key_id", connector).next();
    by_key.map_or_else(|| state.connections.require(connector), Ok)
}

fn kind(kind: &ConnectionType) -> ConnectorType {
    match kind {
        ConnectionType::Oauth => ConnectorType::Oauth,
        ConnectionType::ApiKey => ConnectorType::ApiKey,
        ConnectionType::Basic => ConnectorType::Basic,
        ConnectionType::Bearer => ConnectorType::BearerToken,
        // The remaining types have the same name in both enums.
        other => match other.name().map(ConnectorType::from) {
            Some(ConnectorType::UnknownName(_)) | None => ConnectorType::Custom,
            Some(connector_type) => connector_type,
        },
    }
}

/// Returns `true` if the details contain credentials. Empty tokens and objects with only empty
/// values do not count.
fn has_credentials(details: &AuthorizationDetails) -> bool {
    let is_set = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    };
    match &details.details {
        Some(Details::OauthToken(token)) => {
            !token.access_token.is_empty() || !token.refresh_token.is_empty()
        }
        Some(Details::StaticAuth(fixed)) => fixed.details.iter().flat_map(Map::values).any(is_set),
        Some(Details::GoogleDwd(token)) => **token != GoogleDWDAuth::default(),
        Some(Details::TrustedIdp(credentials)) => **credentials != TrustedIDPAuth::default(),
        None => false,
    }
}

/// Returns the expiry time of the credentials, if known.
fn expiry(details: &AuthorizationDetails) -> Option<scalekit::Timestamp> {
    match details.details.as_ref()? {
        Details::GoogleDwd(token) => token.token_expires_at,
        Details::TrustedIdp(credentials) => credentials.expiry,
        _ => None,
    }
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateConnectedAccountRequest,
) -> Result<UpdateConnectedAccountResponse, ApiError> {
    let id = find(state, account_ref!(request))?.account.id.clone();
    let new = request.connected_account.unwrap_or_default();
    let changed = state.accounts.change(&id, |row| {
        if let Some(details) = new.authorization_details {
            if has_credentials(&details) {
                row.account.token_expires_at = expiry(&details);
                row.account.status = ConnectorStatus::Active;
            }
            row.account.authorization_details = Some(details);
        }
        if new.api_config.is_some() {
            row.account.api_config = new.api_config;
        }
        if let Some(selection) = request.scope_selection {
            row.scopes = selection.scopes;
            row.scopes.extend(selection.optional_scopes);
        }
        row.account.updated_at = ctx.stamp();
    })?;
    let row = changed.clone();
    state.emit_account_event(ctx, &row, "updated");
    Ok(UpdateConnectedAccountResponse {
        connected_account: Some(state.show_account(ctx, &row)),
    })
}

pub(super) fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteConnectedAccountRequest,
) -> Result<DeleteConnectedAccountResponse, ApiError> {
    let id = find(state, account_ref!(request))?.account.id.clone();
    state.delete_account(ctx, &id)?;
    Ok(DeleteConnectedAccountResponse {})
}
