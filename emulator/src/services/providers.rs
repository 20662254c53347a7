//! `ProviderService`: built-in and custom third-party services.

use scalekit::api::raw::providers::{
    CreateCustomProviderRequest, CreateProviderResponse, DeleteProviderRequest,
    DeleteProviderResponse, ListProvidersRequest, ListProvidersResponse, Provider, ProviderType,
    UpdateCustomProviderRequest, UpdateProviderResponse,
};
use serde_json::{Value, json};

use super::{Entry, connections, page_response, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, State, page_of};

pub(super) static OPERATIONS: &[Entry] = &[
    ("ProviderService.CreateCustomProvider", writes!(create)),
    ("ProviderService.DeleteCustomProvider", writes!(delete)),
    ("ProviderService.ListProviders", reads!(list)),
    ("ProviderService.UpdateCustomProvider", writes!(update)),
];

/// The id prefix of built-in providers. The service's name follows.
const BUILT_IN: &str = "prv_";

/// Returns the built-in services as providers.
fn built_in() -> impl Iterator<Item = Provider> {
    connections::known_services()
        .enumerate()
        .map(|(rank, name)| Provider {
            id: format!("{BUILT_IN}{name}"),
            identifier: name.to_uppercase(),
            display_name: name.to_owned(),
            auth_patterns: Some(vec![
                json!({ "type": "OAUTH", "display_name": "OAuth 2.0" }),
            ]),
            display_priority: i32::try_from(rank).unwrap_or(i32::MAX),
            ..Provider::default()
        })
}

fn create(
    state: &mut State,
    _: &Ctx<'_>,
    request: CreateCustomProviderRequest,
) -> Result<CreateProviderResponse, ApiError> {
    let new = request.provider.unwrap_or_default();
    check_patterns(new.auth_patterns.as_ref())?;
    let provider = Provider {
        identifier: free_identifier(state, &new.display_name),
        display_name: new.display_name,
        description: new.description,
        auth_patterns: new.auth_patterns,
        proxy_url: new.proxy_url,
        proxy_enabled: new.proxy_enabled,
        icon_src: new.icon_src,
        metadata: new.metadata,
        is_custom: true,
        ..Provider::default()
    };
    let provider = state.providers.insert(&mut state.ids, provider);
    Ok(CreateProviderResponse {
        provider: Some(shown(provider)),
    })
}

/// # Errors
/// INVALID_ARGUMENT if a pattern is not a JSON object.
fn check_patterns(patterns: Option<&Vec<Value>>) -> Result<(), ApiError> {
    match patterns
        .into_iter()
        .flatten()
        .position(|one| !one.is_object())
    {
        Some(index) => {
            let field = format!("provider.auth_patterns[{index}]");
            Err(ApiError::field(
                &field,
                "auth_patterns.object",
                "must be an object",
            ))
        }
        None => Ok(()),
    }
}

/// Returns a custom provider as the API shows it. A provider with an MCP pattern is an MCP server.
fn shown(provider: &Provider) -> Provider {
    let mut patterns = provider.auth_patterns.iter().flatten();
    Provider {
        is_custom_mcp: patterns.any(|pattern| pattern["is_mcp"] == true),
        ..provider.clone()
    }
}

/// Converts a display name to an unused identifier: `My Notes` becomes `my-notes`, or `my-notes-2`
/// if that is taken.
fn free_identifier(state: &State, display_name: &str) -> String {
    let words: Vec<String> = display_name
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let plain = words.join("-");
    let numbered = (2..).map(|number: u64| format!("{plain}-{number}"));
    let taken = |identifier: &str| {
        state
            .providers
            .by("identifier", identifier)
            .next()
            .is_some()
            || connections::known_services().any(|name| name == identifier)
    };
    std::iter::once(plain.clone())
        .chain(numbered)
        .find(|identifier| !taken(identifier))
        .unwrap_or_default()
}

fn id_of(state: &State, identifier: &str) -> Result<String, ApiError> {
    let found = state.providers.by("identifier", identifier).next();
    found
        .map(|provider| provider.id.clone())
        .ok_or_else(|| ApiError::not_found("provider", identifier))
}

/// Checks that requests to a provider may go through the proxy. The proxy is enabled for all
/// built-in providers.
///
/// # Errors
/// FAILED_PRECONDITION if the proxy is not enabled for the custom provider.
pub(super) fn require_proxy(state: &State, identifier: &str) -> Result<(), ApiError> {
    let mut same = state
        .providers
        .iter()
        .filter(|provider| provider.identifier.eq_ignore_ascii_case(identifier));
    match same.next() {
        Some(provider) if !provider.proxy_enabled => {
            let message = "proxy not enabled for provider";
            let error = ApiError::precondition("PROXY_NOT_ENABLED", message);
            Err(error.resource("provider", identifier))
        }
        _ => Ok(()),
    }
}

/// PUT semantics: fields that are missing in the request are cleared.
fn update(
    state: &mut State,
    _: &Ctx<'_>,
    request: UpdateCustomProviderRequest,
) -> Result<UpdateProviderResponse, ApiError> {
    let id = id_of(state, &request.identifier)?;
    let new = request.provider.unwrap_or_default();
    check_patterns(new.auth_patterns.as_ref())?;
    let provider = state.providers.change(&id, |provider| {
        provider.display_name = new.display_name;
        provider.description = new.description;
        provider.auth_patterns = new.auth_patterns;
        provider.proxy_url = new.proxy_url;
        provider.proxy_enabled = new.proxy_enabled;
        provider.icon_src = new.icon_src;
        provider.metadata = new.metadata;
    })?;
    Ok(UpdateProviderResponse {
        provider: Some(shown(provider)),
    })
}

fn delete(
    state: &mut State,
    _: &Ctx<'_>,
    request: DeleteProviderRequest,
) -> Result<DeleteProviderResponse, ApiError> {
    let id = id_of(state, &request.identifier)?;
    state.providers.remove(&id)?;
    Ok(DeleteProviderResponse {})
}

/// Lists built-in providers first, then custom providers in creation order.
fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListProvidersRequest,
) -> Result<ListProvidersResponse, ApiError> {
    let kind = request.filter.unwrap_or_default().provider_type;
    let mut providers: Vec<Provider> = Vec::new();
    if kind != ProviderType::Custom {
        providers.extend(built_in());
    }
    if kind != ProviderType::Default {
        providers.extend(state.providers.iter().map(shown));
    }
    let identifier = &request.identifier;
    providers
        .retain(|one| identifier.is_empty() || one.identifier.eq_ignore_ascii_case(identifier));
    let page = page_of(&providers, request.page_size, &request.page_token)?;
    Ok(page_response!(ListProvidersResponse {
        providers: |provider| (*provider).clone(),
        ..page
    }))
}
