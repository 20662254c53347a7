//! A call of every method with sample arguments, for the tests of the Kotlin package.

use prost_reflect::FieldDescriptor;
use serde::Serialize;

use super::messages::oneof_of;
use super::services::enum_constant;
use super::templates::Templates;
use super::{PACKAGE, TESTS, identifier, lower_camel, message_name, module_of};
use crate::Output;
use crate::resources::{Api, Method, Sample, sample};
use crate::schema::{Schema, upper_camel};

#[derive(Serialize)]
struct Model {
    package: &'static str,
    services: Vec<Service>,
}

#[derive(Serialize)]
struct Service {
    accessor: String,
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Call {
    name: String,
    operation: String,
    arguments: String,
    paged: bool,
}

/// Adds the calls.
pub(super) fn generate(
    schema: &Schema,
    api: &Api,
    templates: &Templates,
    out: &mut Output,
) -> anyhow::Result<()> {
    let services = api.resources.iter().map(|resource| Service {
        accessor: lower_camel(&resource.accessor),
        calls: resource
            .methods
            .iter()
            .map(|method| call(schema, api, method))
            .collect(),
    });
    let model = Model {
        package: PACKAGE,
        services: services.collect(),
    };
    let text = templates.render("service_calls", &model)?;
    out.text(&format!("{TESTS}/generated/SampleCalls.kt"), &text)
}

fn call(schema: &Schema, api: &Api, method: &Method) -> Call {
    let arguments = method.parameters().map(|argument| {
        let value = expression(&sample(schema, &api.messages, argument));
        format!("{} = {value}", identifier(&argument.name))
    });
    Call {
        name: identifier(&method.name),
        operation: method.operation.key.clone(),
        arguments: arguments.collect::<Vec<_>>().join(", "),
        paged: method.paging.is_some(),
    }
}

/// Returns a sample as a Kotlin expression.
fn expression(sample: &Sample) -> String {
    match sample {
        Sample::Text(text) => quoted(text),
        Sample::Number(number) => number.to_string(),
        Sample::Bool(flag) => flag.to_string(),
        Sample::Time(time) => format!("java.time.Instant.parse({})", quoted(time)),
        Sample::Seconds(seconds) => format!("java.time.Duration.ofSeconds({seconds})"),
        Sample::Enum(value) => enum_constant(value),
        Sample::List(item) => format!("listOf({})", expression(item)),
        Sample::Map(key, value) => format!("mapOf({} to {})", quoted(key), expression(value)),
        Sample::Paths(path) => format!("listOf({})", quoted(path)),
        Sample::Json(json) => {
            format!("com.scalekit.client.support.json({})", quoted(json))
        }
        Sample::Bytes(text) => format!("{}.toByteArray()", quoted(text)),
        Sample::Message(message, fields) => {
            let class = format!(
                "{PACKAGE}.{}.{}",
                module_of(message.package_name()),
                message_name(message)
            );
            let fields = fields
                .iter()
                .map(|(field, value)| property(&class, field, value));
            format!("{class}({})", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn property(class: &str, field: &FieldDescriptor, value: &Sample) -> String {
    let value = expression(value);
    match oneof_of(field) {
        Some(oneof) => {
            let (name, member) = (upper_camel(oneof.name()), upper_camel(field.name()));
            format!(
                "{} = {class}.{name}.{member}({value})",
                identifier(oneof.name())
            )
        }
        None => format!("{} = {value}", identifier(field.name())),
    }
}

fn quoted(text: &str) -> String {
    format!("{:?}", text).replace('$', "\\$")
}
