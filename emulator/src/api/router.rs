//! Matching of requests to operations.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use scalekit::schema::{OPERATIONS, Operation, Route, Segment};

use crate::http::NoMatch;

static ROUTER: LazyLock<Node> = LazyLock::new(|| {
    let mut root = Node::default();
    for operation in OPERATIONS {
        for route in operation.routes {
            root.add(operation, route);
        }
    }
    root
});

/// The matching route and the values of its path fields.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) operation: &'static Operation,
    pub(crate) route: &'static Route,
    pub(crate) fields: Vec<(&'static str, String)>,
}

/// A node of the tree of path segments. Literal segments take precedence, then variables with the
/// longest literal suffix (`{id}:enable`), then plain variables.
#[derive(Default)]
struct Node {
    literal: HashMap<&'static str, Node>,
    variable: Vec<(&'static str, Node)>,
    routes: Vec<Leaf>,
}

struct Leaf {
    operation: &'static Operation,
    route: &'static Route,
    names: Vec<&'static str>,
}

enum Part {
    Literal(&'static str),
    /// A variable and its literal suffix.
    Variable(&'static str, &'static str),
}

/// Finds the operation for a method and a percent-encoded path.
pub(crate) fn find(method: &str, path: &str) -> Result<Match, NoMatch> {
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let mut values = Vec::new();
    let mut others = Vec::new();
    let leaf = ROUTER.find(method, &parts, &mut values, &mut others);
    match leaf {
        Some(leaf) => {
            let fields = leaf.names.iter().copied().zip(values).collect();
            Ok(Match {
                operation: leaf.operation,
                route: leaf.route,
                fields,
            })
        }
        None if others.is_empty() => Err(NoMatch::Path),
        None => {
            others.sort_unstable();
            others.dedup();
            Err(NoMatch::Method(others))
        }
    }
}

impl Node {
    fn add(&mut self, operation: &'static Operation, route: &'static Route) {
        let mut node = self;
        let mut names = Vec::new();
        for part in parts(route) {
            node = match part {
                Part::Literal(text) => node.literal.entry(text).or_default(),
                Part::Variable(name, end) => {
                    names.push(name);
                    node.ending_with(end)
                }
            };
        }
        node.routes.push(Leaf {
            operation,
            route,
            names,
        });
    }

    fn ending_with(&mut self, end: &'static str) -> &mut Node {
        let place = match self.variable.iter().position(|(suffix, _)| *suffix == end) {
            Some(place) => place,
            None => {
                let place = self
                    .variable
                    .partition_point(|(suffix, _)| suffix.len() >= end.len());
                self.variable.insert(place, (end, Node::default()));
                place
            }
        };
        &mut self.variable[place].1
    }

    fn find(
        &self,
        method: &str,
        parts: &[&str],
        values: &mut Vec<String>,
        others: &mut Vec<&'static str>,
    ) -> Option<&Leaf> {
        let Some((part, rest)) = parts.split_first() else {
            others.extend(self.routes.iter().map(|leaf| leaf.route.verb.as_str()));
            return self
                .routes
                .iter()
                .find(|leaf| leaf.route.verb.as_str() == method);
        };
        let part = decoded(part);
        if let Some(node) = self.literal.get(&*part)
            && let Some(leaf) = node.find(method, rest, values, others)
        {
            return Some(leaf);
        }
        for (end, node) in &self.variable {
            let Some(value) = part.strip_suffix(end).filter(|value| !value.is_empty()) else {
                continue;
            };
            values.push(value.to_owned());
            if let Some(leaf) = node.find(method, rest, values, others) {
                return Some(leaf);
            }
            values.pop();
        }
        None
    }
}

fn decoded(part: &str) -> Cow<'_, str> {
    // Most parts contain no escapes. The search is faster than decoding and validating them.
    if part.contains('%') {
        percent_decode_str(part).decode_utf8_lossy()
    } else {
        part.into()
    }
}

/// Splits a route at its slashes. In the schema, a variable is always at the start of its segment.
fn parts(route: &'static Route) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open: Option<&'static str> = None;
    for segment in route.path {
        match segment {
            Segment::Field { name, .. } => open = Some(name),
            Segment::Literal(text) => {
                let mut pieces = text.split('/');
                let first = pieces.next().unwrap_or_default();
                if let Some(name) = open.take() {
                    parts.push(Part::Variable(name, first));
                }
                parts.extend(pieces.filter(|piece| !piece.is_empty()).map(Part::Literal));
            }
        }
    }
    parts.extend(open.map(|name| Part::Variable(name, "")));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &str, path: &str) -> Option<&'static str> {
        find(method, path).ok().map(|found| found.operation.name)
    }

    /// Tries every route of the schema with unique values for its path fields.
    #[test]
    fn every_route_matches_its_operation() {
        let mut routes = 0;
        for operation in OPERATIONS {
            for route in operation.routes {
                let path: String =
                    route
                        .path
                        .iter()
                        .enumerate()
                        .fold(String::new(), |path, (index, segment)| {
                            path + &match segment {
                                Segment::Literal(text) => (*text).to_owned(),
                                Segment::Field { .. } => format!("v%20{index}"),
                            }
                        });
                let found = find(route.verb.as_str(), &path).unwrap_or_else(|_| panic!("{path}"));
                assert_eq!(found.operation.name, operation.name, "{path}");
                assert_eq!(found.route, route);
                for ((name, value), (index, segment)) in found.fields.iter().zip(
                    route
                        .path
                        .iter()
                        .enumerate()
                        .filter(|(_, s)| matches!(s, Segment::Field { .. })),
                ) {
                    assert_eq!(value, &format!("v {index}"));
                    assert!(
                        matches!(segment, Segment::Field { name: expected, .. } if expected == name)
                    );
                }
                routes += 1;
            }
        }
        assert!(routes >= OPERATIONS.len() && OPERATIONS.len() == 150);
    }

    #[test]
    fn a_literal_takes_precedence_over_a_variable_if_its_method_matches() {
        assert_eq!(
            name("PATCH", "/api/v1/roles/default"),
            Some("RolesService.UpdateDefaultRoles")
        );
        assert_eq!(
            name("GET", "/api/v1/roles/default"),
            Some("RolesService.GetRole")
        );
        assert_eq!(
            name("GET", "/api/v1/connections/app"),
            Some("ConnectionService.ListAppConnections")
        );
        assert_eq!(
            name(
                "PATCH",
                "/api/v1/organizations/org_1/connections/conn_1:enable"
            ),
            Some("ConnectionService.EnableConnection")
        );
    }

    #[test]
    fn an_encoded_slash_is_part_of_the_value() {
        let found = find("GET", "/api/v1/organizations:external/a%2Fb%3Ac").expect("a route");
        assert_eq!(found.fields, [("external_id", "a/b:c".to_owned())]);
    }

    #[test]
    fn a_failed_match_reports_the_reason() {
        assert_eq!(find("GET", "/api/v1/nothing").unwrap_err(), NoMatch::Path);
        assert_eq!(
            find("GET", "/api/v1/organizations/").unwrap_err(),
            NoMatch::Path
        );
        assert_eq!(
            find("GET", "/api/v1/organizations/a/").unwrap_err(),
            NoMatch::Path
        );
        let Err(NoMatch::Method(methods)) = find("PUT", "/api/v1/organizations/org_1") else {
            panic!()
        };
        assert_eq!(methods, ["DELETE", "GET", "PATCH"]);
    }
}
