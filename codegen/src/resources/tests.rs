//! Tests with the schema of this project.

use std::collections::BTreeSet;

use super::listing::signature;
use super::{Api, Sample, sample};
use crate::Schema;

const CONFIG: &str = include_str!("../../layers/resources.toml");

fn schema() -> Schema {
    Schema::load(&crate::project_root().join("proto")).unwrap()
}

fn signatures(operation: &str) -> Vec<String> {
    let api = Api::load(&schema()).unwrap();
    let methods = api
        .methods()
        .filter(|(_, method)| method.operation.key == operation);
    methods
        .map(|(resource, method)| signature(resource, method))
        .collect()
}

/// Returns the error of the project's configuration with `extra` at its end.
fn error(extra: &str) -> String {
    let api = Api::new(&schema(), &format!("{CONFIG}\n{extra}"));
    format!("{:#}", api.err().expect("the configuration is invalid"))
}

#[test]
fn each_operation_has_one_primary_method_and_names_are_unique() {
    let schema = schema();
    let api = Api::load(&schema).unwrap();
    let operations: BTreeSet<_> = schema
        .operations()
        .unwrap()
        .into_iter()
        .map(|operation| operation.key)
        .collect();
    let primary: Vec<_> = api
        .methods()
        .filter(|(_, method)| method.variant_of.is_none())
        .map(|(_, method)| method.operation.key.clone())
        .collect();
    assert_eq!(operations.len(), 150);
    assert_eq!(primary.len(), operations.len());
    assert_eq!(primary.into_iter().collect::<BTreeSet<_>>(), operations);
    let names: BTreeSet<_> = api
        .methods()
        .map(|(resource, method)| (&resource.accessor, &method.name))
        .collect();
    assert_eq!(names.len(), api.methods().count());
}

#[test]
fn names_arguments_and_outputs_are_derived() {
    for (operation, expected) in [
        (
            "OrganizationService.ListOrganization",
            &["organizations.list() [external_id] -> pages of organizations"][..],
        ),
        (
            "OrganizationService.UpdateOrganization",
            &[
                "organizations.update(id, organization) [update_mask] -> organization",
                "organizations.update_by_external_id(external_id, organization) [update_mask] -> organization",
            ],
        ),
        (
            "OrganizationService.GetOrganization",
            &["organizations.get(id) -> organization"],
        ),
        (
            "OrganizationService.GetOrganizationByExternalId",
            &["organizations.get_by_external_id(external_id) -> organization"],
        ),
        (
            "UserService.CreateMembership",
            &[
                "memberships.create(organization_id, user_id, membership) [send_invitation_email] -> user",
                "memberships.create_by_external_id(organization_id, external_id, membership) [send_invitation_email] -> user",
            ],
        ),
        (
            "PasswordlessService.VerifyPasswordlessEmail",
            &[
                "passwordless.verify(code) [auth_request_id] -> VerifyPasswordLessResponse",
                "passwordless.verify_by_link_token(link_token) [auth_request_id] -> VerifyPasswordLessResponse",
            ],
        ),
        (
            "RolesService.AddPermissionsToRole",
            &["roles.add_permissions(role_name, permission_names) -> permissions"],
        ),
        (
            "RolesService.DeleteOrganizationRole",
            &[
                "organization_roles.delete(organization_id, role_name) [reassign_role_name] -> nothing",
            ],
        ),
    ] {
        assert_eq!(signatures(operation), expected, "{operation}");
    }
}

#[test]
fn alternatives_are_not_options() {
    assert_eq!(
        signatures("ConnectedAccountService.DeleteConnectedAccount"),
        [
            "connected_accounts.delete(connector, identifier) [organization_id, user_id] -> nothing",
            "connected_accounts.delete_by_id(id) [organization_id, user_id] -> nothing",
        ]
    );
    assert_eq!(
        signatures("McpService.CreateMcpSessionToken"),
        [
            "mcp.create_session_token(mcp_config_id, identifier) [expiry, access_level] -> CreateMcpSessionTokenResponse",
            "mcp.create_session_token_for_connection(connection_name, identifier) [expiry, access_level] -> CreateMcpSessionTokenResponse",
        ]
    );
}

#[test]
fn paged_methods_do_not_mention_page_tokens() {
    let api = Api::load(&schema()).unwrap();
    let paged: Vec<_> = api
        .methods()
        .filter(|(_, method)| method.paging.is_some())
        .collect();
    assert!(paged.len() > 20);
    for (resource, method) in paged {
        assert!(!method.doc.contains("page_token"), "{}", method.doc);
        assert!(!method.doc.is_empty(), "{}", resource.accessor);
        let names = method.parameters().map(|value| value.name.as_str());
        assert!(
            names
                .into_iter()
                .all(|name| name != "page_size" && name != "page_token")
        );
    }
}

#[test]
fn messages_have_roles_and_required_fields() {
    let schema = schema();
    let api = Api::load(&schema).unwrap();
    let message = |name: &str| {
        let name = format!("scalekit.v1.{name}");
        schema.pool().get_message_by_name(&name).unwrap()
    };
    let required = |name: &str| {
        let fields = api.messages.required(&message(name)).into_iter();
        fields
            .map(|field| field.name().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        required("organizations.CreateOrganization"),
        ["display_name"]
    );
    assert_eq!(required("users.CreateUser"), ["email"]);
    assert_eq!(required("clients.CustomClaim"), ["key", "value"]);
    assert!(required("organizations.UpdateOrganization").is_empty());

    let role = message("commons.Role");
    assert!(api.messages.is_input(&role) && api.messages.is_output(&role));
    let user = message("users.User");
    assert!(!api.messages.is_input(&user) && api.messages.is_output(&user));
    let create = message("users.CreateUser");
    assert!(api.messages.is_input(&create) && !api.messages.is_output(&create));
}

#[test]
fn samples_contain_the_required_fields() {
    let schema = schema();
    let api = Api::load(&schema).unwrap();
    let (_, create) = api
        .methods()
        .find(|(_, method)| method.operation.key == "OrganizationService.CreateOrganization")
        .unwrap();
    let Sample::Message(message, fields) = sample(&schema, &api.messages, &create.arguments[0])
    else {
        panic!("the sample of a message is a message");
    };
    assert_eq!(message.name(), "CreateOrganization");
    assert_eq!(fields[0].0.name(), "display_name");
    assert_eq!(fields[0].1, Sample::Text("Acme".to_owned()));
    for (_, method) in api.methods() {
        for argument in method.parameters() {
            sample(&schema, &api.messages, argument);
        }
    }
}

#[test]
fn a_configuration_that_does_not_match_the_schema_is_an_error() {
    assert!(
        error("[methods.\"UserService.Get\"]")
            .contains("the schema has no operation UserService.Get")
    );
    assert!(
        error("[methods.\"UserService.GetUser\"]\narguments = [\"name\"]")
            .contains("the request has no field name")
    );
    assert!(
        error("[methods.\"UserService.GetUser\"]\nname = \"list\"")
            .contains("two methods have the name list")
    );
    assert!(
        error("[methods.\"UserService.GetUser\"]\nresource = \"people\"")
            .contains("there is no resource people")
    );
    assert!(
        error("[messages.\"scalekit.v1.users.User\"]\nrequired = [\"x\"]")
            .contains("there is no field x")
    );
}
