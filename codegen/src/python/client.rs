//! The modules of the service clients. The blocking and the asyncio client share their methods.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FileDescriptor, MessageDescriptor};

use super::docs::docstring;
use super::guards;
use super::text::{Source, doc_width};
use super::types::{hint, local_name, module_of};
use crate::layer::model::{Action, Client, ErrorMessages, Method, ReturnValue, Steps};
use crate::layer::params::{Param, Presence};
use crate::layer::wrap::paragraphs;

/// The errors of all methods, for the docstring of a module.
const ERRORS: &str = "Methods raise ``ScalekitArgumentException`` if an argument is missing or has the wrong type, and \
                      ``ScalekitServerException`` or one of its subclasses if the service rejects the call or \
                      cannot be reached.";

/// Returns the source of a client's module.
pub(super) fn module(client: &Client) -> String {
    let mut writer = Writer {
        error_messages: client.error_messages.clone(),
        ..Default::default()
    };
    for method in &client.methods {
        writer.body.blank(1);
        writer.method(method);
    }
    let mut source = Source::default();
    let title = format!("Operations of ``client.{}``.", client.attribute);
    let mut doc = vec![title];
    doc.extend(paragraphs(&client.doc, doc_width(0)));
    doc.extend(paragraphs(ERRORS, doc_width(0)));
    source.docstring(0, &doc);
    let sources: Vec<String> = files(client)
        .iter()
        .map(|file| writer.module(file))
        .collect();
    let mut text = source.finish();
    text.push('\n');
    text.push_str(&writer.imports());
    text.push_str(&format!(
        "\n__getattr__ = messages_of(__name__, {})\n",
        sources.join(", ")
    ));
    text.push_str(&guards::tables(client));
    text.push_str("\n\nclass _Methods:\n");
    // No blank line between the class statement and the first method.
    text.push_str(writer.body.finish().trim_start_matches('\n'));
    for (prefix, base, kind) in [
        ("", "Service", "blocking"),
        ("Async", "AsyncService", "asyncio"),
    ] {
        text.push_str(&format!(
            "\n\nclass {prefix}{}(_Methods, {base}):\n    \"\"\"Operations of ``client.{}`` ({kind}).\"\"\"\n",
            client.class, client.attribute
        ));
    }
    text
}

/// Returns the schema files of a client's operations. The client's module re-exports their
/// messages, because existing code imports them from there.
pub(super) fn files(client: &Client) -> Vec<FileDescriptor> {
    let operations = client
        .methods
        .iter()
        .filter_map(|method| match &method.action {
            Action::Call { operation, .. } => Some(operation.method.parent_service().parent_file()),
            _ => None,
        });
    let by_name: BTreeMap<String, FileDescriptor> = operations
        .map(|file| (file.name().to_owned(), file))
        .collect();
    by_name.into_values().collect()
}

#[derive(Default)]
struct Writer {
    body: Source,
    modules: BTreeSet<(String, String)>,
    error_messages: ErrorMessages,
    failures: bool,
    results: bool,
    steps: bool,
    any: bool,
}

impl Writer {
    fn imports(&self) -> String {
        let mut text = String::from("from __future__ import annotations\n\n");
        if self.any {
            text.push_str("from typing import Any\n\n");
        }
        let modules = |google: bool| {
            self.modules
                .iter()
                .filter(move |(module, _)| module.starts_with("google") == google)
        };
        for (module, name) in modules(true) {
            text.push_str(&format!("from {module} import {name}\n"));
        }
        if !text.ends_with("\n\n") {
            text.push('\n');
        }
        let helpers = [
            ("failures", self.failures),
            ("results", self.results),
            ("steps", self.steps),
        ];
        let helpers: Vec<&str> = helpers
            .iter()
            .filter(|(_, used)| *used)
            .map(|(name, _)| *name)
            .collect();
        if !helpers.is_empty() {
            text.push_str(&format!(
                "from scalekit._runtime import {}\n",
                helpers.join(", ")
            ));
        }
        text.push_str("from scalekit._runtime.arguments import Arguments\n");
        text.push_str("from scalekit._runtime.service import AsyncService, Service, messages_of\n");
        for (module, name) in modules(false) {
            text.push_str(&format!("from {module} import {name}\n"));
        }
        text
    }

    /// Returns the expression for a message class.
    fn class(&mut self, message: &MessageDescriptor) -> String {
        let file = message.parent_file();
        if file.package_name() == "google.protobuf" {
            let (package, module) = module_of(&file);
            self.modules
                .insert((format!("{package}.{module}"), message.name().to_owned()));
            return message.name().to_owned();
        }
        format!(
            "{}.{}",
            self.module(&file),
            local_name(message.full_name(), &file)
        )
    }

    /// Returns the expression for the message module of a schema file.
    fn module(&mut self, file: &FileDescriptor) -> String {
        let (package, module) = module_of(file);
        self.modules.insert((package, module.clone()));
        module
    }

    fn method(&mut self, method: &Method) {
        let builds = matches!(method.action, Action::Build);
        if builds {
            self.body.line(1, "@staticmethod");
        }
        let mut items = signature(&method.params, |param| {
            let hint = hint(param);
            self.any |= hint.contains("Any");
            match &param.presence {
                Presence::Optional => format!("{}: {hint} = None", param.name),
                Presence::Default(literal) => format!("{}: {hint} = {literal}", param.name),
                _ => format!("{}: {hint}", param.name),
            }
        });
        if !builds {
            items.insert(0, "self".to_owned());
        }
        self.body
            .call(1, &format!("def {}", method.name), &items, ":");
        self.body.docstring(2, &docstring(method));
        let request = self.class(&method.request);
        let name = match &method.action {
            Action::Call { operation, .. } | Action::Pages { operation, .. } => {
                operation.key.clone()
            }
            Action::Build => method.name.clone(),
        };
        let mut items = vec![format!("\"{name}\""), request];
        items.extend(guards::arguments(&self.error_messages, method));
        self.body.call(2, "args = Arguments", &items, "");
        let mut added = BTreeSet::new();
        for parent in method
            .params
            .iter()
            .flat_map(|param| &param.required_parents)
        {
            if added.insert(parent) {
                self.body.line(2, &format!("args.hold(\"{parent}\")"));
            }
        }
        if !method.prefer.is_empty() {
            let names = method.prefer.join(", ");
            self.body.line(2, &format!("{names} = args.first({names})"));
        }
        guards::write_required_sets(&mut self.body, method);
        // Explicit arguments override the fields of a merged request, so the request comes first.
        let is_request = |param: &&Param| param.path.as_deref() == Some("*");
        let others = method.params.iter().filter(|param| !is_request(param));
        for param in method.params.iter().filter(is_request).chain(others) {
            self.fill("args", param);
        }
        let route_params = method.route_params();
        if !route_params.is_empty() {
            let names: Vec<String> = route_params
                .iter()
                .map(|param| format!("\"{}\"", param.name))
                .collect();
            self.body.call(2, "args.one_of", &names, "");
        }
        guards::write_rejected_fields(&mut self.body, method);
        match &method.action {
            Action::Build => self.body.line(2, "return args.request"),
            Action::Pages { operation, items } => {
                let response = self.class(&operation.method.output());
                let items = [
                    "args.operation".to_owned(),
                    "args.request".to_owned(),
                    response,
                    format!("\"{}\"", items.name()),
                ];
                self.body.call(2, "return self._pages", &items, "");
            }
            Action::Call {
                operation,
                returns,
                mask,
                steps,
                on_error,
            } => {
                if let Some(mask) = mask {
                    let masked = method
                        .params
                        .iter()
                        .find_map(|param| param.path.as_deref()?.split_once('.'));
                    let masked = masked.map(|(field, _)| field).unwrap_or_default();
                    self.body
                        .line(2, &format!("args.mask(\"{mask}\", \"{masked}\")"));
                }
                let response = self.class(&operation.method.output());
                let convert = self.convert(returns);
                match steps {
                    None => {
                        let mut items = vec![
                            "args.operation".to_owned(),
                            "args.request".to_owned(),
                            response,
                        ];
                        items.extend(convert);
                        items.extend(on_error.as_ref().map(|function| {
                            self.failures = true;
                            format!("failure=failures.{function}")
                        }));
                        self.body.call(2, "return self._call", &items, "");
                    }
                    Some(steps) => self.run(method, steps, response, convert),
                }
            }
        }
    }

    fn fill(&mut self, args: &str, param: &Param) {
        let Some(path) = &param.path else { return };
        let function = match &param.presence {
            Presence::Required => "required",
            _ => "optional",
        };
        let mut items = vec![format!("\"{}\"", param.name), param.name.clone()];
        if *path != param.name {
            items.push(format!("\"{path}\""));
        }
        self.body.call(2, &format!("{args}.{function}"), &items, "");
    }

    /// Returns the function that converts the message to the return value of the method.
    fn convert(&mut self, returns: &ReturnValue) -> Option<String> {
        match returns {
            ReturnValue::MessageAndCall => None,
            ReturnValue::Message => Some("lambda message: message".to_owned()),
            ReturnValue::Field(field) | ReturnValue::OptionalField(field) => {
                Some(format!("lambda message: message.{}", field.name()))
            }
            ReturnValue::Function(function) => {
                self.results = true;
                Some(format!("results.{function}"))
            }
        }
    }

    fn run(&mut self, method: &Method, steps: &Steps, response: String, convert: Option<String>) {
        self.steps = true;
        let first = self.class(&steps.first.method.input());
        self.body.call(
            2,
            "first = Arguments",
            &[format!("\"{}\"", steps.first.key), first],
            "",
        );
        for name in &steps.params {
            if let Some(param) = method.params.iter().find(|param| param.name == *name) {
                self.fill(
                    "first",
                    &Param {
                        path: Some(param.name.clone()),
                        ..param.clone()
                    },
                );
            }
        }
        let first_response = self.class(&steps.first.method.output());
        let mut last = vec![
            "args.operation".to_owned(),
            "args.request".to_owned(),
            response,
        ];
        last.extend(convert);
        let calls = [
            format!("(first.operation, first.request, {first_response})"),
            format!("({})", last.join(", ")),
        ];
        self.body.line(2, "return self._run(");
        self.body
            .call(3, &format!("steps.{}", steps.function), &calls, "");
        self.body.line(2, ")");
    }
}

/// Returns the parameters of a definition, with a star before the keyword-only ones.
pub(super) fn signature(params: &[Param], mut write: impl FnMut(&Param) -> String) -> Vec<String> {
    let mut items = Vec::new();
    for param in params {
        if param.keyword_only && !items.iter().any(|item| item == "*") {
            items.push("*".to_owned());
        }
        items.push(write(param));
    }
    items
}
