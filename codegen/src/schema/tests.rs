//! Tests with the schema of this project.

use std::collections::BTreeSet;

use prost_reflect::FieldDescriptor;

use super::{Body, Operation, Route, Schema, Segment, Verb};

fn schema() -> Schema {
    Schema::load(&crate::project_root().join("proto")).unwrap()
}

fn operation(schema: &Schema, key: &str) -> Operation {
    schema
        .operations()
        .unwrap()
        .into_iter()
        .find(|operation| operation.key == key)
        .unwrap()
}

fn field(schema: &Schema, message: &str, name: &str) -> FieldDescriptor {
    schema
        .pool()
        .get_message_by_name(message)
        .unwrap()
        .get_field_by_name(name)
        .unwrap()
}

#[test]
fn operations_have_unique_keys_and_routes() {
    let operations = schema().operations().unwrap();
    let keys: BTreeSet<_> = operations.iter().map(|operation| &operation.key).collect();
    assert_eq!(keys.len(), operations.len());
    let mut routes = BTreeSet::new();
    for operation in &operations {
        for route in &operation.routes {
            let path = route.path.iter().map(|part| match part {
                Segment::Literal(text) => text.as_str(),
                Segment::Field { .. } => "*",
            });
            assert!(
                routes.insert((format!("{:?}", route.verb), path.collect::<String>())),
                "the route of {} is not unique",
                operation.key
            );
        }
    }
}

#[test]
fn services_are_sorted_by_file() {
    let schema = schema();
    let names: Vec<_> = schema
        .services()
        .iter()
        .map(|service| service.parent_file().name().to_owned())
        .collect();
    assert!(names.is_sorted());
    let organizations = schema
        .pool()
        .get_service_by_name("scalekit.v1.organizations.OrganizationService")
        .unwrap();
    let first = &schema.operations_of(&organizations).unwrap()[0];
    assert_eq!(first.key, "OrganizationService.CreateOrganization");
}

#[test]
fn routes_are_parsed() {
    let enable = operation(&schema(), "ConnectionService.EnableConnection");
    let field = |name: &str| Segment::Field {
        name: name.to_owned(),
        or_external: false,
    };
    let literal = |text: &str| Segment::Literal(text.to_owned());
    let route = Route {
        verb: Verb::Patch,
        path: vec![
            literal("/api/v1/organizations/"),
            field("organization_id"),
            literal("/connections/"),
            field("id"),
            literal(":enable"),
        ],
        body: Body::None,
    };
    assert_eq!(enable.routes, [route]);
    assert_eq!(
        enable.routes[0].template(),
        "/api/v1/organizations/{organization_id}/connections/{id}:enable"
    );
}

#[test]
fn additional_bindings_keep_their_order_and_include_external_ids() {
    let get = operation(&schema(), "UserService.GetUser");
    let templates: Vec<_> = get.routes.iter().map(Route::template).collect();
    assert_eq!(
        templates,
        ["/api/v1/users/{id}", "/api/v1/users:external/{external_id}"]
    );
    let or_external = |segment: &Segment| {
        matches!(
            segment,
            Segment::Field {
                or_external: true,
                ..
            }
        )
    };
    assert!(
        !get.routes
            .iter()
            .any(|route| route.path.iter().any(or_external))
    );
}

#[test]
fn an_external_id_without_a_route_marks_its_sibling_in_the_path() {
    let domain = operation(&schema(), "DomainService.GetDomain");
    let fields: Vec<_> = domain.routes[0]
        .path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Field { name, or_external } => Some((name.as_str(), *or_external)),
            Segment::Literal(_) => None,
        })
        .collect();
    assert_eq!(fields, [("organization_id", true), ("id", false)]);
}

#[test]
fn constraints_are_converted_to_sentences() {
    let schema = schema();
    let sentences = |message: &str, name: &str| -> Vec<String> {
        schema
            .rules(&field(&schema, message, name))
            .sentences()
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        sentences("scalekit.v1.organizations.GeneratePortalLinkRequest", "id"),
        ["Required.", "1 to 32 characters.", "Starts with `org_`."]
    );
    assert_eq!(
        sentences("scalekit.v1.organizations.CreateOrganization", "metadata"),
        [
            "At most 10 pairs.",
            "Each key: 3 to 25 characters.",
            "Each value: 1 to 256 characters."
        ]
    );
    assert_eq!(
        sentences(
            "scalekit.v1.organizations.SearchOrganizationsRequest",
            "page_size"
        ),
        ["At most 30."]
    );
    assert_eq!(
        sentences(
            "scalekit.v1.connections.WebAuthConfiguration.Attestation",
            "conveyance_preference"
        ),
        ["One of `none`, `indirect`, `direct`."]
    );
    assert!(sentences("scalekit.v1.organizations.Link", "location").is_empty());
}

#[test]
fn constraints_in_the_comment_are_not_repeated() {
    let schema = schema();
    let rules = schema.rules(&field(
        &schema,
        "scalekit.v1.organizations.CreateOrganization",
        "display_name",
    ));
    let missing = |doc: &str| rules.missing_in(doc).collect::<Vec<_>>();
    assert!(missing("Shown to users; 1 to 200 characters.").is_empty());
    assert_eq!(missing("Shown to users."), ["1 to 200 characters."]);
    assert_eq!(missing("At most 2000."), ["1 to 200 characters."]);
}

#[test]
fn a_length_in_the_comment_replaces_the_length_constraint() {
    let schema = schema();
    let rules = schema.rules(&field(&schema, "scalekit.v1.roles.CreateRole", "name"));
    let pattern = "Must match `^[a-zA-Z0-9_]{1,64}$`.";
    let missing = |doc: &str| rules.missing_in(doc).collect::<Vec<_>>();
    assert_eq!(
        missing("Name."),
        ["Required.", "1 to 100 characters.", pattern]
    );
    assert_eq!(
        missing("Name: 1 to 64 letters, digits and `_`."),
        ["Required.", pattern]
    );
}

#[test]
fn constraints_without_effect_are_not_sentences() {
    let schema = schema();
    let sentences = |message: &str, name: &str| {
        let rules = schema.rules(&field(&schema, message, name));
        rules.sentences().map(str::to_owned).collect::<Vec<_>>()
    };
    // A constraint for `int32` on a field of the type `int64`.
    let count = sentences("scalekit.v1.roles.GetRoleUsersCountResponse", "count");
    assert!(count.is_empty(), "{count:?}");
    // An unsigned number with the lower bound 0.
    assert_eq!(
        sentences(
            "scalekit.v1.users.ListOrganizationUsersRequest",
            "page_size"
        ),
        ["At most 100."]
    );
}

#[test]
fn every_operation_message_and_enum_has_a_comment() {
    let schema = schema();
    let mut undocumented = Vec::new();
    for file in schema.files() {
        let messages = schema.messages(&file);
        undocumented.extend(
            messages
                .iter()
                .filter(|it| schema.comment(*it).is_empty())
                .map(|it| it.full_name().to_owned()),
        );
        let enums = schema.enums(&file);
        undocumented.extend(
            enums
                .iter()
                .filter(|it| schema.comment(*it).is_empty())
                .map(|it| it.full_name().to_owned()),
        );
        for service in file.services() {
            let methods = service.methods().filter(|it| schema.comment(it).is_empty());
            undocumented.extend(methods.map(|it| it.full_name().to_owned()));
            undocumented.extend(
                schema
                    .comment(&service)
                    .is_empty()
                    .then(|| service.full_name().to_owned()),
            );
        }
    }
    assert!(
        undocumented.is_empty(),
        "elements without a comment: {undocumented:?}"
    );
}

#[test]
fn aliases_of_an_enum_number_keep_their_order() {
    let schema = schema();
    let feature = schema
        .pool()
        .get_enum_by_name("scalekit.v1.organizations.Feature")
        .unwrap();
    let names: Vec<_> = schema
        .values(&feature)
        .iter()
        .map(|value| value.name().to_owned())
        .collect();
    assert_eq!(
        names,
        ["FEATURE_UNSPECIFIED", "UNSPECIFIED", "dir_sync", "sso"]
    );
}

#[test]
fn an_invalid_route_is_reported_with_its_operation() {
    let folder = std::env::temp_dir().join(format!("codegen-schema-{}", std::process::id()));
    let proto = crate::project_root().join("proto");
    for part in ["google/api", "buf/validate"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
        for entry in std::fs::read_dir(proto.join(part)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), folder.join(part).join(entry.file_name())).unwrap();
        }
    }
    std::fs::create_dir_all(folder.join("scalekit")).unwrap();
    let text = "syntax = \"proto3\";\npackage scalekit.v1.x;\n\
                import \"google/api/annotations.proto\";\nimport \"buf/validate/validate.proto\";\n\
                message M { string id = 1 [(buf.validate.field).required = true]; }\n\
                service S { rpc Do(M) returns (M) { option (google.api.http) = { get: \"/api/v1/{nope}\" }; } }\n";
    std::fs::write(folder.join("scalekit/x.proto"), text).unwrap();
    let error = Schema::load(&folder).unwrap().operations().unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    let error = format!("{error:#}");
    assert!(error.contains("S.Do") && error.contains("nope"), "{error}");
}
