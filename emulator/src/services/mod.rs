//! What the operations do.
//!
//! # How to add a service
//!
//! 1. Its data: a [`Table`](crate::state::Table) in [`State`], whose row is the API's message (a `row!` in
//!    `state/rows.rs`) or a struct around it (like `OrganizationRow`), and a line in the `seeds!` of `state/seed.rs`, so
//!    that it can be seeded. What rows are looked up by goes into `Row::keys`: [`Table::by`](crate::state::Table::by) and
//!    `page_by` find them without looking at all. What other services or the login need of it becomes a method of
//!    `State` in `state/<kind>.rs`.
//! 2. Its operations: `services/<service>.rs` with one function for each and a table of them:
//!
//!    ```text
//!    pub(super) static OPERATIONS: &[Entry] = &[
//!        ("ThingService.GetThing", read!(get)),          // fn get(&State, &Ctx, GetThingRequest) -> Result<GetThingResponse, ApiError>
//!        ("ThingService.CreateThing", write!(create)),   // fn create(&mut State, &Ctx, CreateThingRequest) -> Result<…, ApiError>
//!    ];
//!    ```
//! 3. One line in [`SERVICES`] below.
//!
//! The engine has routed the request, checked the bearer and every constraint of the schema, and holds the lock while
//! the function runs. So a function checks what only the state can tell (exists, is unique, may be deleted), answers
//! with `Err(ApiError::…)` before it changes anything, and reports changes with [`State::emit`], which is all that
//! webhooks and the events service need. Time comes from `ctx.stamp()`, ids from `state.ids` (tables give them to rows
//! without one), pages from `table.page(order, size, token, filter)`.
//!
//! Operations without a function answer UNIMPLEMENTED; a test below names them.

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
mod roles;
mod sessions;
mod tokens;
mod tools;
mod users;
mod webauthn;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::engine::ApiError;
use crate::state::{Ctx, State};
use patch::Patch;

/// All services.
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

/// An operation's name and what it does.
type Entry = (&'static str, Handler);

/// What an operation does, between the JSON of its messages.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Only reads; runs beside others of its kind.
    Read(fn(&State, &Ctx<'_>, Value) -> Result<Value, ApiError>),
    /// Changes the state; runs alone.
    Write(fn(&mut State, &Ctx<'_>, Value) -> Result<Value, ApiError>),
}

/// The handler of an operation, if it has one.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    BY_NAME.get(operation).copied()
}

/// The organization and the address of the invitation that a request would send, if it would send one.
pub(crate) fn invitation(state: &State, operation: &str, request: &Value) -> Option<(String, String)> {
    memberships::invitation(state, operation, request)
}

/// Makes a [`Handler`] of a function with typed messages that reads.
macro_rules! read {
    ($function:path) => {
        $crate::services::Handler::Read(|state, ctx, request| {
            $crate::services::written(&$function(state, ctx, $crate::services::typed(request)?)?)
        })
    };
}

/// Makes a [`Handler`] of a function with typed messages that changes the state.
macro_rules! write {
    ($function:path) => {
        $crate::services::Handler::Write(|state, ctx, request| {
            $crate::services::written(&$function(state, ctx, $crate::services::typed(request)?)?)
        })
    };
}

/// The [`Name`](crate::state::Name) in a oneof of an id (whose variant is given) and an external id.
macro_rules! name {
    ($oneof:expr, $first:ident :: $id:ident) => {
        match &$oneof {
            Some($first::$id(id)) => Ok(Name::Id(id)),
            Some($first::ExternalId(id)) => Ok(Name::External(id)),
            None => Err(ApiError::invalid(
                "the request names neither an id nor an external id",
            )),
        }
    };
}

use {name, read, write};

fn typed<T: serde::de::DeserializeOwned>(request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request).map_err(|error| ApiError::invalid(error.to_string()))
}

fn written(response: &impl serde::Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(response).map_err(|error| ApiError::internal(error.to_string()))
}

/// Whether one of `texts` contains `query`, which is in lower case.
fn contains<'a>(query: &str, texts: impl IntoIterator<Item = Option<&'a String>>) -> bool {
    texts.into_iter().flatten().any(|text| {
        if text.is_ascii() {
            contains_ascii(query.as_bytes(), text.as_bytes())
        } else {
            text.to_lowercase().contains(query)
        }
    })
}

/// The same without a copy in lower case, since a search looks at every row there is.
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
    fn a_search_finds_what_a_search_in_lower_case_finds() {
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

    /// The routes of these operations carry an id only; the message carries either.
    #[test]
    fn an_organization_is_read_and_updated_by_the_external_id_in_the_message() {
        let (mut state, ctx) = (
            State::default(),
            Ctx {
                now: jiff::Timestamp::UNIX_EPOCH,
                url: "",
            },
        );
        let mut run = |name: &str, request: Value| match handler(name) {
            Some(Handler::Read(handle)) => handle(&state, &ctx, request),
            Some(Handler::Write(handle)) => handle(&mut state, &ctx, request),
            None => panic!("{name}"),
        };
        let new = json!({ "organization": { "display_name": "Acme", "external_id": "acme" } });
        let made = run("OrganizationService.CreateOrganization", new).expect("an organization");
        let named = json!({ "external_id": "acme" });
        let read = run("OrganizationService.GetOrganization", named.clone());
        assert_eq!(read.expect("an organization"), made);
        let change = json!({ "external_id": "acme", "organization": { "display_name": "Acme 2" } });
        let changed = run("OrganizationService.UpdateOrganization", change).expect("an organization");
        assert_eq!(changed["organization"]["id"], made["organization"]["id"]);
        assert_eq!(changed["organization"]["display_name"], "Acme 2");
        let unknown = json!({ "external_id": "globex" });
        let refused = run("OrganizationService.GetOrganization", unknown).expect_err("an error");
        assert_eq!(refused.code, scalekit::Code::NotFound);
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
