//! `ApiTokenService`.

use scalekit::api::raw::Empty;
use scalekit::api::raw::tokens::{
    CreateTokenRequest, CreateTokenResponse, InvalidateTokenRequest, ListTokensRequest,
    ListTokensResponse, Token, UpdateTokenRequest, UpdateTokenResponse, ValidateTokenRequest,
    ValidateTokenResponse,
};

use super::{Entry, reads, writes};
use crate::api_error::ApiError;
use crate::secrets::{hash, random_token, suffix};
use crate::state::{Ctx, Order, Row, State, TokenRow};

pub(super) static OPERATIONS: &[Entry] = &[
    ("ApiTokenService.CreateToken", writes!(create)),
    ("ApiTokenService.InvalidateToken", writes!(invalidate)),
    ("ApiTokenService.ListTokens", reads!(list)),
    ("ApiTokenService.UpdateToken", writes!(update)),
    ("ApiTokenService.ValidateToken", reads!(validate)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateTokenRequest,
) -> Result<CreateTokenResponse, ApiError> {
    let new = request.token.unwrap_or_default();
    state.organizations.require(&new.organization_id)?;
    let user_id = Some(new.user_id).filter(|id| !id.is_empty());
    if let Some(id) = &user_id {
        state.membership(id, &new.organization_id)?;
    }
    if new.expiry.is_some_and(|end| Some(end) <= ctx.stamp()) {
        return Err(ApiError::field(
            "token.expiry",
            "token.expiry.future",
            "must be in the future",
        ));
    }
    let token = random_token("api");
    let row = TokenRow {
        info: Token {
            organization_id: new.organization_id,
            user_id,
            custom_claims: new.custom_claims,
            expiry: new.expiry,
            created_at: ctx.stamp(),
            description: Some(new.description).filter(|text| !text.is_empty()),
            token_suffix: suffix(&token),
            ..Token::default()
        },
        hash: hash(&token),
        ..TokenRow::default()
    };
    let row = state.tokens.insert(&mut state.ids, row).clone();
    Ok(CreateTokenResponse {
        token,
        token_id: row.info.token_id.clone(),
        token_info: Some(state.show_token(&row)),
    })
}

/// Returns the row for a plain token or a token id.
fn lookup<'s>(state: &'s State, token: &str) -> Option<&'s TokenRow> {
    let opaque = state.tokens.by("hash", &hash(token)).next();
    opaque.or_else(|| state.tokens.get(token))
}

/// Returns the row for a plain token or a token id. Fails if the token has expired.
fn find<'s>(state: &'s State, ctx: &Ctx<'_>, token: &str) -> Result<&'s TokenRow, ApiError> {
    let live = lookup(state, token)
        .filter(|row| row.info.expiry.is_none_or(|end| Some(end) > ctx.stamp()));
    // The error must not contain the token.
    live.ok_or_else(|| ApiError::not_found(TokenRow::KIND, &suffix(token)))
}

fn validate(
    state: &State,
    ctx: &Ctx<'_>,
    request: ValidateTokenRequest,
) -> Result<ValidateTokenResponse, ApiError> {
    let row = find(state, ctx, &request.token)?;
    Ok(ValidateTokenResponse {
        token_info: Some(state.show_token(row)),
    })
}

/// Also succeeds for an unknown token, which is already invalid.
fn invalidate(
    state: &mut State,
    _: &Ctx<'_>,
    request: InvalidateTokenRequest,
) -> Result<Empty, ApiError> {
    if let Some(id) = lookup(state, &request.token).map(|row| row.id().to_owned()) {
        state.tokens.remove(&id)?;
    }
    Ok(Empty {})
}

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListTokensRequest,
) -> Result<ListTokensResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let user = request.user_id.filter(|id| !id.is_empty());
    let matches = |row: &TokenRow| user.is_none() || row.info.user_id == user;
    let own = ("organization", request.organization_id.as_str());
    let size = u32::try_from(request.page_size).unwrap_or_default();
    let page = state
        .tokens
        .page_by(own, Order::OldestFirst, size, &request.page_token, matches)?;
    Ok(ListTokensResponse {
        tokens: page.map(|row| state.show_token(row)),
        total_count: i32::try_from(page.total).unwrap_or(i32::MAX),
        next_page_token: page.next,
        prev_page_token: page.previous,
    })
}

/// Claims are replaced as a whole. Empty claims are ignored because proto3 cannot distinguish them
/// from absent ones.
fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateTokenRequest,
) -> Result<UpdateTokenResponse, ApiError> {
    let id = find(state, ctx, &request.token)?.info.token_id.clone();
    let changed = state.tokens.change(&id, |row| {
        if !request.custom_claims.is_empty() {
            row.info.custom_claims = request.custom_claims;
        }
        if let Some(description) = request.description {
            row.info.description = Some(description).filter(|text| !text.is_empty());
        }
    })?;
    let row = changed.clone();
    Ok(UpdateTokenResponse {
        token_info: Some(state.show_token(&row)),
    })
}
