use std::collections::BTreeSet;

use super::{client, plan};
use crate::faces::plan::{Action, Client};
use crate::{Schema, project_root};

fn schema() -> Schema {
    Schema::load(&project_root().join("proto")).unwrap()
}

fn text_of(plan: &[Client], attribute: &str) -> String {
    let client = plan.iter().find(|client| client.attribute == attribute);
    client::module(client.unwrap())
}

/// The body of a method, without the space that only lays it out.
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
    let plan = plan(&schema).unwrap();
    let called: BTreeSet<&str> = plan
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
fn what_may_be_left_out_is_one_object_unless_the_face_says_otherwise() {
    let plan = plan(&schema()).unwrap();
    let users = text_of(&plan, "user");
    assert!(method(&users, "listOrganizationUsers").contains(
        "organizationId: string, options?: { pageSize?: number | null; pageToken?: string | null;"
    ));
    assert!(
        method(&users, "searchUsers")
            .contains("query: string, pageSize?: number, pageToken?: string, call?: CallOptions")
    );
}

#[test]
fn arguments_go_where_the_face_says() {
    let plan = plan(&schema()).unwrap();
    let users = text_of(&plan, "user");
    let created = method(&users, "createMembership");
    assert!(created.contains("identities: choice(\"id\", text(\"userId\", userId)),"));
    assert!(created.contains("membership: { roles: each(\"roles\", \"name\", options?.roles),"));
    let by_external_id = method(&users, "createMembershipByExternalId");
    assert!(by_external_id.contains("identities: choice(\"externalId\", text(\"externalId\", externalId)),"));
    // A field of a message that is given as a whole too.
    assert!(
        method(&users, "createUserAndMembership")
            .contains("userProfile: merged((options.userProfile ?? undefined) as")
    );
    let machines = text_of(&plan, "m2m");
    assert!(
        method(&machines, "createOrganizationClient")
            .contains("customClaims: pairs(\"customClaims\", options?.customClaims),")
    );
}

#[test]
fn an_empty_text_is_a_value_in_updates_only() {
    let plan = plan(&schema()).unwrap();
    let organizations = text_of(&plan, "organization");
    assert!(method(&organizations, "createOrganization").contains("slug: filled(options?.slug),"));
    let tokens = text_of(&plan, "token");
    assert!(method(&tokens, "updateToken").contains("description: options?.description ?? undefined,"));
}

#[test]
fn alternatives_are_checked_before_anything_is_sent() {
    let plan = plan(&schema()).unwrap();
    assert!(method(&text_of(&plan, "mcp"), "createSessionToken").contains(
        "oneOf({ \"mcpConfigId\": [params.mcpConfigId], \"connectionName\": [params.connectionName] });"
    ));
    assert!(
        method(&text_of(&plan, "connectedAccounts"), "deleteConnectedAccount")
            .contains("\"connector and identifier\": [params.connector, params.identifier]")
    );
}

#[test]
fn lists_get_iterators_without_page_tokens() {
    let plan = plan(&schema()).unwrap();
    let text = text_of(&plan, "organization");
    let head = "  async *iterOrganizations(\n    options?: {\n";
    let start = text.find(head).unwrap();
    let end = text[start..]
        .find("): AsyncGenerator<Organization, void, undefined>")
        .unwrap();
    assert!(text[start..start + end].contains("pageSize") && !text[start..start + end].contains("pageToken"));
    // A message named like the class itself is imported under another name.
    assert!(text_of(&plan, "m2m").contains("AsyncGenerator<M2MClientMessage, void, undefined>"));
}

#[test]
fn an_argument_of_the_face_that_fits_no_field_is_refused() {
    use crate::faces::face::Face;
    use crate::faces::plan::clients;
    let text = include_str!("../../faces/node.toml").replace(
        "\"connector\", \"identifier\", \"connected_account\"",
        "\"nothing\"",
    );
    let face = Face::read(&text, "node").unwrap();
    let error = clients(&schema(), &face, super::STYLE).err().unwrap();
    let told = format!("{error:#}");
    assert!(
        told.contains("createConnectedAccount") || told.contains("create_connected_account"),
        "{told}"
    );
    assert!(told.contains("nothing"), "{told}");
}
