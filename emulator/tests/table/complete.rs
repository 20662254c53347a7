//! Checks that the table is complete. The required cases are derived from the operations and the
//! schema.

use std::collections::BTreeSet;

use regex::Regex;
use scalekit::schema::{OPERATIONS, Route, Segment};

use crate::case::{Case, Operation, expand, table};
use crate::constraints;

/// The documented errors that cannot be derived from the schema.
const DOCUMENTED: &[(&str, &str)] = &[
    ("ApiTokenService.ValidateToken", "RESOURCE_NOT_FOUND"),
    (
        "ClientService.CreateClientSecret",
        "CLIENT_SECRET_LIMIT_REACHED",
    ),
    ("ClientService.DeleteClientSecret", "LAST_CLIENT_SECRET"),
    (
        "ClientService.DeleteOrganizationClientSecret",
        "LAST_CLIENT_SECRET",
    ),
    (
        "ConnectedAccountService.CreateConnectedAccount",
        "RESOURCE_ALREADY_EXISTS",
    ),
    (
        "ConnectedAccountService.VerifyConnectedAccountUser",
        "USER_MISMATCH",
    ),
    (
        "ConnectionService.CreateEnvironmentConnection",
        "RESOURCE_ALREADY_EXISTS",
    ),
    ("DirectoryService.DeleteDirectory", "DIRECTORY_ENABLED"),
    ("DomainService.CreateDomain", "RESOURCE_ALREADY_EXISTS"),
    ("McpService.CreateMcpConfig", "RESOURCE_ALREADY_EXISTS"),
    (
        "OrganizationService.CreateOrganization",
        "RESOURCE_ALREADY_EXISTS",
    ),
    (
        "OrganizationService.UpdateOrganization",
        "RESOURCE_ALREADY_EXISTS",
    ),
    (
        "RolesService.CreateOrganizationRole",
        "ROLE_KEYNAME_CONFLICT",
    ),
    ("RolesService.CreatePermission", "ALREADY_EXISTS"),
    ("RolesService.CreateRole", "ROLE_KEYNAME_CONFLICT"),
    ("RolesService.DeleteOrganizationRole", "FAILED_PRECONDITION"),
    ("RolesService.DeleteRole", "FAILED_PRECONDITION"),
    ("RolesService.UpdatePermission", "ALREADY_EXISTS"),
    ("ToolService.ExecuteTool", "CONNECTED_ACCOUNT_NOT_ACTIVE"),
    ("ToolService.ExecuteTool", "RESOURCE_NOT_FOUND"),
    ("ToolService.ExecuteTool", "TOOL_ERROR"),
    ("UserService.CreateMembership", "MEMBERSHIP_ALREADY_EXISTS"),
    (
        "UserService.CreateUserAndMembership",
        "MAX_ALLOWED_USERS_EXCEEDED",
    ),
    (
        "UserService.CreateUserAndMembership",
        "RESOURCE_ALREADY_EXISTS",
    ),
    ("UserService.ResendInvite", "INVITE_NOT_PENDING"),
    ("UserService.UpdateUser", "RESOURCE_ALREADY_EXISTS"),
];

#[test]
fn the_table_has_every_operation_once() {
    let listed: Vec<String> = table()
        .into_iter()
        .map(|operation| operation.operation)
        .collect();
    let expected: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(
        listed.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        expected
    );
    assert_eq!((listed.len(), expected.len()), (150, 150));
    for Operation { operation, cases } in table() {
        let names: BTreeSet<&str> = cases.iter().map(|case| case.case.as_str()).collect();
        assert_eq!(
            names.len(),
            cases.len(),
            "{operation} has two cases with the same name"
        );
        for case in &cases {
            assert_eq!(
                case.case.starts_with("success"),
                case.response.is_some(),
                "{operation}, {}",
                case.case
            );
        }
    }
}

#[test]
fn every_route_has_a_success_and_a_case_for_each_unknown_id() {
    let mut missing = Vec::new();
    for Operation { operation, cases } in table() {
        let known = scalekit::schema::find(&operation).unwrap();
        for route in known.routes {
            let template = route.template();
            let values = |case: &Case| values(route, &case.request);
            let success = cases
                .iter()
                .filter(|case| case.response.is_some())
                .find_map(values);
            let Some(valid) = success else {
                missing.push(format!("{operation}: success at {template}"));
                continue;
            };
            let unknown: Vec<_> = cases
                .iter()
                .filter(|case| case.error.as_ref().is_some_and(|error| error.code == 5))
                .filter_map(values)
                .collect();
            for (index, field) in fields_of(route).enumerate() {
                if !unknown.iter().any(|values| values[index] != valid[index]) {
                    missing.push(format!("{operation}: unknown {field} at {template}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn fields_of(route: &Route) -> impl Iterator<Item = &'static str> {
    route.path.iter().filter_map(|segment| match segment {
        Segment::Field { name, .. } => Some(*name),
        Segment::Literal(_) => None,
    })
}

/// Returns the values of the path fields if the request matches the route.
fn values(route: &Route, request: &str) -> Option<Vec<String>> {
    let pattern: String = route
        .path
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => regex::escape(text),
            Segment::Field { .. } => "([^/:?]+)".to_owned(),
        })
        .collect();
    let pattern = format!(r"^{} {pattern}(?:\?.*)?$", route.verb.as_str());
    let captures = Regex::new(&pattern).unwrap().captures(request)?;
    Some(
        captures
            .iter()
            .skip(1)
            .flatten()
            .map(|value| value.as_str().to_owned())
            .collect(),
    )
}

#[test]
fn every_constraint_of_a_request_has_a_violation() {
    let (mut checked, mut missing) = (0, Vec::new());
    for Operation { operation, cases } in table() {
        let known = scalekit::schema::find(&operation).unwrap();
        let violated: BTreeSet<String> = cases
            .iter()
            .filter_map(|case| case.error.as_ref())
            .flat_map(|error| &error.violations)
            .map(|[field, ..]| expand(field))
            .collect();
        let in_path: Vec<&str> = known.routes.iter().flat_map(fields_of).collect();
        // A field cannot be set if another member of its oneof is in the path of every request.
        let excluded: Vec<String> = in_path
            .iter()
            .flat_map(|field| constraints::oneof_siblings(known.request, field))
            .filter(|sibling| !in_path.contains(&sibling.as_str()))
            .collect();
        for field in constraints::fields(known.request) {
            // A path field cannot be missing: the path would not match the route.
            let always_set = field.only_required && in_path.contains(&field.path.as_str());
            if always_set || excluded.contains(&field.path) {
                continue;
            }
            checked += 1;
            let matches = |violation: &String| {
                let rest = violation.strip_prefix(&field.path);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
            };
            if !violated.iter().any(matches) {
                missing.push(format!("{operation}: {}", field.path));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(checked > 300, "{checked}");
}

#[test]
fn every_documented_error_has_a_case() {
    let table = table();
    for (operation, error_code) in DOCUMENTED {
        let entry = table
            .iter()
            .find(|entry| entry.operation == *operation)
            .unwrap();
        let has_error = |case: &Case| {
            case.error
                .as_ref()
                .is_some_and(|error| error.error_code == *error_code)
        };
        assert!(
            entry.cases.iter().any(has_error),
            "{operation} {error_code}"
        );
    }
}

#[test]
fn every_list_rejects_a_foreign_page_token() {
    let mut lists = 0;
    for Operation { operation, cases } in table() {
        let known = scalekit::schema::find(&operation).unwrap();
        if !constraints::has(known.request, "page_token") {
            continue;
        }
        lists += 1;
        let rejects = |case: &Case| {
            let error = case.error.iter().flat_map(|error| &error.violations);
            error.clone().any(|[field, constraint, _]| {
                (field.as_str(), constraint.as_str()) == ("page_token", "page_token")
            })
        };
        assert!(cases.iter().any(rejects), "{operation}");
    }
    assert!(lists > 20, "{lists}");
}
