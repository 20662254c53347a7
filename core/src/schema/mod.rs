//! The operations of the API and their REST routes.
//!
//! ```
//! use scalekit::schema;
//!
//! let operation = schema::find("OrganizationService.GetOrganization").expect("known operation");
//! assert_eq!(operation.request, "scalekit.v1.organizations.GetOrganizationRequest");
//! assert_eq!(operation.routes[0].template(), "/api/v1/organizations/{id}");
//! ```

use std::cmp::Ordering;

use http::Method;

#[rustfmt::skip]
mod operations;

pub use operations::OPERATIONS;

/// One operation of the API.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Service and method, such as `OrganizationService.GetOrganization`.
    pub name: &'static str,
    /// Protobuf package of the service, such as `scalekit.v1.organizations`.
    pub package: &'static str,
    /// Full name of the request message.
    pub request: &'static str,
    /// Full name of the response message.
    pub response: &'static str,
    /// At least one route, in order of preference: a call uses the first route whose path fields
    /// are all set.
    pub routes: &'static [Route],
    /// `true` for an operation that runs a tool. It has the longer timeout of tools and is never
    /// retried.
    pub tool: bool,
}

/// A REST route.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub verb: Verb,
    /// The path, from `/api` on.
    pub path: &'static [Segment],
    /// The source of the request body.
    pub body: Body,
}

/// HTTP method of a [`Route`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `GET`
    Get,
    /// `PUT`
    Put,
    /// `POST`
    Post,
    /// `DELETE`
    Delete,
    /// `PATCH`
    Patch,
}

/// A part of a [`Route`]'s path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// Literal text, including slashes and suffixes such as `:enable`.
    Literal(&'static str),
    /// The value of a request field, percent-encoded.
    Field {
        /// Name of the field.
        name: &'static str,
        /// If `true` and the field is not set, the organization is looked up by the request's
        /// `external_id`, which takes one more call.
        or_external: bool,
    },
}

/// The source of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// No body. Fields that are not in the path go into the query.
    None,
    /// All fields that are not in the path.
    All,
    /// The value of this field. Other fields that are not in the path go into the query.
    Field(&'static str),
}

impl Route {
    /// Returns the path with field names in braces, such as `/api/v1/organizations/{id}`.
    pub fn template(&self) -> String {
        self.path
            .iter()
            .fold(String::new(), |path, segment| match segment {
                Segment::Literal(text) => path + text,
                Segment::Field { name, .. } => path + "{" + name + "}",
            })
    }
}

impl Verb {
    /// Returns the HTTP method, such as `GET`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verb::Get => "GET",
            Verb::Put => "PUT",
            Verb::Post => "POST",
            Verb::Delete => "DELETE",
            Verb::Patch => "PATCH",
        }
    }
}

impl From<Verb> for Method {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Get => Self::GET,
            Verb::Put => Self::PUT,
            Verb::Post => Self::POST,
            Verb::Delete => Self::DELETE,
            Verb::Patch => Self::PATCH,
        }
    }
}

/// Returns the operation with this name, such as `OrganizationService.GetOrganization`.
pub const fn find(name: &str) -> Option<&'static Operation> {
    let (mut low, mut high) = (0, OPERATIONS.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match compare(OPERATIONS[middle].name.as_bytes(), name.as_bytes()) {
            Ordering::Equal => return Some(&OPERATIONS[middle]),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

/// Like [`find`], for use in constants: an unknown name is a compile error.
pub(crate) const fn named(name: &str) -> &'static Operation {
    match find(name) {
        Some(operation) => operation,
        None => panic!("no such operation"),
    }
}

/// Compares byte strings in a `const fn`.
const fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let mut place = 0;
    while place < a.len() && place < b.len() {
        if a[place] != b[place] {
            return if a[place] < b[place] {
                Ordering::Less
            } else {
                Ordering::Greater
            };
        }
        place += 1;
    }
    if a.len() == b.len() {
        Ordering::Equal
    } else if a.len() < b.len() {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, OPERATIONS, Segment, Verb, find};

    #[test]
    fn operations_are_found_by_their_exact_name() {
        for operation in OPERATIONS {
            assert_eq!(find(operation.name), Some(operation));
        }
        for name in [
            "",
            "A",
            "OrganizationService",
            "OrganizationService.GetOrganizatio",
            "Zzz.Zzz",
        ] {
            assert_eq!(find(name), None);
        }
    }

    #[test]
    fn operations_are_sorted_and_unique() {
        assert!(OPERATIONS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn routes_match_the_schema() {
        let update = find("UserService.UpdateUser").expect("known");
        let routes: Vec<_> = update
            .routes
            .iter()
            .map(|route| (route.verb, route.template(), route.body))
            .collect();
        assert_eq!(
            routes,
            [
                (
                    Verb::Patch,
                    "/api/v1/users/{id}".to_owned(),
                    Body::Field("user")
                ),
                (
                    Verb::Patch,
                    "/api/v1/users:external/{external_id}".to_owned(),
                    Body::Field("user")
                ),
            ]
        );
    }

    #[test]
    fn only_execute_tool_is_a_tool() {
        let tools: Vec<_> = OPERATIONS
            .iter()
            .filter(|operation| operation.tool)
            .map(|tool| tool.name)
            .collect();
        assert_eq!(tools, ["ToolService.ExecuteTool"]);
    }

    #[test]
    fn operations_without_an_external_id_route_are_marked() {
        let marked = |segment: &Segment| {
            matches!(
                segment,
                Segment::Field {
                    or_external: true,
                    ..
                }
            )
        };
        let names: Vec<_> = OPERATIONS
            .iter()
            .filter(|operation| {
                operation
                    .routes
                    .iter()
                    .any(|route| route.path.iter().any(marked))
            })
            .map(|operation| operation.name)
            .collect();
        assert_eq!(
            names,
            [
                "DomainService.CreateDomain",
                "DomainService.DeleteDomain",
                "DomainService.GetDomain",
                "DomainService.ListDomains",
                "OrganizationService.DeleteOrganization",
                "OrganizationService.GetOrganization",
                "OrganizationService.UpdateOrganization",
            ]
        );
    }
}
