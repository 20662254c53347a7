//! Listing and searching tools.

use scalekit::api::raw::connected_accounts::ConnectorStatus;
use scalekit::api::raw::tools::{
    ConnectionReadiness, Filter, ListAvailableToolsRequest, ListAvailableToolsResponse,
    ListScopedToolsRequest, ListScopedToolsResponse, ListToolsRequest, ListToolsResponse,
    ScopedTool, SearchToolsRequest, SearchToolsResponse, SearchedTool, Tool, ToolReadinessState,
};

use super::{accounts_for, description, is_own, name, summary};
use crate::api_error::ApiError;
use crate::services::{connections::service, page_response};
use crate::state::{AccountRow, Ctx, State, page_of};

/// The default number of search results.
const TOP: usize = 10;

pub(super) fn all(
    state: &State,
    _: &Ctx<'_>,
    request: ListToolsRequest,
) -> Result<ListToolsResponse, ApiError> {
    let filter = request.filter.unwrap_or_default();
    let mut tools = super::all(state);
    tools.retain(|tool| matches(state, &filter, tool));
    let page = page_of(&tools, request.page_size, &request.page_token)?;
    let short = filter.summary.unwrap_or_default();
    Ok(page_response!(ListToolsResponse {
        tool_names: |tool| name(tool).to_owned(),
        tools: |tool| {
            if short {
                summary((*tool).clone())
            } else {
                (*tool).clone()
            }
        },
        ..page
    }))
}

fn matches(state: &State, filter: &Filter, tool: &Tool) -> bool {
    let non_empty = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (connector, id) = (
        non_empty(&filter.connector),
        non_empty(&filter.connected_account_id),
    );
    let owners = (
        non_empty(&filter.organization_id),
        non_empty(&filter.user_id),
    );
    let account = |row: &AccountRow| {
        row.account.provider.eq_ignore_ascii_case(&tool.provider)
            && (filter.identifier.is_empty() || row.account.identifier == filter.identifier)
            && connector
                .as_ref()
                .is_none_or(|name| row.account.connector == *name)
            && id.as_ref().is_none_or(|id| row.account.id == *id)
            && (owners.0.is_none() || row.organization_id == owners.0)
            && (owners.1.is_none() || row.user_id == owners.1)
    };
    let by_account =
        !filter.identifier.is_empty() || id.is_some() || owners.0.is_some() || owners.1.is_some();
    let by_connection = connector.as_ref().is_none_or(|name| {
        let mut connections = state.connections.by("key_id", name);
        connections.any(|connection| service(connection).eq_ignore_ascii_case(&tool.provider))
    });
    (filter.provider.is_empty() || tool.provider.eq_ignore_ascii_case(&filter.provider))
        && (filter.tool_name.is_empty()
            || filter.tool_name.iter().any(|filter| filter == name(tool)))
        && filter
            .query
            .as_ref()
            .is_none_or(|query| score(tool, query) > 0.0)
        && by_connection
        && (!by_account || state.accounts.iter().any(account))
}

/// Lists the tools that an identifier's accounts can run, once per account.
pub(super) fn scoped(
    state: &State,
    _: &Ctx<'_>,
    request: ListScopedToolsRequest,
) -> Result<ListScopedToolsResponse, ApiError> {
    let filter = request.filter.unwrap_or_default();
    let any = |filter: &[String], own: &str| {
        filter.is_empty() || filter.iter().any(|filter| filter.eq_ignore_ascii_case(own))
    };
    let mut scoped = Vec::new();
    for tool in super::all(state) {
        if !any(&filter.providers, &tool.provider) || !any(&filter.tool_names, name(&tool)) {
            continue;
        }
        for row in accounts_for(state, &tool, &request.identifier) {
            if any(&filter.connection_names, &row.account.connector) {
                scoped.push(ScopedTool {
                    tool: Some(tool.clone()),
                    identifier: row.account.identifier.clone(),
                    connected_account_id: row.account.id.clone(),
                });
            }
        }
    }
    let page = page_of(&scoped, request.page_size, &request.page_token)?;
    Ok(page_response!(ListScopedToolsResponse {
        tools: |tool| (*tool).clone(),
        ..page
    }))
}

/// Lists the tools that an identifier can run: tools with an account, and the emulator's test
/// tools.
pub(super) fn available(
    state: &State,
    _: &Ctx<'_>,
    request: ListAvailableToolsRequest,
) -> Result<ListAvailableToolsResponse, ApiError> {
    let mut tools = super::all(state);
    tools.retain(|tool| {
        is_own(tool)
            || accounts_for(state, tool, &request.identifier)
                .next()
                .is_some()
    });
    let page = page_of(&tools, request.page_size, &request.page_token)?;
    Ok(page_response!(ListAvailableToolsResponse {
        tools: |tool| (*tool).clone(),
        ..page
    }))
}

/// Returns the best matches first. Equal matches are in list order.
pub(super) fn search(
    state: &State,
    ctx: &Ctx<'_>,
    request: SearchToolsRequest,
) -> Result<SearchToolsResponse, ApiError> {
    let mut found: Vec<(f64, Tool)> = super::all(state)
        .into_iter()
        .map(|tool| (score(&tool, &request.query), tool))
        .filter(|(score, _)| *score > 0.0)
        .collect();
    found.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let limit = match request.top_k {
        0 => TOP,
        limit => usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let identifier = request.identifier.unwrap_or_default();
    let tools = found
        .into_iter()
        .take(limit)
        .map(|(score, tool)| SearchedTool {
            name: name(&tool).to_owned(),
            description: description(&tool).to_owned(),
            connections: readiness(state, ctx, &tool, &identifier),
            provider: tool.provider,
            score,
        });
    Ok(SearchToolsResponse {
        tools: tools.collect(),
    })
}

/// Returns the share of the query's words that the tool contains. Matches in the name or tags count
/// twice as much as matches in the description.
fn score(tool: &Tool, query: &str) -> f64 {
    let (tool_name, tool_description) =
        (name(tool).to_lowercase(), description(tool).to_lowercase());
    let query = query.to_lowercase();
    let words: Vec<&str> = query
        .split(|letter: char| !letter.is_alphanumeric())
        .collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let points = words.iter().map(|word| {
        let tagged = tool.tags.iter().any(|tag| tag.contains(word));
        match (
            tool_name.contains(word) || tagged,
            tool_description.contains(word),
        ) {
            (true, _) => 1.0,
            (false, true) => 0.5,
            (false, false) => 0.0,
        }
    });
    points.sum::<f64>() / f64::from(u32::try_from(words.len().max(1)).unwrap_or(u32::MAX))
}

/// Returns the connections of the tool's provider, and whether the identifier has a usable account
/// on each.
fn readiness(
    state: &State,
    ctx: &Ctx<'_>,
    tool: &Tool,
    identifier: &str,
) -> Vec<ConnectionReadiness> {
    let connections = state
        .connections
        .iter()
        .filter(|connection| service(connection).eq_ignore_ascii_case(&tool.provider));
    let ready = connections.filter_map(|connection| {
        let connection_name = connection.key_id.clone()?;
        let mut own = state.accounts.by("identifier", identifier);
        let account = own.find(|row| row.account.connector == connection_name);
        let status = account.map(|row| state.show_account(ctx, row).status);
        let readiness_state = match status {
            _ if identifier.is_empty() => ToolReadinessState::Unspecified,
            Some(ConnectorStatus::Active) => ToolReadinessState::Ready,
            Some(ConnectorStatus::Expired) => ToolReadinessState::NeedsReauth,
            _ => ToolReadinessState::NeedsConnection,
        };
        let connected_account_id = account
            .map(|row| row.account.id.clone())
            .unwrap_or_default();
        Some(ConnectionReadiness {
            connection_name,
            connected_account_id,
            readiness_state,
        })
    });
    ready.collect()
}
