//! The API's operations.
//!
//! # How to add a service
//!
//! 1. Data: Add a [`Table`](crate::state::Table) to [`State`]. Its row is the API message (add a
//!    `row!` to `state/rows.rs`) or a struct that wraps it (like `OrganizationRow`). Add a line to
//!    `seeds!` in `state/seed.rs`. Return the secondary index keys from `Row::keys`;
//!    [`Table::by`](crate::state::Table::by) and `page_by` use them to avoid full scans. Logic that
//!    other services or the login flow need becomes a method of `State` in `state/<kind>.rs`.
//! 2. Operations: Add `services/<service>.rs` with one function per operation and a list of them:
//!
//!    ```text
//!    pub(super) static OPERATIONS: &[Entry] = &[
//!        // fn get(&State, &Ctx, GetThingRequest) -> Result<GetThingResponse, ApiError>
//!        ("ThingService.GetThing", reads!(get)),
//!        // fn create(&mut State, &Ctx, CreateThingRequest) -> Result<…, ApiError>
//!        ("ThingService.CreateThing", writes!(create)),
//!    ];
//!    ```
//! 3. Registration: Add the list to [`SERVICES`] below.
//!
//! `api::handle` calls the function, after it has checked the bearer token and the schema's
//! constraints. It holds the lock of the state during the call. The function only checks rules that
//! depend on the state, such as existence and uniqueness. It returns `Err(ApiError::…)` before it
//! changes anything, and emits events with [`State::emit`] for webhooks and the events service.
//! `ctx.stamp()` returns the time, and `table.page(order, size, token, filter)` returns pages.
//! Tables assign ids to rows without one; use `state.ids` if the id is needed earlier.
//!
//! Operations without a function fail with UNIMPLEMENTED. A test checks that there are none.

mod accounts;
mod audit_logs;
mod auth;
mod clients;
mod connections;
mod directories;
mod domains;
mod events;
mod mcp;
mod memberships;
mod organization_settings;
mod organizations;
pub(crate) mod passwordless;
mod patch;
mod permissions;
mod providers;
mod response;
mod roles;
mod sessions;
mod tokens;
mod tools;
mod users;
mod webauthn;

use std::collections::HashMap;
use std::sync::LazyLock;

use scalekit::schema::Operation;
use serde_json::Value;

use crate::api_error::ApiError;
use crate::state::{Ctx, State};
use patch::Patch;

pub(crate) use accounts::proxied as proxied_account;
pub(crate) use mcp::{McpDenied, McpUrl, ToolFailure, VirtualServer};
pub(crate) use tools::annotations as tool_annotations;

/// The operations of all services.
static SERVICES: &[&[Entry]] = &[
    accounts::OPERATIONS,
    audit_logs::OPERATIONS,
    auth::OPERATIONS,
    clients::OPERATIONS,
    connections::OPERATIONS,
    directories::OPERATIONS,
    domains::OPERATIONS,
    events::OPERATIONS,
    mcp::OPERATIONS,
    memberships::OPERATIONS,
    organization_settings::OPERATIONS,
    organizations::OPERATIONS,
    passwordless::OPERATIONS,
    permissions::OPERATIONS,
    providers::OPERATIONS,
    roles::OPERATIONS,
    sessions::OPERATIONS,
    tokens::OPERATIONS,
    tools::OPERATIONS,
    users::OPERATIONS,
    webauthn::OPERATIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, Handler>> = LazyLock::new(|| {
    SERVICES
        .iter()
        .flat_map(|service| service.iter().copied())
        .collect()
});

/// The name and the handler of an operation.
type Entry = (&'static str, Handler);

/// The JSON of a response.
type Handled = Result<Vec<u8>, ApiError>;

/// The function that runs an operation. It takes and returns proto3 JSON. The operation determines
/// the message type of the response.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Reads the state. Can run concurrently with other readers.
    Read(fn(&State, &Ctx<'_>, &Operation, Value) -> Handled),
    /// Changes the state. Runs exclusively.
    Write(fn(&mut State, &Ctx<'_>, &Operation, Value) -> Handled),
}

/// Prepares the first response.
pub(crate) fn warm_up() {
    response::warm_up();
}

/// Returns the handler of an operation.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    BY_NAME.get(operation).copied()
}

/// Returns the organization and the email address of the invitation that a request would send.
pub(crate) fn invitation(
    state: &State,
    operation: &str,
    request: &Value,
) -> Option<(String, String)> {
    memberships::invitation(state, operation, request)
}

/// Wraps a typed function that reads the state in a [`Handler`].
macro_rules! reads {
    ($function:path) => {
        $crate::services::Handler::Read(|state, ctx, operation, request| {
            let request = $crate::services::from_json(request)?;
            $crate::services::response::write(operation, &$function(state, ctx, request)?)
        })
    };
}

/// Wraps a typed function that changes the state in a [`Handler`].
macro_rules! writes {
    ($function:path) => {
        $crate::services::Handler::Write(|state, ctx, operation, request| {
            let request = $crate::services::from_json(request)?;
            $crate::services::response::write(operation, &$function(state, ctx, request)?)
        })
    };
}

/// Converts a oneof of an id and an external id to a [`Name`](crate::state::Name).
macro_rules! name {
    ($oneof:expr, $first:ident :: $id:ident) => {
        match &$oneof {
            Some($first::$id(id)) => Ok(Name::Id(id)),
            Some($first::ExternalId(id)) => Ok(Name::External(id)),
            None => Err(ApiError::invalid("specify an id or an external_id")),
        }
    };
}

/// Creates a list response from a page: for each field, a function that converts a row, and the
/// total size and the page tokens of `..page`.
macro_rules! page_response {
    ($response:ident { $($field:ident: $show:expr,)+ ..$page:expr }) => {{
        let page = $page;
        $response {
            $($field: page.map($show),)+
            total_size: page.total,
            next_page_token: page.next,
            prev_page_token: page.previous,
        }
    }};
}

use {name, page_response, reads, writes};

fn from_json<T: serde::de::DeserializeOwned>(request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request).map_err(|error| ApiError::invalid(error.to_string()))
}

/// Returns `true` if one of `texts` contains `query`, ignoring case. `query` must be lowercase.
fn contains<'a>(query: &str, texts: impl IntoIterator<Item = Option<&'a String>>) -> bool {
    texts.into_iter().flatten().any(|text| {
        if text.is_ascii() {
            contains_ascii(query.as_bytes(), text.as_bytes())
        } else {
            text.to_lowercase().contains(query)
        }
    })
}

/// Like [`contains`] for ASCII, without allocating a lowercase copy: a search checks every row.
fn contains_ascii(query: &[u8], text: &[u8]) -> bool {
    let Some((first, rest)) = query.split_first() else {
        return true;
    };
    let mut starts = memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text);
    starts.any(|start| {
        let here = text.get(start + 1..start + query.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(rest))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_search_ignores_case() {
        let texts = [
            "",
            "a",
            "Ada",
            "ADA LOVELACE",
            "aada",
            "Straße",
            "İstanbul",
            "\u{212a}elvin",
            "É",
        ];
        for text in texts.map(String::from) {
            for query in [
                "",
                "a",
                "ada",
                "da l",
                "lovelace!",
                "ß",
                "i",
                "k",
                "é",
                "aa",
                "elv",
            ] {
                let expected = text.to_lowercase().contains(query);
                assert_eq!(
                    contains(query, [None, Some(&text)]),
                    expected,
                    "{query} in {text}"
                );
            }
        }
    }

    /// HTTP routes only pass the id, but the messages also accept an external id.
    #[test]
    fn an_organization_is_read_and_updated_by_the_external_id_in_the_message() {
        let (mut state, ctx) = (
            State::default(),
            Ctx {
                now: jiff::Timestamp::UNIX_EPOCH,
                url: "",
            },
        );
        let mut run = |name: &str, request: Value| -> Result<Value, ApiError> {
            let operation = scalekit::schema::find(name).expect("an operation");
            let response = match handler(name) {
                Some(Handler::Read(handle)) => handle(&state, &ctx, operation, request),
                Some(Handler::Write(handle)) => handle(&mut state, &ctx, operation, request),
                None => panic!("{name}"),
            };
            Ok(serde_json::from_slice(&response?).expect("JSON"))
        };
        let new = json!({ "organization": { "display_name": "Acme", "external_id": "acme" } });
        let created = run("OrganizationService.CreateOrganization", new).expect("an organization");
        let by_external_id = json!({ "external_id": "acme" });
        let read = run(
            "OrganizationService.GetOrganization",
            by_external_id.clone(),
        );
        assert_eq!(read.expect("an organization"), created);
        let change = json!({ "external_id": "acme", "organization": { "display_name": "Acme 2" } });
        let changed =
            run("OrganizationService.UpdateOrganization", change).expect("an organization");
        assert_eq!(changed["organization"]["id"], created["organization"]["id"]);
        assert_eq!(changed["organization"]["display_name"], "Acme 2");
        let unknown = json!({ "external_id": "globex" });
        let error = run("OrganizationService.GetOrganization", unknown).expect_err("an error");
        assert_eq!(error.code, scalekit::Code::NotFound);
    }

    #[test]
    fn every_operation_has_one_entry() {
        let names: Vec<&str> = SERVICES
            .iter()
            .flat_map(|service| service.iter().map(|(name, _)| *name))
            .collect();
        for name in &names {
            assert!(scalekit::schema::find(name).is_some(), "{name}");
        }
        assert_eq!(BY_NAME.len(), names.len());
        for operation in scalekit::schema::OPERATIONS {
            assert!(handler(operation.name).is_some(), "{}", operation.name);
        }
        assert_eq!(names.len(), 150);
    }
}
