//! User consents for clients of protected resources.

use scalekit::api::raw::clients::{
    ListResourceUserConsentsRequest, ListResourceUserConsentsResponse, ResourceUserConsent,
    RevokeUserConsentRequest, RevokeUserConsentResponse,
};

use super::contains;
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{ConsentRow, Ctx, Order, Row, State};

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListResourceUserConsentsRequest,
) -> Result<ListResourceUserConsentsResponse, ApiError> {
    state.resources.require(&request.resource_id)?;
    let users = request.filter.unwrap_or_default().external_user_id;
    let query = request.search.to_lowercase();
    let matches = |row: &ConsentRow| {
        let ResourceUserConsent {
            id,
            external_user_id,
            client_id,
            client_name,
            ..
        } = &row.consent;
        (users.is_empty() || users.contains(external_user_id))
            && contains(
                &query,
                [
                    Some(id),
                    Some(external_user_id),
                    Some(client_id),
                    Some(client_name),
                ],
            )
    };
    let own = ("resource", request.resource_id.as_str());
    let page = state.consents.page_by(
        own,
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        matches,
    )?;
    Ok(page_response!(ListResourceUserConsentsResponse {
        consents: |row| row.consent.clone(),
        ..page
    }))
}

pub(super) fn revoke(
    state: &mut State,
    _: &Ctx<'_>,
    request: RevokeUserConsentRequest,
) -> Result<RevokeUserConsentResponse, ApiError> {
    state.machines.require(&request.client_id)?;
    let row = state.consents.require(&request.consent_id)?;
    if row.consent.client_id != request.client_id {
        return Err(ApiError::not_found(ConsentRow::KIND, &request.consent_id));
    }
    state.consents.remove(&request.consent_id)?;
    Ok(RevokeUserConsentResponse {})
}
