//! The resource API: a language-neutral model of the API that Rust, Kotlin and Swift share.
//!
//! A [`Resource`] is a group of methods with one accessor on the client, such as `organizations`. A
//! [`Method`] calls one operation:
//!
//! ```text
//! client.organizations().get("org_1")                         → Organization
//! client.organizations().get_by_external_id("acme")           → Organization
//! client.organizations().create(CreateOrganization)           → Organization
//! client.organizations().list(external_id?)                   → pages of Organization
//! client.organizations().delete("org_1")                      → nothing
//! ```
//!
//! Everything is derived from the schema by rules:
//!
//! - **Resource** (`assign`): each service is a resource. Its accessor is the plural of the
//!   service's noun. An RPC belongs to the resource whose noun follows its verb.
//! - **Name** (`assign`): the name of the RPC in snake case without the noun of the resource:
//!   `UpdateOrganizationSettings` of `organizations` is `update_settings`.
//! - **Arguments** (`arguments`): the fields of the path and the required fields of the request,
//!   also members of oneofs. If an argument has an alternative, another method takes it:
//!   `get_by_external_id`.
//! - **Options**: all other fields that are not deprecated.
//! - **Output** (`output`): the only field of the response, nothing if the response has no field,
//!   and the whole response otherwise.
//! - **Paging** (`output`): the items of all pages, if request and response have page tokens.
//! - **Required fields of messages** (`messages`): by constraint or comment.
//!
//! `codegen/layers/resources.toml` contains the exceptions. All names are in snake case; the
//! generator of a language converts them.

mod arguments;
mod assign;
mod config;
mod listing;
mod messages;
mod output;
mod plan;
mod samples;

use prost_reflect::{FieldDescriptor, MessageDescriptor, ServiceDescriptor};

use crate::Operation;

pub use listing::generate;
pub use messages::Messages;
pub use samples::{Sample, sample};

/// All resources and the roles of their messages.
pub struct Api {
    /// The resources in the order of their services. The resources of one service are adjacent.
    pub resources: Vec<Resource>,
    /// The roles of the messages.
    pub messages: Messages,
}

/// A group of methods with one accessor on the client.
pub struct Resource {
    /// Name of the accessor, such as `organizations`.
    pub accessor: String,
    /// Service of the operations. A service can have several resources.
    pub service: ServiceDescriptor,
    /// Comment on the service, or the description in the configuration.
    pub doc: String,
    /// Methods in the order of the operations. Each variant follows its primary method.
    pub methods: Vec<Method>,
}

/// A method that calls one operation.
#[derive(Clone)]
pub struct Method {
    /// Name in snake case, unique in its resource.
    pub name: String,
    /// The operation.
    pub operation: Operation,
    /// Comment on the operation. Comments on paged methods do not mention page tokens.
    pub doc: String,
    /// Values that must be given, in order.
    pub arguments: Vec<Argument>,
    /// Values that can be omitted. `page_size` and `page_token` of a paged method are in
    /// [`Paging`] instead.
    pub options: Vec<Argument>,
    /// The value of a successful call. For a paged method, the list of the items of one page.
    pub output: Output,
    /// The method returns pages.
    pub paging: Option<Paging>,
    /// Name of the primary method, if this method calls its operation with other arguments. Each
    /// operation has exactly one primary method.
    pub variant_of: Option<String>,
}

/// An argument or an option of a method.
#[derive(Clone)]
pub struct Argument {
    /// Name in snake case.
    pub name: String,
    /// The request field that the argument fills.
    pub field: FieldDescriptor,
    /// If set, the argument is a list of strings. Each string fills this field of an item of
    /// [`field`](Self::field).
    pub item: Option<FieldDescriptor>,
    /// Comment on the field with its constraints. It does not state that the field is required.
    pub doc: String,
}

/// The value of a successful call.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// The response has no content.
    Nothing,
    /// A field of the response. A missing message is an error of the service; other missing fields
    /// have their default value.
    Field(FieldDescriptor),
    /// The response.
    Message(MessageDescriptor),
}

/// The paging of a method.
#[derive(Clone)]
pub struct Paging {
    /// Field of the response with the items.
    pub items: FieldDescriptor,
    /// Field of the request with the size of a page.
    pub page_size: FieldDescriptor,
    /// Field of the request with the token of the page.
    pub page_token: FieldDescriptor,
    /// Field of the response with the token of the next page; empty on the last page.
    pub next_page_token: FieldDescriptor,
    /// Field of the response with the number of items on all pages.
    pub total_size: Option<FieldDescriptor>,
}

impl Api {
    /// Derives the resources of all services. `config` is the text of
    /// `codegen/layers/resources.toml`.
    ///
    /// # Errors
    /// Returns an error if the configuration does not match the schema, or if two methods of one
    /// resource have the same name.
    pub fn new(schema: &crate::Schema, config: &str) -> anyhow::Result<Self> {
        plan::plan(schema, config::Config::parse(config)?)
    }

    /// Derives the resources with the configuration of this project.
    ///
    /// # Errors
    /// See [`Api::new`].
    pub fn load(schema: &crate::Schema) -> anyhow::Result<Self> {
        Self::new(schema, include_str!("../../layers/resources.toml"))
    }

    /// Returns all methods with their resources.
    pub fn methods(&self) -> impl Iterator<Item = (&Resource, &Method)> {
        let methods = |resource| move |method| (resource, method);
        self.resources
            .iter()
            .flat_map(move |resource| resource.methods.iter().map(methods(resource)))
    }
}

impl Method {
    /// Returns the arguments, then the options.
    pub fn parameters(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().chain(&self.options)
    }
}

impl Resource {
    /// Returns the name of the resource's type in upper camel case, such as `OrganizationRoles`.
    pub fn type_name(&self) -> String {
        crate::upper_camel(&self.accessor)
    }
}

#[cfg(test)]
mod tests;
