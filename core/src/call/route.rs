//! Where each field of a request travels: path, query or body.
//!
//! This is the one place that knows how a URL of the service is written. The JSON splitter of this crate and the
//! protobuf transcoder of the bindings both feed it field by field.

use std::borrow::Cow;

use bytes::Bytes;
use form_urlencoded::byte_serialize;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::operation::{Body, Operation, Route, Segment, Verb};

/// Everything but RFC 3986's unreserved characters is escaped, so a value never becomes more than one path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The field that stands in for an organization's id where the service has no route for it.
const EXTERNAL_ID: &str = "external_id";

/// A request that is ready to be sent: nothing is left to choose or to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedRequest {
    /// The HTTP method.
    pub verb: Verb,
    /// The percent-encoded path below the environment URL, with a leading slash.
    pub path: String,
    /// The encoded query, without the question mark.
    pub query: Option<String>,
    /// The JSON body.
    pub body: Option<Bytes>,
    /// Set when the path still lacks the id of an organization that the caller named by its external id.
    pub external_organization: Option<ExternalOrganization>,
}

/// An organization named by the caller's own id, to be looked up before the request can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalOrganization {
    /// The caller's id.
    pub external_id: String,
    /// The byte offset in [`PreparedRequest::path`] at which the organization's id is missing.
    pub offset: usize,
}

impl PreparedRequest {
    /// Puts the id that was found for [`PreparedRequest::external_organization`] into the path.
    ///
    /// # Errors
    /// `id` cannot be written as one path segment (see [`RequestParts::new`]).
    pub fn resolve_organization(&mut self, operation: &'static Operation, id: &str) -> Result<(), Error> {
        if let Some(external) = self.external_organization.take() {
            let mut encoded = String::with_capacity(id.len());
            push_segment(&mut encoded, operation, "id", id)?;
            self.path.insert_str(external.offset, &encoded);
        }
        Ok(())
    }
}

/// The part of a request that a top-level field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Already in the path.
    Path,
    /// In the query, under its own name, dotted for nested messages.
    Query,
    /// One of the members of the body object.
    Body,
    /// The value of the field is the whole body.
    WholeBody,
}

/// A request that is being split into path, query and body.
///
/// ```
/// use std::borrow::Cow;
/// use scalekit::call::route::RequestParts;
/// use scalekit::operation::{Body, Operation, Route, Segment, Verb};
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
/// let mut parts = RequestParts::new(&GET_THING, |name| (name == "id").then_some(Cow::Borrowed("a/b")))?;
/// parts.query("filter.name", "x y");
/// let request = parts.finish(None);
/// assert_eq!(request.path, "/api/v1/things/a%2Fb");
/// assert_eq!(request.query.as_deref(), Some("filter.name=x+y"));
/// # Ok::<(), scalekit::Error>(())
/// ```
#[derive(Debug)]
pub struct RequestParts {
    route: &'static Route,
    path: String,
    query: String,
    external_organization: Option<ExternalOrganization>,
}

impl RequestParts {
    /// Chooses the route and writes the path.
    ///
    /// `value` answers with the text of a top-level field of the request; `None` and the empty string both mean that
    /// it is not set.
    ///
    /// # Errors
    /// A field that the path needs is missing, or its value is `.` or `..`, which every URL parser on the way would
    /// read as "this folder" or "the folder above".
    pub fn new<'v>(
        operation: &'static Operation,
        value: impl Fn(&str) -> Option<Cow<'v, str>>,
    ) -> Result<Self, Error> {
        let value = |name: &str| value(name).filter(|text| !text.is_empty());
        let route = choose_route(operation, |name| value(name).is_some())?;
        let mut path = String::with_capacity(64);
        let mut external_organization = None;
        for segment in route.path {
            match segment {
                Segment::Literal(text) => path.push_str(text),
                Segment::Field { name, or_external } => match value(name) {
                    Some(text) => push_segment(&mut path, operation, name, &text)?,
                    None if *or_external => {
                        external_organization = value(EXTERNAL_ID).map(|id| ExternalOrganization {
                            external_id: id.into_owned(),
                            offset: path.len(),
                        });
                    }
                    None => return Err(missing(operation)),
                },
            }
        }
        Ok(Self {
            route,
            path,
            query: String::new(),
            external_organization,
        })
    }

    /// The route that was chosen.
    pub fn route(&self) -> &'static Route {
        self.route
    }

    /// Where the top-level field `name` (snake case) belongs.
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

    /// Appends one query parameter; `name` is snake case and dotted for nested messages (`filter.name`), a repeated
    /// field is appended once for each of its values.
    pub fn query(&mut self, name: &str, value: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.extend(byte_serialize(name.as_bytes()));
        self.query.push('=');
        self.query.extend(byte_serialize(value.as_bytes()));
    }

    /// Appends a field mask, given as JSON writes it (`displayName,metadata`). In a query the service's gateway takes
    /// the paths as the schema spells them (`display_name,metadata`).
    pub fn query_mask(&mut self, name: &str, mask: &str) {
        let mut paths = String::with_capacity(mask.len() + 4);
        for character in mask.chars() {
            if character.is_ascii_uppercase() {
                paths.push('_');
            }
            paths.push(character.to_ascii_lowercase());
        }
        self.query(name, &paths);
    }

    /// The finished request. `body` is the JSON text of [`Place::Body`] or [`Place::WholeBody`]; `None` when the
    /// route has no body or its body field is not set.
    pub fn finish(self, body: Option<Bytes>) -> PreparedRequest {
        PreparedRequest {
            verb: self.route.verb,
            path: self.path,
            query: Some(self.query).filter(|query| !query.is_empty()),
            body,
            external_organization: self.external_organization,
        }
    }
}

/// The first route of the operation whose path fields are all set.
///
/// # Errors
/// No route has all its fields; the message names what is missing.
pub fn choose_route(
    operation: &'static Operation,
    has_field: impl Fn(&str) -> bool,
) -> Result<&'static Route, Error> {
    let complete = |route: &&'static Route| {
        route.path.iter().all(|segment| match segment {
            Segment::Literal(_) => true,
            Segment::Field { name, or_external } => {
                has_field(name) || (*or_external && has_field(EXTERNAL_ID))
            }
        })
    };
    operation
        .routes
        .iter()
        .find(complete)
        .ok_or_else(|| missing(operation))
}

fn push_segment(
    path: &mut String,
    operation: &'static Operation,
    name: &str,
    text: &str,
) -> Result<(), Error> {
    if matches!(text, "." | "..") {
        let message = format!("{name} cannot be {text:?}: it would change the path of the request");
        return Err(Error::invalid_argument(message).with_operation(operation.name));
    }
    path.extend(utf8_percent_encode(text, SEGMENT));
    Ok(())
}

/// Says which fields would have made a route complete: `organization_id and id`, or `organization_id and
/// external_id`.
fn missing(operation: &'static Operation) -> Error {
    let alternatives: Vec<String> = operation
        .routes
        .iter()
        .map(|route| {
            let fields = route.path.iter().filter_map(|segment| match segment {
                Segment::Literal(_) => None,
                Segment::Field {
                    name,
                    or_external: false,
                } => Some((*name).to_owned()),
                Segment::Field {
                    name,
                    or_external: true,
                } => Some(format!("{name} or {EXTERNAL_ID}")),
            });
            fields.collect::<Vec<_>>().join(" and ")
        })
        .collect();
    Error::invalid_argument(format!("the request needs {}", alternatives.join(", or ")))
        .with_operation(operation.name)
}

#[cfg(test)]
mod tests;
