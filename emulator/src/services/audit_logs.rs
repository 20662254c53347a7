//! `AuditLogsService`.

use scalekit::api::raw::auditlogs::{ListAuthLogRequest, ListAuthLogResponse};

use super::{Entry, page_response, reads};
use crate::api_error::ApiError;
use crate::state::{AuthRequestRow, Ctx, Order, State};

pub(super) static OPERATIONS: &[Entry] = &[("AuditLogsService.ListAuthRequests", reads!(list))];

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListAuthLogRequest,
) -> Result<ListAuthLogResponse, ApiError> {
    let same = |filter: &String, value: &String| filter.is_empty() || filter == value;
    let matches = |row: &AuthRequestRow| {
        let log = &row.log;
        let mut statuses = request.status.iter();
        (request.email.is_empty() || request.email.eq_ignore_ascii_case(&log.email))
            && (request.status.is_empty()
                || statuses.any(|status| status.eq_ignore_ascii_case(&log.status)))
            && (request.start_time.is_none() || log.timestamp >= request.start_time)
            && (request.end_time.is_none() || log.timestamp <= request.end_time)
            && same(&request.resource_id, &log.resource_id)
            && same(
                &request.connected_account_identifier,
                &log.connected_account_identifier,
            )
            && same(&request.client_id, &log.client_id)
    };
    let (size, token) = (request.page_size, &request.page_token);
    let page = state
        .auth_requests
        .page(Order::OldestFirst, size, token, matches)?;
    Ok(page_response!(ListAuthLogResponse {
        auth_requests: |row| row.log.clone(),
        ..page
    }))
}
