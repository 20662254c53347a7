//! Resources: structs with one method for each method of the resource API.

use anyhow::ensure;
use prost_reflect::{FieldDescriptor, Kind};
use serde::Serialize;
use serde_json::json;

use super::messages::{initializer, real_oneof};
use super::samples::{Samples, request};
use super::{fields, names, templates};
use crate::Schema;
use crate::resources::{Api, Argument, Method, Output, Paging, Resource, Sample, sample};
use crate::schema::{Verb, name_as_sentence};

/// Names of local variables and of parameters that every method has.
const RESERVED: &[&str] = &[
    "request",
    "response",
    "timeout",
    "pageSize",
    "pageToken",
    "token",
];

/// The width of examples in comments.
const EXAMPLE_WIDTH: usize = 88;

#[derive(Serialize)]
struct View {
    accessor: String,
    ty: String,
    doc: String,
    imports_foundation: bool,
    methods: Vec<MethodView>,
}

#[derive(Serialize)]
struct MethodView {
    name: String,
    operation: String,
    doc: String,
    parameter_docs: String,
    example: String,
    parameters: Vec<Parameter>,
    request_type: String,
    response_type: String,
    /// The arguments of the request's initializer.
    fields: Vec<String>,
    output: String,
    /// The expression for the result, from `response`; empty if there is none.
    result: String,
    /// The result of a method that changes something can be ignored.
    discardable: bool,
    paging: Option<PagingView>,
}

#[derive(Serialize)]
struct PagingView {
    page_size: String,
    page_token: String,
    /// The value of the page token, from `token`.
    token: &'static str,
    items: String,
    next_page_token: String,
    total_size: Option<String>,
}

#[derive(Serialize)]
struct Parameter {
    /// The label and the name, such as `_ id`.
    declaration: String,
    ty: String,
    default: Option<&'static str>,
}

/// A call of a method with samples, and the request that it must send.
#[derive(Serialize)]
struct Call {
    method: String,
    operation: String,
    before: &'static str,
    expression: String,
    after: &'static str,
    request: String,
}

/// Converts the methods of the resource API.
pub(super) struct Resources<'a> {
    pub(super) schema: &'a Schema,
    pub(super) api: &'a Api,
}

impl Resources<'_> {
    /// Returns the code of a resource.
    pub(super) fn code(&self, resource: &Resource) -> anyhow::Result<String> {
        let methods = resource.methods.iter();
        let methods = methods.map(|method| self.method(resource, method));
        let methods: Vec<MethodView> = methods.collect::<anyhow::Result<_>>()?;
        let parameters = methods.iter().flat_map(|method| &method.parameters);
        let imports_foundation = parameters
            .map(|parameter| format!(": {}", parameter.ty))
            .any(|text| fields::uses_foundation(&text));
        let view = View {
            accessor: names::member(&resource.accessor),
            ty: resource.type_name(),
            doc: resource.doc.clone(),
            imports_foundation,
            methods,
        };
        templates::render("resource.swift", view)
    }

    /// Returns tests of a resource: each method is called with its arguments, and with all options.
    pub(super) fn tests(&self, resource: &Resource) -> anyhow::Result<String> {
        let mut calls = Vec::new();
        for method in &resource.methods {
            calls.push(self.call(
                resource,
                method,
                &method.arguments.iter().collect::<Vec<_>>(),
            ));
            if !method.options.is_empty() {
                calls.push(self.call(resource, method, &method.parameters().collect::<Vec<_>>()));
            }
        }
        let view = json!({
            "accessor": names::member(&resource.accessor),
            "ty": resource.type_name(),
            "calls": calls,
        });
        templates::render("methods.swift", view)
    }

    fn call(&self, resource: &Resource, method: &Method, arguments: &[&Argument]) -> Call {
        let samples: Vec<Sample> = arguments
            .iter()
            .map(|argument| sample(self.schema, &self.api.messages, argument))
            .collect();
        let pairs = arguments.iter().copied().zip(&samples);
        let (before, after) = match (&method.paging, &method.output) {
            (Some(_), _) => ("for try await _ in ", " {}"),
            (None, Output::Nothing) => ("try await ", ""),
            (None, _) => ("_ = try await ", ""),
        };
        Call {
            method: names::member(&method.name),
            operation: method.operation.key.clone(),
            before,
            expression: self.call_of(resource, method, &self.values(method, arguments).join(", ")),
            after,
            request: request(pairs).to_string(),
        }
    }

    /// Returns the arguments of a call with samples.
    fn values(&self, method: &Method, arguments: &[&Argument]) -> Vec<String> {
        let samples = Samples {
            messages: &self.api.messages,
        };
        let values = arguments.iter().enumerate().map(|(index, argument)| {
            let value = sample(self.schema, &self.api.messages, argument);
            let value = samples.expression(&value);
            match index {
                0 if !method.arguments.is_empty() => value,
                _ => format!("{}: {value}", names::member(&argument.name)),
            }
        });
        values.collect()
    }

    /// Returns a call, such as `organizations.get("org_123")`.
    fn call_of(&self, resource: &Resource, method: &Method, values: &str) -> String {
        let accessor = names::member(&resource.accessor);
        let name = names::escaped(&names::member(&method.name));
        format!("{accessor}.{name}({values})")
    }

    /// Returns the example in a method's documentation, as `///` lines.
    fn example(&self, resource: &Resource, method: &Method) -> String {
        let arguments: Vec<&Argument> = method.arguments.iter().collect();
        let values = self.values(method, &arguments);
        let before = match (&method.paging, result_name(method)) {
            (Some(paging), _) => format!("for try await {} in ", item_name(paging)),
            (None, Some(name)) => format!("let {name} = try await "),
            (None, None) => "try await ".to_owned(),
        };
        let line =
            |values: &str| format!("{before}client.{}", self.call_of(resource, method, values));
        let mut code = line(&values.join(", "));
        if code.len() > EXAMPLE_WIDTH {
            code = line(&format!("\n    {}", values.join(",\n    ")));
        }
        if let Some(paging) = &method.paging {
            code += &format!(" {{\n    print({})\n}}", item_name(paging));
        }
        code.lines()
            .map(|line| format!("        /// {line}\n"))
            .collect()
    }

    fn method(&self, resource: &Resource, method: &Method) -> anyhow::Result<MethodView> {
        for argument in method.parameters() {
            let name = names::member(&argument.name);
            ensure!(
                !RESERVED.contains(&name.as_str())
                    || (name == "pageSize" && method.paging.is_none())
                    || name == "token" && method.paging.is_none(),
                "{}: the argument name {name} is reserved",
                method.operation.key
            );
        }
        let input = method.operation.method.input();
        let response = method.operation.method.output();
        let (output, result) = output(method)?;
        Ok(MethodView {
            name: names::escaped(&names::member(&method.name)),
            operation: method.operation.key.clone(),
            doc: method.doc.clone(),
            parameter_docs: super::docs::parameters(&parameter_docs(method))
                + &super::docs::returns(&self.returns(method)),
            example: self.example(resource, method),
            parameters: parameters(method)?,
            request_type: names::message(&input),
            response_type: match response.full_name() {
                "google.protobuf.Empty" => "Empty".to_owned(),
                _ => names::message(&response),
            },
            fields: self.request_fields(method)?,
            discardable: method.operation.routes[0].verb != Verb::Get
                && method.paging.is_none()
                && method.output != Output::Nothing,
            output,
            result,
            paging: method.paging.as_ref().map(|paging| PagingView {
                page_size: names::property(&paging.page_size),
                page_token: names::property(&paging.page_token),
                token: match paging.page_token.supports_presence() {
                    true => "token",
                    false => "token ?? \"\"",
                },
                items: names::property(&paging.items),
                next_page_token: names::property(&paging.next_page_token),
                total_size: paging.total_size.as_ref().map(names::property),
            }),
        })
    }

    fn returns(&self, method: &Method) -> String {
        match (&method.paging, &method.output) {
            (Some(_), Output::Field(field)) => {
                let name = name_as_sentence(field.name()).to_lowercase();
                let name = name.trim_end_matches('.');
                format!("The {name} of all pages, which are fetched when they are needed.")
            }
            (_, Output::Nothing) => String::new(),
            (_, Output::Field(field)) => self.schema.field_doc(field),
            (_, Output::Message(_)) => "The response.".to_owned(),
        }
    }

    /// Returns the arguments of the request's initializer, in its order.
    fn request_fields(&self, method: &Method) -> anyhow::Result<Vec<String>> {
        let input = method.operation.method.input();
        let mut code = Vec::new();
        for (member, oneof, _) in initializer(&self.api.messages, &input) {
            let mut parameters = method.parameters();
            let found = parameters.find(|argument| match &oneof {
                Some(_) => real_oneof(&argument.field) == oneof,
                None => argument.field == member,
            });
            let Some(argument) = found else { continue };
            let is_option = method
                .options
                .iter()
                .any(|option| option.field == argument.field);
            let value = self.request_value(argument, is_option)?;
            code.push(match oneof {
                Some(oneof) => format!(
                    "{}: .{}({value})",
                    names::member(oneof.name()),
                    names::escaped(&names::property(&argument.field))
                ),
                None => format!("{}: {value}", names::property(&member)),
            });
        }
        Ok(code)
    }

    fn request_value(&self, argument: &Argument, is_option: bool) -> anyhow::Result<String> {
        let name = names::escaped(&names::member(&argument.name));
        if let Some(item) = &argument.item {
            let ty = fields::value_type(&argument.field)?;
            return Ok(format!(
                "{name}.map {{ {ty}({}: $0) }}",
                names::property(item)
            ));
        }
        let field = &argument.field;
        let unset_by_default = is_list(field) || field.supports_presence() || !is_option;
        Ok(match unset_by_default {
            true => name,
            false => format!("{name} ?? {}", fields::default(self.schema, field)),
        })
    }
}

fn is_list(field: &FieldDescriptor) -> bool {
    field.is_list() || field.is_map()
}

fn parameters(method: &Method) -> anyhow::Result<Vec<Parameter>> {
    let mut parameters = Vec::new();
    for (index, argument) in method.arguments.iter().enumerate() {
        let name = names::member(&argument.name);
        let label = if index == 0 { "_ " } else { "" };
        let ty = match &argument.item {
            Some(_) => "[String]".to_owned(),
            None => fields::property_type(&argument.field)?
                .trim_end_matches('?')
                .to_owned(),
        };
        parameters.push(Parameter {
            declaration: format!("{label}{name}"),
            ty,
            default: None,
        });
    }
    for option in &method.options {
        let ty = fields::property_type(&option.field)?;
        let (ty, default) = match () {
            () if option.field.is_map() => (ty, "[:]"),
            () if option.field.is_list() => (ty, "[]"),
            () => (format!("{}?", ty.trim_end_matches('?')), "nil"),
        };
        parameters.push(Parameter {
            declaration: names::member(&option.name),
            ty,
            default: Some(default),
        });
    }
    Ok(parameters)
}

fn parameter_docs(method: &Method) -> Vec<(String, String)> {
    let parameters = method.parameters();
    let mut docs: Vec<_> = parameters
        .map(|argument| (names::member(&argument.name), argument.doc.clone()))
        .collect();
    if method.paging.is_some() {
        docs.extend([
            (
                "pageSize".to_owned(),
                "Maximum number of items on a page. Default: chosen by the service.".to_owned(),
            ),
            (
                "pageToken".to_owned(),
                "Token of the first page to fetch, from a ``Page``.".to_owned(),
            ),
        ]);
    }
    docs.push((
        "timeout".to_owned(),
        "Time limit of the call. Default: the setting of the client.".to_owned(),
    ));
    docs
}

/// Returns the name of the variable for the result in an example.
fn result_name(method: &Method) -> Option<String> {
    let name = match &method.output {
        Output::Nothing => return None,
        Output::Field(field) => names::property(field),
        Output::Message(_) => "response".to_owned(),
    };
    Some(names::escaped(&name))
}

/// Returns the name of an item of a page in an example.
fn item_name(paging: &Paging) -> String {
    let name = names::property(&paging.items);
    name.strip_suffix('s').unwrap_or(&name).to_owned()
}

/// Returns the type of the result and the expression for it.
fn output(method: &Method) -> anyhow::Result<(String, String)> {
    Ok(match &method.output {
        Output::Nothing => (String::new(), String::new()),
        Output::Message(message) => (names::message(message), "response".to_owned()),
        Output::Field(field) if method.paging.is_some() => {
            (fields::value_type(field)?, String::new())
        }
        Output::Field(field) => {
            let ty = fields::property_type(field)?;
            let value = format!("response.{}", names::escaped(&names::property(field)));
            let is_message = matches!(field.kind(), Kind::Message(_)) && !is_list(field);
            match ty.strip_suffix('?') {
                Some(ty) if is_message => (
                    ty.to_owned(),
                    format!(
                        "try calls.required(\n                {value}, {:?}, of: {:?})",
                        field.name(),
                        method.operation.key
                    ),
                ),
                _ => (ty, value),
            }
        }
    })
}
