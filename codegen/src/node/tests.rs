use std::collections::BTreeSet;

use super::{client, plan};
use crate::layer::config::LayerConfig;
use crate::layer::model::{Action, Client};
use crate::layer::planner;
use crate::{Schema, project_root};

fn schema() -> Schema {
    Schema::load(&project_root().join("proto")).unwrap()
}

fn module_of(clients: &[Client], attribute: &str) -> String {
    let client = clients.iter().find(|client| client.attribute == attribute);
    client::module(client.unwrap()).unwrap()
}

/// Returns the source of a method without comments, line breaks and indentation.
fn method(text: &str, head: &str) -> String {
    let start = text.find(&format!("  async {head}(")).unwrap();
    let end = text[start..].find("\n  }\n").unwrap();
    let lines = text[start..start + end].lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with("/**") && !line.starts_with('*'))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn every_operation_has_a_method() {
    let schema = schema();
    let clients = plan(&schema).unwrap();
    let called: BTreeSet<&str> = clients
        .iter()
        .flat_map(|client| &client.methods)
        .filter_map(|method| match &method.action {
            Action::Call { operation, .. } => Some(operation.key.as_str()),
            _ => None,
        })
        .collect();
    let operations = schema.operations().unwrap();
    let all = operations.iter().map(|operation| operation.key.as_str());
    assert_eq!(called, all.collect());
}

#[test]
fn optional_parameters_are_members_of_one_object_by_default() {
    let clients = plan(&schema()).unwrap();
    let users = module_of(&clients, "user");
    assert!(method(&users, "listOrganizationUsers").contains(
        "organizationId: string, options?: { pageSize?: number | null; pageToken?: string | null;"
    ));
    assert!(
        method(&users, "searchUsers")
            .contains("query: string, pageSize?: number, pageToken?: string, call?: CallOptions")
    );
}

#[test]
fn arguments_fill_the_configured_fields() {
    let clients = plan(&schema()).unwrap();
    let users = module_of(&clients, "user");
    let created = method(&users, "createMembership");
    assert!(created.contains("identities: oneofMember(\"id\", text(\"userId\", userId)),"));
    assert!(created.contains("membership: { roles: each(\"roles\", \"name\", options?.roles),"));
    let by_external_id = method(&users, "createMembershipByExternalId");
    assert!(
        by_external_id
            .contains("identities: oneofMember(\"externalId\", text(\"externalId\", externalId)),")
    );
    // One field of a message that is also accepted as a whole.
    assert!(
        method(&users, "createUserAndMembership")
            .contains("userProfile: merged((options.userProfile ?? undefined) as")
    );
    let machines = module_of(&clients, "m2m");
    assert!(
        method(&machines, "createOrganizationClient")
            .contains("customClaims: pairs(\"customClaims\", options?.customClaims),")
    );
}

#[test]
fn an_empty_string_is_a_value_in_updates_only() {
    let clients = plan(&schema()).unwrap();
    let organizations = module_of(&clients, "organization");
    assert!(
        method(&organizations, "createOrganization").contains("slug: nonEmpty(options?.slug),")
    );
    let tokens = module_of(&clients, "token");
    assert!(
        method(&tokens, "updateToken").contains("description: options?.description ?? undefined,")
    );
}

#[test]
fn alternatives_are_checked_before_anything_is_sent() {
    let clients = plan(&schema()).unwrap();
    assert!(
        method(&module_of(&clients, "mcp"), "createSessionToken").contains(
            "requireOneOf({ \"mcpConfigId\": [params.mcpConfigId], \"connectionName\": [params.connectionName] });"
        )
    );
    assert!(
        method(
            &module_of(&clients, "connectedAccounts"),
            "deleteConnectedAccount"
        )
        .contains("\"connector and identifier\": [params.connector, params.identifier]")
    );
}

#[test]
fn lists_get_iterators_without_page_tokens() {
    let clients = plan(&schema()).unwrap();
    let text = module_of(&clients, "organization");
    let head = "  async *iterOrganizations(\n    options?: {\n";
    let start = text.find(head).unwrap();
    let end = text[start..]
        .find("): AsyncGenerator<Organization, void, undefined>")
        .unwrap();
    assert!(
        text[start..start + end].contains("pageSize")
            && !text[start..start + end].contains("pageToken")
    );
    // A message with the name of the class is imported under another name.
    assert!(
        module_of(&clients, "m2m").contains("AsyncGenerator<M2MClientMessage, void, undefined>")
    );
}

#[test]
fn a_configured_parameter_without_a_field_is_rejected() {
    let text = include_str!("../../layers/node.toml").replace(
        "\"connector\", \"identifier\", \"connected_account\"",
        "\"nothing\"",
    );
    let config = LayerConfig::parse(&text, "node").unwrap();
    let error = planner::plan(&schema(), &config, super::CONVENTIONS)
        .err()
        .unwrap();
    let message = format!("{error:#}");
    assert!(message.contains("create_connected_account"), "{message}");
    assert!(message.contains("nothing"), "{message}");
}
