//! The operations: names with the codecs of request and response.

use serde::Serialize;

use super::templates::Templates;
use super::{FOLDER, PACKAGE, codecs_of, constant, lower_camel, message_name, module_of};
use crate::Output;
use crate::schema::{Operation, Schema};

#[derive(Serialize)]
struct Model {
    package: &'static str,
    imports: Vec<String>,
    services: Vec<Service>,
}

/// The operations of a service. They are initialized when the service is first used.
#[derive(Serialize)]
struct Service {
    name: String,
    operations: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    constant: String,
    name: String,
    request: String,
    request_type: String,
    response: String,
    response_type: String,
}

/// Adds the table of operations.
pub(super) fn generate(
    schema: &Schema,
    templates: &Templates,
    out: &mut Output,
) -> anyhow::Result<()> {
    let mut services = Vec::new();
    for service in schema.services() {
        let operations = schema.operations_of(&service)?;
        services.push(Service {
            name: object_of(service.name()),
            operations: operations.iter().map(item).collect(),
        });
    }
    let model = Model {
        package: PACKAGE,
        imports: Vec::new(),
        services,
    };
    let text = templates.render("operations", &model)?;
    out.text(&format!("{FOLDER}/internal/Operations.kt"), &text)
}

/// Returns the name of the object with the operations of a service.
pub(super) fn object_of(service: &str) -> String {
    format!("{service}Operations")
}

/// Returns the expression for an operation.
pub(super) fn reference(operation: &Operation) -> String {
    let object = object_of(operation.service.name());
    format!("{object}.{}", constant(operation.method.name()))
}

fn item(operation: &Operation) -> Item {
    let (request, response) = (operation.method.input(), operation.method.output());
    let codec = |message: &prost_reflect::MessageDescriptor| match message.full_name() {
        "google.protobuf.Empty" => ("EmptyMessage.CODEC".to_owned(), "EmptyMessage".to_owned()),
        _ => {
            let package = format!("{PACKAGE}.{}", module_of(message.package_name()));
            let name = message_name(message);
            let codecs = codecs_of(message.package_name());
            (
                format!("{package}.{codecs}.{}", lower_camel(&name)),
                format!("{package}.{name}"),
            )
        }
    };
    let (request, request_type) = codec(&request);
    let (response, response_type) = codec(&response);
    Item {
        constant: constant(operation.method.name()),
        name: operation.key.clone(),
        request,
        request_type,
        response,
        response_type,
    }
}
