//! Maps the fields of a request to path, query and body by the route of the operation.
//!
//! `json` splits a JSON request. The protobuf transcoder of the bindings fills a
//! [`PreparedRequest`] in the same way.

pub(crate) mod json;

use std::borrow::Cow;

use bytes::Bytes;
use form_urlencoded::byte_serialize;
use percent_encoding::utf8_percent_encode;

use crate::case::snake_case;
use crate::error::{Error, Message};
use crate::percent::UNRESERVED;
use crate::schema::{Body, Operation, Route, Segment};

pub use json::split as split_json;

/// The field that replaces an organization's id if the operation has no route for external ids.
const EXTERNAL_ID: &str = "external_id";

/// A request with its path, query and body.
///
/// ```
/// use std::borrow::Cow;
/// use scalekit::request::PreparedRequest;
/// use scalekit::schema::{Body, Operation, Route, Segment, Verb};
///
/// static GET_THING: Operation = Operation {
///     name: "ThingService.GetThing",
///     package: "scalekit.v1.things",
///     request: "scalekit.v1.things.GetThingRequest",
///     response: "scalekit.v1.things.GetThingResponse",
///     routes: &[Route {
///         verb: Verb::Get,
///         path: &[Segment::Literal("/api/v1/things/"), Segment::Field { name: "id", or_external: false }],
///         body: Body::None,
///     }],
///     tool: false,
/// };
///
/// let id = |name: &str| Ok((name == "id").then_some(Cow::Borrowed("a/b")));
/// let mut request = PreparedRequest::new(&GET_THING, id)?;
/// request.push_query("filter.name", "x y");
/// assert_eq!(request.path, "/api/v1/things/a%2Fb");
/// assert_eq!(request.query.as_deref(), Some("filter.name=x+y"));
/// # Ok::<(), scalekit::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedRequest {
    /// The route of the operation that the request takes.
    pub route: &'static Route,
    /// The percent-encoded path below the environment URL, with a leading slash.
    pub path: String,
    /// The encoded query, without the question mark.
    pub query: Option<String>,
    /// The JSON body: the fields of [`Place::Body`] or the value of [`Place::WholeBody`]. `None` if
    /// the route has no body or its body field is not set.
    pub body: Option<Bytes>,
    /// Set if the path lacks an organization id that must be looked up by external id.
    pub external_organization: Option<ExternalOrganization>,
}

/// An organization that must be looked up by its external id before the request is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalOrganization {
    /// The external id.
    pub external_id: String,
    /// The byte offset in [`PreparedRequest::path`] at which the organization id is inserted.
    pub offset: usize,
}

/// The part of a request that contains a top-level field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query, under its own name, dotted for nested messages.
    Query,
    /// A member of the body object.
    Body,
    /// The value of the field is the whole body.
    WholeBody,
}

impl PreparedRequest {
    /// Creates a request with the path of the first route whose path fields are all set.
    ///
    /// `value` returns the text of a top-level field; `None` and the empty string mean that the
    /// field is not set.
    ///
    /// # Errors
    /// `value` fails, a path field is missing, or a path field is `.` or `..`, which URL parsers
    /// remove from a path.
    pub fn new<'v>(
        operation: &'static Operation,
        value: impl Fn(&str) -> Result<Option<Cow<'v, str>>, Error>,
    ) -> Result<Self, Error> {
        let value = |name: &str| Ok::<_, Error>(value(name)?.filter(|text| !text.is_empty()));
        'routes: for route in operation.routes {
            let mut path = String::with_capacity(64);
            let mut external_organization = None;
            for segment in route.path {
                let (name, or_external) = match segment {
                    Segment::Literal(text) => {
                        path.push_str(text);
                        continue;
                    }
                    Segment::Field { name, or_external } => (*name, *or_external),
                };
                if let Some(text) = value(name)? {
                    push_segment(&mut path, operation, name, &text)?;
                } else if or_external && let Some(external_id) = value(EXTERNAL_ID)? {
                    external_organization = Some(ExternalOrganization {
                        external_id: external_id.into_owned(),
                        offset: path.len(),
                    });
                } else {
                    continue 'routes;
                }
            }
            return Ok(Self {
                route,
                path,
                query: None,
                body: None,
                external_organization,
            });
        }
        Err(missing(operation))
    }

    /// Returns the part of the request that contains the top-level field `name` (snake_case).
    pub fn place(&self, name: &str) -> Place {
        let in_path = self.route.path.iter().any(|segment| match segment {
            Segment::Literal(_) => false,
            Segment::Field {
                name: field,
                or_external,
            } => *field == name || (*or_external && name == EXTERNAL_ID),
        });
        match self.route.body {
            _ if in_path => Place::Path,
            Body::All => Place::Body,
            Body::Field(field) if field == name => Place::WholeBody,
            Body::Field(_) | Body::None => Place::Query,
        }
    }

    /// Appends one query parameter. `name` is in snake_case, dotted for nested messages
    /// (`filter.name`). A repeated field is appended once per value.
    pub fn push_query(&mut self, name: &str, value: &str) {
        let query = self.query.get_or_insert_default();
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(byte_serialize(name.as_bytes()));
        query.push('=');
        query.extend(byte_serialize(value.as_bytes()));
    }

    /// Appends a field mask given in its JSON form (`displayName,metadata`). A query contains it in
    /// snake_case (`display_name,metadata`).
    pub fn push_query_mask(&mut self, name: &str, mask: &str) {
        self.push_query(name, &snake_case(mask));
    }

    /// Inserts the organization id that was looked up for
    /// [`PreparedRequest::external_organization`].
    ///
    /// # Errors
    /// `id` is `.` or `..`, as in [`PreparedRequest::new`].
    pub fn resolve_organization(
        &mut self,
        operation: &'static Operation,
        id: &str,
    ) -> Result<(), Error> {
        if let Some(external) = self.external_organization.take() {
            let mut encoded = String::with_capacity(id.len());
            push_segment(&mut encoded, operation, "id", id)?;
            self.path.insert_str(external.offset, &encoded);
        }
        Ok(())
    }
}

/// Appends a value as one path segment. Everything but unreserved characters is escaped, so it
/// never spans segments.
fn push_segment(
    path: &mut String,
    operation: &'static Operation,
    name: &'static str,
    text: &str,
) -> Result<(), Error> {
    if matches!(text, "." | "..") {
        let message = Message::about(name).text(format_args!(
            " cannot be {text:?}: it would change the path of the request"
        ));
        return Err(Error::invalid_argument(message).with_operation(operation.name));
    }
    path.extend(utf8_percent_encode(text, UNRESERVED));
    Ok(())
}

/// An error that names the path fields of each route, such as `id, or external_id`.
fn missing(operation: &'static Operation) -> Error {
    let mut message = Message::from("the request needs ");
    for (index, route) in operation.routes.iter().enumerate() {
        message = message.text(if index > 0 { ", or " } else { "" });
        let fields = route.path.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Field { name, or_external } => Some((*name, *or_external)),
        });
        for (index, (name, or_external)) in fields.enumerate() {
            message = message
                .text(if index > 0 { " and " } else { "" })
                .name(name);
            if or_external {
                message = message.text(" or ").name(EXTERNAL_ID);
            }
        }
    }
    Error::invalid_argument(message).with_operation(operation.name)
}

#[cfg(test)]
mod tests;
