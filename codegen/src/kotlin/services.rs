//! The classes of the resources, in three styles.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde::Serialize;

use super::imports::Imports;
use super::messages::oneof_of;
use super::templates::Templates;
use super::types::FieldType;
use super::{
    FOLDER, PACKAGE, docs, enums, identifier, lower_camel, message_name, module_of, operations,
};
use crate::Output;
use crate::resources::{Api, Argument, Method, Output as Result, Paging, Resource};
use crate::schema::{Schema, upper_camel};

/// A resource.
#[derive(Serialize)]
pub(super) struct Service {
    package: &'static str,
    accessor: String,
    class: String,
    doc: Vec<String>,
    imports: Vec<String>,
    methods: Vec<Call>,
}

/// A method.
#[derive(Serialize)]
struct Call {
    name: String,
    operation: String,
    doc: Vec<String>,
    summary: Vec<String>,
    /// Values that must be given.
    arguments: Vec<Parameter>,
    /// Values that can be omitted.
    options: Vec<Parameter>,
    /// The type of the result: of an item for a paged method, `Unit` for no result.
    output: String,
    /// The expression that returns the result from the response `it`; empty for no result.
    result: String,
    request: String,
    /// The arguments of the request's constructor.
    fields: Vec<Assignment>,
    /// The same without the values that can be omitted.
    required_fields: Vec<Assignment>,
    paging: Option<Pages>,
    /// Another method takes the request.
    by_request: bool,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    ty: String,
}

#[derive(Clone, Serialize)]
struct Assignment {
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Pages {
    token: String,
    page: String,
}

/// Adds the classes of all resources, and the base class of the clients with their accessors.
pub(super) fn generate(
    schema: &Schema,
    api: &Api,
    templates: &Templates,
    out: &mut Output,
) -> anyhow::Result<()> {
    for (style, folder) in [
        ("service", "services"),
        ("blocking", "blocking"),
        ("async", "async"),
    ] {
        for resource in &api.resources {
            let service = service(schema, resource, folder)?;
            let text = templates.render(style, &service)?;
            out.text(&format!("{FOLDER}/{folder}/{}.kt", service.class), &text)?;
        }
    }
    #[derive(Serialize)]
    struct Clients {
        package: &'static str,
        services: Vec<Service>,
    }
    let services = api
        .resources
        .iter()
        .map(|resource| service(schema, resource, "services"));
    let clients = Clients {
        package: PACKAGE,
        services: services.collect::<anyhow::Result<_>>()?,
    };
    out.text(
        &format!("{FOLDER}/Services.kt"),
        &templates.render("clients", &clients)?,
    )
}

fn service(schema: &Schema, resource: &Resource, folder: &str) -> anyhow::Result<Service> {
    let class = resource.type_name();
    let reserved = [class.as_str(), "Page", "Pages", "CallOptions", "Calls"];
    let reserved = reserved.iter().map(|name| (*name).to_owned()).collect();
    let mut imports = Imports::new(&format!("{PACKAGE}.{folder}"), reserved);
    let methods = resource
        .methods
        .iter()
        .map(|method| call(schema, method, &mut imports))
        .collect::<anyhow::Result<_>>()?;
    Ok(Service {
        package: PACKAGE,
        accessor: lower_camel(&resource.accessor),
        class,
        doc: docs::lines(&resource.doc, 0),
        imports: imports.list(),
        methods,
    })
}

fn call(schema: &Schema, method: &Method, imports: &mut Imports) -> anyhow::Result<Call> {
    let request = method.operation.method.input();
    let has_request = request.full_name() != "google.protobuf.Empty";
    let parameter = |argument: &Argument, optional: bool, imports: &mut Imports| {
        let ty = argument_type(schema, argument, imports)?;
        anyhow::Ok(Parameter {
            name: identifier(&argument.name),
            ty: if optional { format!("{ty}?") } else { ty },
        })
    };
    let mut arguments = Vec::new();
    for argument in &method.arguments {
        arguments.push(parameter(argument, false, imports)?);
    }
    let mut options = Vec::new();
    for option in &method.options {
        options.push(parameter(option, true, imports)?);
    }
    let mut required_fields = Vec::new();
    for argument in &method.arguments {
        required_fields.push(assignment(schema, argument, false, imports)?);
    }
    let mut fields = required_fields.clone();
    for option in &method.options {
        fields.push(assignment(schema, option, true, imports)?);
    }
    if let Some(paging) = &method.paging {
        options.push(Parameter {
            name: "pageSize".to_owned(),
            ty: "Int?".to_owned(),
        });
        fields.push(page_size(&paging.page_size));
    }
    let (output, result) = output(schema, method, imports)?;
    let mut doc = docs::lines(&method.doc, 4);
    let summary = docs::lines(method.doc.split("\n\n").next().unwrap_or_default(), 4);
    doc.push(String::new());
    for argument in method.parameters() {
        doc.extend(docs::parameter(
            &lower_camel(&argument.name),
            &argument.doc,
            4,
        ));
    }
    if let Some(paging) = &method.paging {
        doc.extend(docs::parameter(
            "pageSize",
            &schema.field_doc(&paging.page_size),
            4,
        ));
    }
    if doc.last().is_some_and(String::is_empty) {
        doc.pop();
    }
    let has_options = !method.options.is_empty() || method.paging.is_some();
    Ok(Call {
        name: identifier(&method.name),
        operation: operations::reference(&method.operation),
        doc,
        summary,
        arguments,
        options,
        output,
        result,
        request: if has_request {
            message_path(&request, imports)
        } else {
            "EmptyMessage".to_owned()
        },
        fields,
        required_fields,
        paging: method.paging.as_ref().map(pages),
        by_request: has_request && has_options && method.variant_of.is_none(),
    })
}

/// Returns the type of an argument without `?`.
fn argument_type(
    schema: &Schema,
    argument: &Argument,
    imports: &mut Imports,
) -> anyhow::Result<String> {
    if argument.item.is_some() {
        return Ok("List<String>".to_owned());
    }
    Ok(FieldType::of(schema, &argument.field, imports)?.value)
}

/// Returns the argument of the request's constructor that an argument of the method fills.
fn assignment(
    schema: &Schema,
    argument: &Argument,
    optional: bool,
    imports: &mut Imports,
) -> anyhow::Result<Assignment> {
    let field = &argument.field;
    let name = identifier(&argument.name);
    if let Some(item) = &argument.item {
        let Kind::Message(message) = field.kind() else {
            anyhow::bail!("{}: the items are not messages", field.full_name());
        };
        let (class, item) = (message_path(&message, imports), identifier(item.name()));
        let value = format!("{name}.map {{ {class}({item} = it) }}");
        return Ok(Assignment {
            name: identifier(field.name()),
            value,
        });
    }
    if let Some(oneof) = oneof_of(field) {
        let request = message_path(field.parent_message(), imports);
        let (class, member) = (upper_camel(oneof.name()), upper_camel(field.name()));
        let path = format!("{request}.{class}.{member}");
        let value = match optional {
            true => format!("{name}?.let {{ {path}(it) }}"),
            false => format!("{path}({name})"),
        };
        return Ok(Assignment {
            name: identifier(oneof.name()),
            value,
        });
    }
    let default = FieldType::of(schema, field, imports)?.default;
    let value = match default {
        Some(default) if optional => format!("{name} ?: {default}"),
        _ => name,
    };
    Ok(Assignment {
        name: identifier(field.name()),
        value,
    })
}

fn page_size(field: &FieldDescriptor) -> Assignment {
    let value = if field.supports_presence() {
        "pageSize"
    } else {
        "pageSize ?: 0"
    };
    Assignment {
        name: identifier(field.name()),
        value: value.to_owned(),
    }
}

/// Returns the type of the result and the expression for it.
fn output(
    schema: &Schema,
    method: &Method,
    imports: &mut Imports,
) -> anyhow::Result<(String, String)> {
    if let Some(paging) = &method.paging {
        let Kind::Message(item) = paging.items.kind() else {
            anyhow::bail!("{}: the items are not messages", paging.items.full_name());
        };
        return Ok((message_path(&item, imports), String::new()));
    }
    Ok(match &method.output {
        Result::Nothing => ("Unit".to_owned(), String::new()),
        Result::Message(message) => (message_path(message, imports), "it".to_owned()),
        Result::Field(field) => {
            let ty = FieldType::of(schema, field, imports)?;
            let property = identifier(field.name());
            match (&ty.default, field.kind()) {
                (None, Kind::Message(message)) if !is_well_known(&message) => (
                    ty.value,
                    format!("it.{property}.present(\"{}\")", field.name()),
                ),
                (None, _) => (ty.declared(), format!("it.{property}")),
                (Some(_), _) => (ty.value, format!("it.{property}")),
            }
        }
    })
}

fn is_well_known(message: &MessageDescriptor) -> bool {
    message.package_name() == "google.protobuf"
}

fn pages(paging: &Paging) -> Pages {
    let items = identifier(paging.items.name());
    let next = identifier(paging.next_page_token.name());
    let total = paging.total_size.as_ref().map_or_else(
        || "null".to_owned(),
        |field| format!("it.{}", identifier(field.name())),
    );
    let token = identifier(paging.page_token.name());
    let value = if paging.page_token.supports_presence() {
        "token"
    } else {
        "token.orEmpty()"
    };
    Pages {
        token: format!("{token} = {value}"),
        page: format!("Page(it.{items}, it.{next}, {total})"),
    }
}

fn message_path(message: &MessageDescriptor, imports: &mut Imports) -> String {
    let package = format!("{PACKAGE}.{}", module_of(message.package_name()));
    imports.name(&package, &message_name(message))
}

/// Returns the constant of an enum value with the name of its enum.
pub(super) fn enum_constant(value: &prost_reflect::EnumValueDescriptor) -> String {
    let values = value.parent_enum();
    let package = format!("{PACKAGE}.{}", module_of(values.package_name()));
    format!(
        "{package}.{}.{}",
        values.name(),
        enums::constant_of(values, value)
    )
}
