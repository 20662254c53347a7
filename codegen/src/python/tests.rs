use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{client, method};
use crate::layer::config::{MethodConfig, ParamConfig};
use crate::layer::model::{Action, Client};
use crate::{Schema, project_root};

fn schema() -> Schema {
    Schema::load(&project_root().join("proto")).unwrap()
}

fn plan(schema: &Schema) -> Vec<Client> {
    super::plan(schema, &super::config().unwrap()).unwrap()
}

fn client_of<'a>(clients: &'a [Client], attribute: &str) -> &'a Client {
    clients
        .iter()
        .find(|client| client.attribute == attribute)
        .unwrap()
}

fn signature(client: &Client, name: &str) -> String {
    let method = client
        .methods
        .iter()
        .find(|method| method.name == name)
        .unwrap();
    let params = method::signature(method, |_| String::new());
    let params = params.iter().filter(|param| *param != "self");
    let params: Vec<String> = params
        .map(|param| param.replace(":  = None", "?").replace(": ", ""))
        .collect();
    params.join(", ")
}

#[test]
fn every_operation_has_a_method() {
    let schema = schema();
    let clients = plan(&schema);
    let called: BTreeSet<&str> = clients
        .iter()
        .flat_map(|client| &client.methods)
        .filter_map(|method| match &method.action {
            Action::Call { operation, .. } => Some(operation.key.as_str()),
            _ => None,
        })
        .collect();
    let operations = schema.operations().unwrap();
    assert_eq!(
        called,
        operations
            .iter()
            .map(|operation| operation.key.as_str())
            .collect()
    );
}

#[test]
fn methods_are_derived_from_the_schema_and_the_configuration() {
    let schema = schema();
    let clients = plan(&schema);
    for (client, method, params) in [
        (
            "users",
            "search_organization_users",
            "organization_id, query, page_size?, page_token?",
        ),
        (
            "users",
            "create_membership_by_external_id",
            "organization_id, external_id, membership, send_invitation_email = True",
        ),
        (
            "users",
            "iter_organization_users",
            "organization_id, page_size?",
        ),
        ("connection", "get_connection", "organization_id, conn_id"),
        (
            "connection",
            "delete_connection",
            "organization_id, connection_id",
        ),
        ("permissions", "list_role_permissions", "role_name"),
        ("clients", "update_client", "client_id, client, mask?"),
        (
            "mcp",
            "create_session_token",
            "mcp_config_id?, identifier?, expiry?, access_level?, *, connection_name?",
        ),
        ("events", "iter_events", "page_size?, filter?"),
    ] {
        assert_eq!(
            signature(client_of(&clients, client), method),
            params,
            "{client}.{method}"
        );
    }
}

#[test]
fn configured_checks_and_error_messages_are_in_the_module() {
    let schema = schema();
    let clients = plan(&schema);
    for (client, texts) in [
        (
            "connected_accounts",
            [
                "_MISSING = {\"*\": \"{name} is required\", \"connector\": \"connection_name is required\"}\n",
                "args.needs({\"connector\": connector, \"identifier\": identifier}, \
                 {\"connected_account_id\": connected_account_id})",
                "Not needed with `connected_account_id`.",
            ],
        ),
        (
            "resources",
            [
                "args.needs({\"resource_id\": resource_id})",
                "args.unset(\"client.audience\", \"audience cannot be set",
                "clients_pb2.RevokeUserConsentRequest, missing=_MISSING)",
            ],
        ),
        (
            "tokens",
            [
                "failure=failures.token_failure",
                "from scalekit._runtime import failures, steps\n",
                "ScalekitValidateTokenFailureException: the token is unknown",
            ],
        ),
        (
            "domain",
            [
                "_INVALID = {\"domain_type\": \"Invalid domain type",
                "args = Arguments(\"DomainService.GetDomain\", domains_pb2.GetDomainRequest)\n",
                "domains_pb2.ListDomainRequest, invalid=_INVALID",
            ],
        ),
    ] {
        let module = client::module(client_of(&clients, client)).unwrap();
        for text in texts {
            assert!(module.contains(text), "{client} has no {text:?}");
        }
    }
}

#[test]
fn a_new_operation_or_service_needs_no_configuration() {
    let root = std::env::temp_dir().join(format!("codegen-python-{}", std::process::id()));
    copy(&project_root().join("proto"), &root);
    let file = root.join("scalekit/v1/new.proto");
    let text = r#"
        syntax = "proto3";
        package scalekit.v1;
        import "google/api/annotations.proto";
        import "google/protobuf/timestamp.proto";
        import "buf/validate/validate.proto";
        // Manages things.
        service ThingService {
          // Archives a thing.
          rpc ArchiveThing(ArchiveThingRequest) returns (Thing) {
            option (google.api.http) = {post: "/api/v1/boxes/{box_id}/things/{id}:archive" body: "thing"};
          }
        }
        message Thing {
          string name = 1;
        }
        message ArchiveThingRequest {
          google.protobuf.Timestamp until = 1;
          Thing thing = 2 [(buf.validate.field).required = true];
          string id = 3;
          string box_id = 4;
          string reason = 5 [(buf.validate.field).required = true];
          string old = 6 [deprecated = true];
        }
    "#;
    fs::write(file, text).unwrap();
    let schema = Schema::load(&root).unwrap();
    fs::remove_dir_all(&root).unwrap();
    let clients = plan(&schema);
    let things = client_of(&clients, "thing");
    assert_eq!(things.class, "ThingClient");
    assert_eq!(
        signature(things, "archive_thing"),
        "box_id, id, reason, thing, until?"
    );
    let module = client::module(things).unwrap();
    assert!(
        module.contains("class AsyncThingClient(_Methods, AsyncService):"),
        "{module}"
    );
    assert!(
        module.contains("args.required(\"thing\", thing)"),
        "{module}"
    );
    let stub = client::stub(things).unwrap();
    assert!(
        stub.contains("until: _Timestamp | _datetime | str | None = None"),
        "{stub}"
    );
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn entries_that_do_not_match_the_schema_are_rejected() {
    let schema = schema();
    let error_of = |key: &str, entry: MethodConfig| {
        let mut config = super::config().unwrap();
        config.methods.insert(key.to_owned(), entry);
        let error = super::plan(&schema, &config).err().unwrap();
        format!("{error:#}")
    };
    let params = |names: &[&str]| MethodConfig {
        params: Some(
            names
                .iter()
                .map(|name| ParamConfig::One((*name).to_owned()))
                .collect(),
        ),
        ..Default::default()
    };
    let get = "OrganizationService.GetOrganization";
    assert!(error_of("OrganizationService.Nope", MethodConfig::default()).contains("no operation"));
    assert!(error_of(get, params(&["organization_id -> nope"])).contains("has no field nope"));
    assert!(
        error_of(get, params(&["external_id?", "organization_id"]))
            .contains("without a default follows")
    );
    let result = MethodConfig {
        result: Some("nope".to_owned()),
        ..Default::default()
    };
    assert!(error_of(get, result).contains("no field nope"));
    let name = MethodConfig {
        name: Some("create_organization".to_owned()),
        ..Default::default()
    };
    assert!(error_of(get, name).contains("two methods"));
    let required_sets = MethodConfig {
        required_sets: vec![vec!["nope".to_owned()]],
        ..Default::default()
    };
    assert!(error_of(get, required_sets).contains("no parameter nope"));
    let rejected_fields = MethodConfig {
        rejected_fields: [("nope".to_owned(), "no".to_owned())].into(),
        ..Default::default()
    };
    assert!(error_of(get, rejected_fields).contains("no field nope"));
    let mut config = super::config().unwrap();
    config.clients[0].missing = [("id or nope".to_owned(), "no".to_owned())].into();
    let error = super::plan(&schema, &config).err().unwrap();
    assert!(format!("{error:#}").contains("parameter id or nope"));
}
