//! The modules of the service clients.

use std::collections::BTreeSet;

use super::docs;
use super::init::Init;
use super::names::{Modules, camel, local_name, named};
use super::types::{Helpers, accepted, arguments, value};
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
    for (module, functions) in [
        ("./conversions", &writer.helpers.0),
        ("./results", &writer.results.0),
    ] {
        let names: Vec<&str> = functions.iter().copied().collect();
        if !names.is_empty() {
            text.push_str(&named("import", &names, module));
        }
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

#[derive(Default)]
struct Writer {
    modules: Modules,
    helpers: Helpers,
    results: Helpers,
    functions: BTreeSet<(String, String)>,
    interfaces: String,
    answers: BTreeSet<String>,
}

impl Writer {
    fn method(&mut self, method: &Method) -> String {
        let mut signature: Vec<String> = method.params.iter().map(|param| self.parameter(param)).collect();
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

    fn parameter(&mut self, param: &Param) -> String {
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
        let about = "/** What may be given, with the method of nearly this name. */";
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

    fn schema(&mut self, message: &MessageDescriptor) -> String {
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

    fn body(&mut self, method: &Method) -> String {
        let mut text = String::new();
        for param in &method.params {
            if matches!(param.accepts, Accepts::Group(_)) && !param.presence.omissible() {
                let name = camel(&param.name);
                let check = self.helpers.call("required", &format!("\"{name}\", {name}"));
                text.push_str(&format!("    {check};\n"));
            }
        }
        text.push_str(&self.needs(method));
        let (operation, answer) = match &method.action {
            Action::Call { operation, .. } | Action::Pages { operation, .. } => {
                (operation.key.clone(), operation.method.output())
            }
            Action::Build => (String::new(), method.request.clone()),
        };
        let request = self.schema(&method.request);
        let init = self.init(method, 2);
        let response = self.schema(&answer);
        let arguments = format!(
            "\n      \"{operation}\",\n      {request},\n      {init_},\n      {response},\n",
            init_ = init.replace("\n", "\n  ")
        );
        match &method.action {
            Action::Pages { items, .. } => {
                let items = format!("(answer) => answer.{}", camel(items.name()));
                text.push_str(&format!(
                    "    yield* this.pages({arguments}      {items},\n      call,\n    );\n"
                ));
            }
            Action::Build => text.push_str(&format!("    return {init};\n")),
            Action::Call { outcome, failure, .. } => {
                let catch = failure.as_deref().map(|function| {
                    self.functions
                        .insert(("./results".to_owned(), function.to_owned()));
                    format!(".catch({function})")
                });
                let run = format!(
                    "this.unary({arguments}      call,\n    ){}",
                    catch.unwrap_or_default()
                );
                match outcome {
                    Outcome::Both | Outcome::Message => text.push_str(&format!("    return {run};\n")),
                    Outcome::Maybe(field) => {
                        text.push_str(&format!(
                            "    const answer = await {run};\n    return answer.{};\n",
                            camel(field.name())
                        ));
                    }
                    Outcome::Field(field) => {
                        let name = camel(field.name());
                        let answered = self
                            .helpers
                            .call("answered", &format!("\"{operation}\", \"{name}\", answer.{name}"));
                        text.push_str(&format!(
                            "    const answer = await {run};\n    return {answered};\n"
                        ));
                    }
                    Outcome::Function(function) => {
                        self.functions.insert(("./results".to_owned(), function.clone()));
                        text.push_str(&format!("    return {function}(await {run});\n"));
                    }
                }
            }
        }
        text
    }

    /// The check that one of several sets of arguments was given.
    fn needs(&mut self, method: &Method) -> String {
        let alternatives = method.alternatives();
        let mut sets: Vec<Vec<&str>> = method
            .needs
            .iter()
            .map(|set| set.iter().map(String::as_str).collect())
            .collect();
        if sets.is_empty() {
            sets = alternatives
                .iter()
                .map(|param| vec![param.name.as_str()])
                .collect();
        }
        if sets.is_empty() {
            return String::new();
        }
        let arguments = arguments(method);
        let access = |wanted: &str| {
            let found = arguments.iter().find(|(_, param)| param.name == wanted);
            found.map(|(access, _)| access.clone()).unwrap_or_default()
        };
        let set = |names: &Vec<&str>| {
            let label: Vec<String> = names.iter().map(|name| camel(name)).collect();
            let values: Vec<String> = names.iter().map(|name| access(name)).collect();
            format!("\"{}\": [{}]", label.join(" and "), values.join(", "))
        };
        let sets: Vec<String> = sets.iter().map(set).collect();
        let check = self.helpers.call("oneOf", &format!("{{ {} }}", sets.join(", ")));
        format!("    {check};\n")
    }

    fn init(&mut self, method: &Method, depth: usize) -> String {
        // In an update an empty text is a new value; elsewhere it is a value that the caller does not have.
        let clears = matches!(&method.action, Action::Call { operation, .. } if operation.method.name().starts_with("Update"));
        let mut init = Init::default();
        let mut holders = BTreeSet::new();
        for (access, param) in arguments(method) {
            let Some(path) = &param.path else { continue };
            let text = value(param, &access, clears, &mut self.modules, &mut self.helpers);
            let field = path.split(['[', '{']).next().unwrap_or(path);
            init.set(&method.request, field, text, !param.nullable(), &mut self.helpers);
            holders.extend(param.holders.iter().cloned());
        }
        for holder in holders {
            init.hold(&holder);
        }
        init.literal(depth, &mut self.helpers)
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
