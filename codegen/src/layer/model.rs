//! The service clients of a language layer, with their methods.

use std::collections::BTreeMap;

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::config::HandwrittenMethod;
use super::params::Param;
use crate::Operation;

/// The conventions of a language.
#[derive(Clone, Copy)]
pub(crate) struct Conventions {
    /// The name of the language, for error messages.
    pub(crate) language: &'static str,
    /// The return value of a method whose configuration specifies none.
    pub(crate) default_return: fn() -> ReturnValue,
    /// The name of the group for optional parameters; `None` if they are not grouped by default.
    pub(crate) options_group: Option<&'static str>,
    /// Formats a reference to another method in a comment.
    pub(crate) method_link: fn(&str) -> String,
}

/// A service client.
pub(crate) struct Client {
    pub(crate) attribute: String,
    pub(crate) module: String,
    pub(crate) class: String,
    /// The comment on the service.
    pub(crate) doc: String,
    pub(crate) methods: Vec<Method>,
    pub(crate) error_messages: ErrorMessages,
    pub(crate) handwritten: Vec<HandwrittenMethod>,
}

/// The error messages of a client, by parameter. They replace the default messages of the language.
#[derive(Clone, Default)]
pub(crate) struct ErrorMessages {
    /// For missing arguments.
    pub(crate) missing: BTreeMap<String, String>,
    /// For unknown enum values.
    pub(crate) invalid: BTreeMap<String, String>,
}

/// A method of a service client.
#[derive(Clone)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) doc: String,
    /// The message that the parameters fill.
    pub(crate) request: MessageDescriptor,
    pub(crate) action: Action,
    /// Sets of parameters. All parameters of at least one set must be given.
    pub(crate) required_sets: Vec<Vec<String>>,
    /// Request fields that must not be set, with their error messages.
    pub(crate) rejected_fields: BTreeMap<String, String>,
    /// Additional exceptions with their descriptions, by class.
    pub(crate) raises: BTreeMap<String, String>,
    /// Alternative parameters. Only the first one that is given is used.
    pub(crate) prefer: Vec<String>,
    /// The name of the iterator, if it differs from the default.
    pub(crate) iterator: Option<String>,
}

impl Method {
    /// Returns all parameters, with the members of groups instead of the groups.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().flat_map(Param::leaves)
    }

    /// Returns the optional parameters that select different routes of the operation. One of them
    /// must be given. The result is empty if the route does not depend on optional parameters.
    pub(crate) fn route_params(&self) -> Vec<&Param> {
        let Action::Call { operation, .. } = &self.action else {
            return Vec::new();
        };
        let in_path = |param: &&Param| {
            param.nullable()
                && operation.routes.iter().any(|route| {
                    route
                        .fields()
                        .any(|field| param.path.as_deref() == Some(field))
                })
        };
        let found: Vec<&Param> = self.leaves().filter(in_path).collect();
        if found.len() > 1 { found } else { Vec::new() }
    }
}

/// The action of a method after it has built the request.
#[derive(Clone)]
pub(crate) enum Action {
    /// Calls an operation.
    Call {
        operation: Operation,
        returns: ReturnValue,
        mask: Option<String>,
        steps: Option<Steps>,
        /// The handwritten function that converts errors.
        on_error: Option<String>,
    },
    /// Calls a paged operation until the last page and yields the items of all pages.
    Pages {
        operation: Operation,
        /// The field of the response that contains the items.
        items: FieldDescriptor,
    },
    /// Returns the request.
    Build,
}

/// The return value of a method.
#[derive(Clone, PartialEq)]
pub(crate) enum ReturnValue {
    /// The message and the call.
    MessageAndCall,
    /// The message.
    Message,
    /// A field of the message.
    Field(FieldDescriptor),
    /// A field of the message that the service can leave unset.
    OptionalField(FieldDescriptor),
    /// The return value of a handwritten function, called with the message.
    Function(String),
}

/// A handwritten function that makes two calls, and the first of these calls.
#[derive(Clone)]
pub(crate) struct Steps {
    pub(crate) function: String,
    pub(crate) first: Operation,
    /// The parameters that fill the request of the first call.
    pub(crate) params: Vec<String>,
}
