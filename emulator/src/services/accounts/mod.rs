//! `ConnectedAccountService`.

mod change;
mod list;

use scalekit::api::raw::connected_accounts::{
    GetConnectedAccountByIdentifierRequest, GetConnectedAccountByIdentifierResponse,
    GetMagicLinkForConnectedAccountRequest, GetMagicLinkForConnectedAccountResponse,
    VerifyConnectedAccountUserRequest, VerifyConnectedAccountUserResponse,
};

use super::{Entry, contains, providers, reads, writes};
use crate::api_error::ApiError;
use crate::state::{AccountRow, Ctx, Row, State};

pub(super) static OPERATIONS: &[Entry] = &[
    (
        "ConnectedAccountService.CreateConnectedAccount",
        writes!(change::create),
    ),
    (
        "ConnectedAccountService.DeleteConnectedAccount",
        writes!(change::delete),
    ),
    (
        "ConnectedAccountService.GetConnectedAccountAuth",
        writes!(get_auth),
    ),
    (
        "ConnectedAccountService.GetConnectedAccountDetails",
        reads!(get_details),
    ),
    (
        "ConnectedAccountService.GetMagicLinkForConnectedAccount",
        writes!(get_magic_link),
    ),
    (
        "ConnectedAccountService.ListConnectedAccounts",
        reads!(list::all),
    ),
    (
        "ConnectedAccountService.SearchConnectedAccounts",
        reads!(list::search),
    ),
    (
        "ConnectedAccountService.UpdateConnectedAccount",
        writes!(change::update),
    ),
    (
        "ConnectedAccountService.VerifyConnectedAccountUser",
        writes!(verify_user),
    ),
];

/// How a request identifies an account: by id, or by connector, identifier and owners.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AccountRef<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) connector: Option<&'a str>,
    pub(super) identifier: Option<&'a str>,
    pub(super) organization_id: Option<&'a str>,
    pub(super) user_id: Option<&'a str>,
}

/// Creates an [`AccountRef`] from the fields that these requests have in common.
macro_rules! account_ref {
    ($request:expr) => {
        $crate::services::accounts::AccountRef {
            id: $request.id.as_deref(),
            connector: $request.connector.as_deref(),
            identifier: $request.identifier.as_deref(),
            organization_id: $request.organization_id.as_deref(),
            user_id: $request.user_id.as_deref(),
        }
    };
}

use account_ref;
pub(super) use change::{add, connection};

/// Returns the account that a request refers to.
///
/// # Errors
/// NOT_FOUND. INVALID_ARGUMENT if the request contains neither an id nor both a connector and an
/// identifier.
pub(super) fn find<'s>(
    state: &'s State,
    account: AccountRef<'_>,
) -> Result<&'s AccountRow, ApiError> {
    let is_set = |text: Option<&'_ str>| text.is_some_and(|text| !text.is_empty());
    if let Some(id) = account.id.filter(|id| !id.is_empty()) {
        return state.accounts.require(id);
    }
    let (Some(connector), Some(identifier)) = (account.connector, account.identifier) else {
        return Err(ApiError::invalid(
            "specify an id, or a connector and an identifier",
        ));
    };
    let matches = |row: &&AccountRow| {
        let same_owner = |filter: Option<&str>, own: Option<&str>| !is_set(filter) || filter == own;
        row.account.connector == connector
            && same_owner(account.organization_id, row.organization_id.as_deref())
            && same_owner(account.user_id, row.user_id.as_deref())
    };
    let found = state.accounts.by("identifier", identifier).find(matches);
    found.ok_or_else(|| ApiError::not_found(AccountRow::KIND, identifier))
}

/// Returns the id of the account of a proxy call.
///
/// # Errors
/// NOT_FOUND if the connection or the account does not exist. FAILED_PRECONDITION if the proxy is
/// not enabled for the provider.
pub(crate) fn proxied(
    state: &State,
    connection_name: &str,
    identifier: &str,
) -> Result<String, ApiError> {
    let reference = AccountRef {
        connector: Some(connection_name),
        identifier: Some(identifier),
        ..AccountRef::default()
    };
    let found = find(state, reference);
    if found.is_err() {
        connection(state, connection_name)?;
    }
    let account = &found?.account;
    providers::require_proxy(state, &account.provider)?;
    Ok(account.id.clone())
}

/// Returns the credentials. An expired access token is refreshed first.
fn get_auth(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: GetConnectedAccountByIdentifierRequest,
) -> Result<GetConnectedAccountByIdentifierResponse, ApiError> {
    let id = find(state, account_ref!(request))?.account.id.clone();
    state.refresh_account(ctx, &id);
    let row = state.accounts.require(&id)?;
    Ok(GetConnectedAccountByIdentifierResponse {
        connected_account: Some(state.show_account(ctx, row)),
    })
}

fn get_details(
    state: &State,
    ctx: &Ctx<'_>,
    request: GetConnectedAccountByIdentifierRequest,
) -> Result<GetConnectedAccountByIdentifierResponse, ApiError> {
    let mut account = state.show_account(ctx, find(state, account_ref!(request))?);
    account.authorization_details = None;
    Ok(GetConnectedAccountByIdentifierResponse {
        connected_account: Some(account),
    })
}

fn get_magic_link(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: GetMagicLinkForConnectedAccountRequest,
) -> Result<GetMagicLinkForConnectedAccountResponse, ApiError> {
    let id = find(state, account_ref!(request))?.account.id.clone();
    let (link, expiry) = state.new_magic_link(ctx, &id, request.state, request.user_verify_url);
    Ok(GetMagicLinkForConnectedAccountResponse { link, expiry })
}

fn verify_user(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: VerifyConnectedAccountUserRequest,
) -> Result<VerifyConnectedAccountUserResponse, ApiError> {
    state.verify_account_user(ctx, &request.auth_request_id, &request.identifier)?;
    Ok(VerifyConnectedAccountUserResponse {
        post_user_verify_redirect_url: format!("{}/connected_accounts/done", ctx.url),
    })
}
