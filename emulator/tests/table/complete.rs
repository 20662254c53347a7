//! What the table must hold is derived from the operations and from the schema, so that nothing is forgotten.

use std::collections::BTreeSet;

use regex::Regex;
use scalekit::schema::{OPERATIONS, Route, Segment};

use crate::case::{Case, Operation, expand, table};
use crate::constraints;

/// The failures that the service documents beside those that the schema tells.
const DOCUMENTED: &[(&str, &str)] = &[
    ("ApiTokenService.ValidateToken", "RESOURCE_NOT_FOUND"),
    ("ClientService.CreateClientSecret", "CLIENT_SECRET_LIMIT_REACHED"),
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
    ("RolesService.CreateOrganizationRole", "ROLE_KEYNAME_CONFLICT"),
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
    ("UserService.CreateUserAndMembership", "RESOURCE_ALREADY_EXISTS"),
    ("UserService.ResendInvite", "INVITE_NOT_PENDING"),
    ("UserService.UpdateUser", "RESOURCE_ALREADY_EXISTS"),
];

#[test]
fn the_table_has_every_operation_once() {
    let told: Vec<String> = table().into_iter().map(|operation| operation.operation).collect();
    let known: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(told.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
    assert_eq!((told.len(), known.len()), (150, 150));
    for Operation { operation, cases } in table() {
        let names: BTreeSet<&str> = cases.iter().map(|case| case.case.as_str()).collect();
        assert_eq!(names.len(), cases.len(), "{operation} has two cases of one name");
        for case in &cases {
            assert_eq!(
                case.case.starts_with("success"),
                case.answer.is_some(),
                "{operation}, {}",
                case.case
            );
        }
    }
}

#[test]
fn every_route_has_its_success_and_its_unknown_ids() {
    let mut missing = Vec::new();
    for Operation { operation, cases } in table() {
        let known = scalekit::schema::find(&operation).unwrap();
        for route in known.routes {
            let template = route.template();
            let values = |case: &Case| values(route, &case.request);
            let success = cases.iter().filter(|case| case.answer.is_some()).find_map(values);
            let Some(good) = success else {
                missing.push(format!("{operation}: a success at {template}"));
                continue;
            };
            let unknown: Vec<_> = cases
                .iter()
                .filter(|case| case.error.as_ref().is_some_and(|error| error.code == 5))
                .filter_map(values)
                .collect();
            for (index, field) in fields_of(route).enumerate() {
                if !unknown.iter().any(|bad| bad[index] != good[index]) {
                    missing.push(format!("{operation}: an unknown {field} at {template}"));
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

/// The values of the fields in the path of a request, if it is one to this route.
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
    let found = Regex::new(&pattern).unwrap().captures(request)?;
    Some(
        found
            .iter()
            .skip(1)
            .flatten()
            .map(|value| value.as_str().to_owned())
            .collect(),
    )
}

#[test]
fn every_constraint_of_a_request_is_violated_once() {
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
        // Whose rival is in the path of every request cannot be given.
        let shut_out: Vec<String> = in_path
            .iter()
            .flat_map(|field| constraints::rivals(known.request, field))
            .filter(|rival| !in_path.contains(&rival.as_str()))
            .collect();
        for field in constraints::fields(known.request) {
            // A path without its field is another path.
            let always_there = field.only_required && in_path.contains(&field.path.as_str());
            if always_there || shut_out.contains(&field.path) {
                continue;
            }
            checked += 1;
            let about = |violation: &String| {
                let rest = violation.strip_prefix(&field.path);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
            };
            if !violated.iter().any(about) {
                missing.push(format!("{operation}: {}", field.path));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(checked > 300, "{checked}");
}

#[test]
fn every_documented_failure_is_there() {
    let table = table();
    for (operation, error_code) in DOCUMENTED {
        let own = table.iter().find(|own| own.operation == *operation).unwrap();
        let fails = |case: &Case| {
            case.error
                .as_ref()
                .is_some_and(|error| error.error_code == *error_code)
        };
        assert!(own.cases.iter().any(fails), "{operation} {error_code}");
    }
}

#[test]
fn every_list_refuses_a_page_token_that_it_did_not_give() {
    let mut lists = 0;
    for Operation { operation, cases } in table() {
        let known = scalekit::schema::find(&operation).unwrap();
        if !constraints::has(known.request, "page_token") {
            continue;
        }
        lists += 1;
        let refuses = |case: &Case| {
            let error = case.error.iter().flat_map(|error| &error.violations);
            error.clone().any(|[field, constraint, _]| {
                (field.as_str(), constraint.as_str()) == ("page_token", "page_token")
            })
        };
        assert!(cases.iter().any(refuses), "{operation}");
    }
    assert!(lists > 20, "{lists}");
}
