//! `EventsService`.

use scalekit::api::raw::events::{
    EventFilter, ListEventsPaginatedRequest, ListEventsPaginatedResponse, ObjectType,
    ScalekitEvent, Source,
};

use super::{Entry, reads};
use crate::api_error::ApiError;
use crate::state::{Ctx, Order, State};

pub(super) static OPERATIONS: &[Entry] = &[("EventsService.ListEventsPaginated", reads!(list))];

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListEventsPaginatedRequest,
) -> Result<ListEventsPaginatedResponse, ApiError> {
    let filter = request.filter.unwrap_or_default();
    let page = state.events.page(
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        |event| matches(event, &filter),
    )?;
    Ok(ListEventsPaginatedResponse {
        events: page.map(|event| (*event).clone()),
        next_page_token: page.next,
        prev_page_token: page.previous,
    })
}

fn matches(event: &ScalekitEvent, filter: &EventFilter) -> bool {
    let EventFilter {
        event_types,
        start_time,
        end_time,
        organization_id,
        source,
        auth_request_id,
        interceptor_id,
        interceptor_status,
        interceptor_decision,
        connection_id,
        connected_account_id,
        ..
    } = filter;
    let text = |name: &str| {
        let data = event.data.as_ref();
        data.and_then(|data| data.get(name)?.as_str())
            .unwrap_or_default()
    };
    let equals = |name: &str, expected: &Option<String>| {
        expected
            .as_ref()
            .is_none_or(|expected| text(name) == expected)
    };
    // Matches events about the object, and events of other objects that refer to it.
    let concerns = |name: &str, object: ObjectType, expected: &Option<String>| {
        expected
            .as_ref()
            .is_none_or(|id| text(name) == id || (event.object == object && text("id") == id))
    };
    (event_types.is_empty() || event_types.contains(&event.r#type))
        && (start_time.is_none() || event.occurred_at >= *start_time)
        && (end_time.is_none() || event.occurred_at <= *end_time)
        && (organization_id.is_empty() || event.organization_id.as_ref() == Some(organization_id))
        && (*source == Source::Unspecified || source_of(event) == *source)
        && (auth_request_id.is_empty() || text("auth_request_id") == auth_request_id)
        && equals("interceptor_id", interceptor_id)
        && equals("interceptor_status", interceptor_status)
        && equals("interceptor_decision", interceptor_decision)
        && concerns("connection_id", ObjectType::Connection, connection_id)
        && concerns(
            "connected_account_id",
            ObjectType::ConnectedAccount,
            connected_account_id,
        )
}

fn source_of(event: &ScalekitEvent) -> Source {
    match event.object {
        ObjectType::DirectoryUser | ObjectType::DirectoryGroup => Source::DirSync,
        _ => Source::Scalekit,
    }
}
