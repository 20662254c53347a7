//! Lists of connected accounts, newest first and without credentials.

use scalekit::api::raw::connected_accounts::{
    ConnectedAccount, ListConnectedAccountsRequest, ListConnectedAccountsResponse,
    SearchConnectedAccountsRequest, SearchConnectedAccountsResponse,
};

use super::contains;
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{AccountRow, Ctx, Order, State, summary};

fn matches_query(account: &ConnectedAccount, query: &str) -> bool {
    let ConnectedAccount {
        id,
        identifier,
        provider,
        connector,
        ..
    } = account;
    contains(
        query,
        [Some(id), Some(identifier), Some(provider), Some(connector)],
    )
}

pub(super) fn all(
    state: &State,
    ctx: &Ctx<'_>,
    request: ListConnectedAccountsRequest,
) -> Result<ListConnectedAccountsResponse, ApiError> {
    let query = request.query.to_lowercase();
    let same = |filter: &Option<String>, own: Option<&String>| {
        let filter = filter.as_ref().filter(|text| !text.is_empty());
        filter.is_none() || filter == own
    };
    let names = &request.connection_names;
    let matches = |row: &AccountRow| {
        let account = &row.account;
        same(&request.organization_id, row.organization_id.as_ref())
            && same(&request.user_id, row.user_id.as_ref())
            && same(&request.connector, Some(&account.connector))
            && same(&request.identifier, Some(&account.identifier))
            && (request.provider.is_empty()
                || request.provider.eq_ignore_ascii_case(&account.provider))
            && (names.is_empty() || names.contains(&account.connector))
            && request
                .is_org_wide_credential
                .is_none_or(|expected| expected == account.is_org_wide_credential)
            && matches_query(account, &query)
    };
    let (size, token) = (request.page_size, &request.page_token);
    // Uses an index if the filter allows it.
    let identifier = request
        .identifier
        .as_deref()
        .filter(|text| !text.is_empty());
    let page = match identifier {
        Some(identifier) => state.accounts.page_by(
            ("identifier", identifier),
            Order::NewestFirst,
            size,
            token,
            matches,
        )?,
        None => state
            .accounts
            .page(Order::NewestFirst, size, token, matches)?,
    };
    Ok(page_response!(ListConnectedAccountsResponse {
        connected_accounts: |row| summary(state.show_account(ctx, row)),
        ..page
    }))
}

pub(super) fn search(
    state: &State,
    ctx: &Ctx<'_>,
    request: SearchConnectedAccountsRequest,
) -> Result<SearchConnectedAccountsResponse, ApiError> {
    let query = request.query.to_lowercase();
    let connection = &request.connection_id;
    let matches = |row: &AccountRow| {
        (connection.is_empty() || row.account.connection_id == *connection)
            && matches_query(&row.account, &query)
    };
    let (size, token) = (request.page_size, &request.page_token);
    let page = state
        .accounts
        .page(Order::NewestFirst, size, token, matches)?;
    Ok(page_response!(SearchConnectedAccountsResponse {
        connected_accounts: |row| summary(state.show_account(ctx, row)),
        ..page
    }))
}
