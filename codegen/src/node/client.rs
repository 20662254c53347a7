//! The modules of the service clients.

use std::collections::BTreeSet;

use super::docs;
use super::names::{Modules, camel, local_name, named};
use super::types::{Helpers, accepted};
use crate::faces::face::ExtraEntry;
use crate::faces::params::{Accepts, Param};
use crate::faces::plan::{Action, Client, Method, Outcome};
use prost_reflect::MessageDescriptor;

/// The text of a client's module.
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
    for extra in &client.extras {
        body.push('\n');
        body.push_str(&writer.extra(extra));
    }
    let mut text = writer.modules.imports();
    let conversions: Vec<&str> = writer.helpers.0.iter().copied().collect();
    if !conversions.is_empty() {
        text.push_str(&named("import", &conversions, "./conversions"));
    }
    for (module, functions) in &writer.functions {
        text.push_str(&format!("import {{ {functions} }} from \"{module}\";\n"));
    }
    text.push_str("import { type CallOptions, ServiceClient, lazily } from \"./call\";\n\n");
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
    if !writer.answers.is_empty() {
        let lines: String = writer.answers.iter().map(|name| format!("  {name},\n")).collect();
        text.push_str(&format!("\nexport type {{\n{lines}}};\n"));
    }
    text
}

/// Collects what a module needs while its methods are written.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) modules: Modules,
    pub(super) helpers: Helpers,
    pub(super) functions: BTreeSet<(String, String)>,
    interfaces: String,
    answers: BTreeSet<String>,
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
        let one = format!("  {head}({}): {returns} {{\n", signature.join(", "));
        let head = if one.len() <= 120 && !one.trim_end().contains('\n') {
            one
        } else {
            let lines: String = signature.iter().map(|param| format!("    {param},\n")).collect();
            format!("  {head}(\n{lines}  ): {returns} {{\n")
        };
        docs::method(method) + &head + &self.body(method) + "  }\n"
    }

    fn parameter(&mut self, method: &Method, param: &Param) -> String {
        let mark = if param.presence.omissible() { "?" } else { "" };
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
        let about = format!(
            "/** What `{}` takes besides its arguments. */",
            camel(&method.name)
        );
        let declared = format!("export interface {interface} {{\n");
        if !self.interfaces.contains(&declared) {
            self.interfaces
                .push_str(&format!("\n{about}\n{declared}{lines}}}\n"));
        }
        format!("{}{mark}: {interface}", camel(&param.name))
    }

    fn members(&mut self, members: &[Param], depth: usize) -> String {
        let mut lines = String::new();
        for member in members {
            let mark = if member.presence.omissible() { "?" } else { "" };
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
            self.answers.insert(name.clone());
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
                operation, outcome, ..
            } => {
                let answer = operation.method.output();
                let result = match outcome {
                    Outcome::Both | Outcome::Message => self.message(&answer),
                    Outcome::Field(field) | Outcome::Maybe(field) => {
                        let maybe = if matches!(outcome, Outcome::Maybe(_)) {
                            " | undefined"
                        } else {
                            ""
                        };
                        let held = field.kind().as_message().map(|message| self.message(message));
                        format!("{}{maybe}", held.unwrap_or_default())
                    }
                    Outcome::Function(function) => {
                        self.message(&answer);
                        format!("ReturnType<typeof {function}>")
                    }
                };
                format!("Promise<{result}>")
            }
        }
    }

    fn extra(&mut self, extra: &ExtraEntry) -> String {
        self.functions.insert((
            extra.module.clone(),
            format!("type {}, {}", extra.takes, extra.function),
        ));
        let file = extra.answer.clone();
        self.answers.insert(file.clone());
        let blocks: Vec<String> = crate::faces::prose::paragraphs(&extra.doc, 111);
        docs::comment(1, &blocks)
            + &format!(
                "  async {}(params: {}, call?: CallOptions): Promise<{file}> {{\n    return {}(this, params, call);\n  }}\n",
                camel(&extra.name),
                extra.takes,
                extra.function
            )
    }
}
