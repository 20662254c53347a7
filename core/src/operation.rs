//! The operations of the API: what the schema says about each, for everything that handles calls
//! by name.
//!
//! ```
//! use scalekit::operation;
//!
//! let operation = operation::find("OrganizationService.GetOrganization").expect("known operation");
//! assert_eq!(operation.request, "scalekit.v1.organizations.GetOrganizationRequest");
//! assert_eq!(operation.routes[0].template(), "/api/v1/organizations/{id}");
//! ```

use std::cmp::Ordering;

pub use crate::api::operations::OPERATIONS;

/// One operation of the API.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Service and method, such as `OrganizationService.GetOrganization`: the key of the operation
    /// in every language.
    pub name: &'static str,
    /// Package of the service in the schema, such as `scalekit.v1.organizations`.
    pub package: &'static str,
    /// Full name of the request message.
    pub request: &'static str,
    /// Full name of the response message.
    pub response: &'static str,
    /// The routes to it, in the order of preference: a call takes the first one whose path fields
    /// are all set. At least one.
    pub routes: &'static [Route],
    /// It runs a tool, which may take long and must not run twice: the deadline is that of tools
    /// and nothing is sent again.
    pub tool: bool,
}

/// A REST route.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub verb: Verb,
    /// The path, from `/api` on.
    pub path: &'static [Segment],
    /// What the body of the request is made of.
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

/// A part of the path of a [`Route`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// Text that stands in the path as it is, slashes and suffixes such as `:enable` included.
    Literal(&'static str),
    /// The value of a request field, percent-encoded.
    Field {
        /// Name of the field.
        name: &'static str,
        /// When this field is unset and the request has `external_id`, the value is the id of the
        /// organization with that external id, which takes one more call to find out.
        or_external: bool,
    },
}

/// What the body of a request is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// There is none; the fields that are not in the path are in the query.
    None,
    /// All fields that are not in the path.
    All,
    /// The value of this field; fields that are neither this one nor in the path are in the query.
    Field(&'static str),
}

impl Route {
    /// The path with the names of its fields in braces, such as `/api/v1/organizations/{id}`.
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
    /// The method's name as HTTP writes it.
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

/// The operation with this name, such as `OrganizationService.GetOrganization`; `None` if there is
/// no such operation.
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

/// [`find`] for a name that is known to exist. Evaluated while compiling, a wrong name does not compile.
pub(crate) const fn named(name: &str) -> &'static Operation {
    match find(name) {
        Some(operation) => operation,
        None => panic!("no such operation"),
    }
}

/// Byte order, usable while compiling.
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
    fn every_operation_is_found_by_its_name_and_nothing_else_is() {
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
    fn routes_say_what_the_schema_says() {
        let update = find("UserService.UpdateUser").expect("known");
        let routes: Vec<_> = update
            .routes
            .iter()
            .map(|route| (route.verb, route.template(), route.body))
            .collect();
        assert_eq!(
            routes,
            [
                (Verb::Patch, "/api/v1/users/{id}".to_owned(), Body::Field("user")),
                (
                    Verb::Patch,
                    "/api/v1/users:external/{external_id}".to_owned(),
                    Body::Field("user")
                ),
            ]
        );
    }

    #[test]
    fn only_the_tool_runner_is_a_tool() {
        let tools: Vec<_> = OPERATIONS
            .iter()
            .filter(|operation| operation.tool)
            .map(|tool| tool.name)
            .collect();
        assert_eq!(tools, ["ToolService.ExecuteTool"]);
    }

    #[test]
    fn external_ids_without_a_route_are_marked() {
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
            .filter(|operation| operation.routes.iter().any(|route| route.path.iter().any(marked)))
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
