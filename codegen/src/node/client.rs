//! The modules of the service clients.

use std::collections::BTreeSet;

use super::docs;
use super::names::{Modules, camel, import, local_name};
use super::types::{Helpers, accepted};
use crate::layer::config::HandwrittenMethod;
use crate::layer::model::{Action, Client, Method, ReturnValue};
use crate::layer::params::{Accepts, Param};
use crate::layer::wrap::paragraphs;
use prost_reflect::MessageDescriptor;

/// Returns the source of a client's module.
pub(super) fn module(client: &Client) -> String {
    let mut writer = Writer {
        modules: Modules::new(&client.class),
        ..Writer::default()
    };
    let mut body = String::new();
    for method in &client.methods {
        body.push('\n');
        body.push_str(&writer.method(method));
    }
    for method in &client.handwritten {
        body.push('\n');
        body.push_str(&writer.handwritten(method));
    }
    let mut text = writer.modules.imports();
    let conversions: Vec<&str> = writer.helpers.0.iter().copied().collect();
    if !conversions.is_empty() {
        text.push_str(&import("import", &conversions, "../runtime/conversions"));
    }
    for (module, functions) in &writer.functions {
        text.push_str(&format!("import {{ {functions} }} from \"{module}\";\n"));
    }
    text.push_str(
        "import { type CallOptions, ServiceClient, lazily } from \"../runtime/call\";\n\n",
    );
    text.push_str(&writer.modules.loaders());
    text.push_str(&writer.interfaces);
    text.push('\n');
    text.push_str(&docs::class(&client.attribute, &client.doc));
    text.push_str(&format!(
        "export default class {} extends ServiceClient {{",
        client.class
    ));
    text.push_str(&body);
    text.push_str("}\n");
    if !writer.responses.is_empty() {
        let lines: String = writer
            .responses
            .iter()
            .map(|name| format!("  {name},\n"))
            .collect();
        text.push_str(&format!("\nexport type {{\n{lines}}};\n"));
    }
    text
}

/// Writes the methods of a module and collects the imports and types that they need.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) modules: Modules,
    pub(super) helpers: Helpers,
    pub(super) functions: BTreeSet<(String, String)>,
    interfaces: String,
    /// Message types that the module exports.
    responses: BTreeSet<String>,
}

impl Writer {
    fn method(&mut self, method: &Method) -> String {
        let mut signature: Vec<String> = method
            .params
            .iter()
            .map(|param| self.parameter(method, param))
            .collect();
        signature.push("call?: CallOptions".to_owned());
        let (name, returns) = (camel(&method.name), self.returns(method));
        let head = match &method.action {
            Action::Pages { .. } => format!("async *{name}"),
            _ => format!("async {name}"),
        };
        let single_line = format!("  {head}({}): {returns} {{\n", signature.join(", "));
        let head = if single_line.len() <= 120 && !single_line.trim_end().contains('\n') {
            single_line
        } else {
            let lines: String = signature
                .iter()
                .map(|param| format!("    {param},\n"))
                .collect();
            format!("  {head}(\n{lines}  ): {returns} {{\n")
        };
        docs::method(method) + &head + &self.body(method) + "  }\n"
    }

    fn parameter(&mut self, method: &Method, param: &Param) -> String {
        let mark = if param.presence.can_be_omitted() {
            "?"
        } else {
            ""
        };
        let Accepts::Group(members) = &param.accepts else {
            let nullable = if mark.is_empty() && param.nullable() {
                " | null"
            } else {
                ""
            };
            return format!(
                "{}{mark}: {}{nullable}",
                camel(&param.name),
                accepted(param, &mut self.modules)
            );
        };
        let Some(interface) = &param.interface else {
            let lines = self.members(members, 3);
            return format!("{}{mark}: {{\n{lines}    }}", camel(&param.name));
        };
        let lines = self.members(members, 1);
        let doc = format!("/** Options of `{}`. */", camel(&method.name));
        let declared = format!("export interface {interface} {{\n");
        if !self.interfaces.contains(&declared) {
            self.interfaces
                .push_str(&format!("\n{doc}\n{declared}{lines}}}\n"));
        }
        format!("{}{mark}: {interface}", camel(&param.name))
    }

    fn members(&mut self, members: &[Param], depth: usize) -> String {
        let mut lines = String::new();
        for member in members {
            let mark = if member.presence.can_be_omitted() {
                "?"
            } else {
                ""
            };
            lines.push_str(&docs::member(depth, member));
            let mut accepted = match &member.accepts {
                Accepts::Group(inner) => {
                    let lines = self.members(inner, depth + 1);
                    format!("{{\n{lines}{}}}", "  ".repeat(depth))
                }
                _ => accepted(member, &mut self.modules),
            };
            if member.nullable() {
                accepted.push_str(" | null");
            }
            lines.push_str(&format!(
                "{}{}{mark}: {accepted};\n",
                "  ".repeat(depth),
                camel(&member.name)
            ));
        }
        lines
    }

    fn message(&mut self, message: &MessageDescriptor) -> String {
        let file = message.parent_file();
        let name = self
            .modules
            .type_name(&file, &local_name(message.full_name(), &file));
        if file.package_name() != "google.protobuf" {
            self.responses.insert(name.clone());
        }
        name
    }

    pub(super) fn schema(&mut self, message: &MessageDescriptor) -> String {
        let file = message.parent_file();
        let name = format!("{}Schema", local_name(message.full_name(), &file));
        self.modules.value(&file, &name)
    }

    fn returns(&mut self, method: &Method) -> String {
        match &method.action {
            Action::Build => self.message(&method.request),
            Action::Pages { items, .. } => {
                let item = items
                    .kind()
                    .as_message()
                    .map(|item| self.message(item))
                    .unwrap_or_default();
                format!("AsyncGenerator<{item}, void, undefined>")
            }
            Action::Call {
                operation, returns, ..
            } => {
                let response = operation.method.output();
                let result = match returns {
                    ReturnValue::MessageAndCall | ReturnValue::Message => self.message(&response),
                    ReturnValue::Field(field) | ReturnValue::OptionalField(field) => {
                        let optional = if matches!(returns, ReturnValue::OptionalField(_)) {
                            " | undefined"
                        } else {
                            ""
                        };
                        let ty = field
                            .kind()
                            .as_message()
                            .map(|message| self.message(message));
                        format!("{}{optional}", ty.unwrap_or_default())
                    }
                    ReturnValue::Function(function) => {
                        self.message(&response);
                        format!("ReturnType<typeof {function}>")
                    }
                };
                format!("Promise<{result}>")
            }
        }
    }

    fn handwritten(&mut self, method: &HandwrittenMethod) -> String {
        let HandwrittenMethod {
            function,
            params_type,
            response,
            ..
        } = method;
        self.functions.insert((
            method.module.clone(),
            format!("type {params_type}, {function}"),
        ));
        self.responses.insert(response.clone());
        let name = camel(&method.name);
        docs::comment(1, &paragraphs(&method.doc, 111))
            + &format!(
                "  async {name}(params: {params_type}, call?: CallOptions): Promise<{response}> {{\n    \
                 return {function}(this, params, call);\n  }}\n"
            )
    }
}
