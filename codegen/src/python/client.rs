//! The modules of the service clients: each method once, for both flavours.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FileDescriptor, MessageDescriptor};

use super::docs::docstring;
use super::guards;
use super::text::{Source, doc_width};
use super::types::{hint, local_name, module_of};
use crate::faces::face::Presence;
use crate::faces::params::Param;
use crate::faces::plan::{Action, Client, Messages, Method, Outcome, Steps};
use crate::faces::prose::paragraphs;

/// The text of a client's module.
pub(super) fn module(client: &Client) -> String {
    let mut writer = Writer {
        messages: client.messages.clone(),
        ..Default::default()
    };
    for method in &client.methods {
        writer.body.blank(1);
        writer.method(method);
    }
    let mut source = Source::default();
    let title = format!("The operations of ``client.{}``.", client.attribute);
    let mut doc = vec![title];
    doc.extend(paragraphs(&client.doc, doc_width(0)));
    source.docstring(0, &doc);
    let sources: Vec<String> = files(client).iter().map(|file| writer.module(file)).collect();
    let mut text = source.finish();
    text.push('\n');
    text.push_str(&writer.imports());
    text.push_str(&format!(
        "\n__getattr__ = messages_of(__name__, {})\n",
        sources.join(", ")
    ));
    text.push_str(&guards::tables(client));
    text.push_str("\n\nclass _Methods:\n");
    // The blank line before the first method would stand after the class statement.
    text.push_str(writer.body.finish().trim_start_matches('\n'));
    for (prefix, base, how) in [
        ("", "Service", "blocking"),
        ("Async", "AsyncService", "awaitable"),
    ] {
        text.push_str(&format!(
            "\n\nclass {prefix}{}(_Methods, {base}):\n    \"\"\"The operations of ``client.{}``, {how}.\"\"\"\n",
            client.class, client.attribute
        ));
    }
    text
}

/// The files of a client's operations: code imports their messages from the client's module as well.
pub(super) fn files(client: &Client) -> Vec<FileDescriptor> {
    let operations = client.methods.iter().filter_map(|method| match &method.action {
        Action::Call { operation, .. } => Some(operation.method.parent_service().parent_file()),
        _ => None,
    });
    let named: BTreeMap<String, FileDescriptor> =
        operations.map(|file| (file.name().to_owned(), file)).collect();
    named.into_values().collect()
}

#[derive(Default)]
struct Writer {
    body: Source,
    modules: BTreeSet<(String, String)>,
    messages: Messages,
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
        let of = |google: bool| {
            self.modules
                .iter()
                .filter(move |(module, _)| module.starts_with("google") == google)
        };
        for (module, name) in of(true) {
            text.push_str(&format!("from {module} import {name}\n"));
        }
        if !text.ends_with("\n\n") {
            text.push('\n');
        }
        let own = [
            ("_failures", self.failures),
            ("_results", self.results),
            ("_steps", self.steps),
        ];
        let own: Vec<&str> = own.iter().filter(|own| own.1).map(|own| own.0).collect();
        if !own.is_empty() {
            text.push_str(&format!("from scalekit import {}\n", own.join(", ")));
        }
        text.push_str("from scalekit._arguments import Arguments\n");
        text.push_str("from scalekit._service import AsyncService, Service, messages_of\n");
        for (module, name) in of(false) {
            text.push_str(&format!("from {module} import {name}\n"));
        }
        text
    }

    /// The expression for a message class.
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

    /// The expression for the module of a file's messages.
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
        self.body.call(1, &format!("def {}", method.name), &items, ":");
        self.body.docstring(2, &docstring(method));
        let request = self.class(&method.request);
        let name = match &method.action {
            Action::Call { operation, .. } | Action::Pages { operation, .. } => operation.key.clone(),
            Action::Build => method.name.clone(),
        };
        let mut items = vec![format!("\"{name}\""), request];
        items.extend(guards::arguments(&self.messages, method));
        self.body.call(2, "args = Arguments", &items, "");
        let mut held = BTreeSet::new();
        for holder in method.params.iter().flat_map(|param| &param.holders) {
            if held.insert(holder) {
                self.body.line(2, &format!("args.hold(\"{holder}\")"));
            }
        }
        if !method.prefer.is_empty() {
            let names = method.prefer.join(", ");
            self.body.line(2, &format!("{names} = args.first({names})"));
        }
        guards::write_needs(&mut self.body, method);
        // Explicit arguments win over the same fields of a whole request, so that comes first.
        let whole = |param: &&Param| param.path.as_deref() == Some("*");
        let others = method.params.iter().filter(|param| !whole(param));
        for param in method.params.iter().filter(whole).chain(others) {
            self.fill("args", param);
        }
        let alternatives = method.alternatives();
        if !alternatives.is_empty() {
            let alternatives: Vec<String> = alternatives
                .iter()
                .map(|param| format!("\"{}\"", param.name))
                .collect();
            self.body.call(2, "args.one_of", &alternatives, "");
        }
        guards::write_refusals(&mut self.body, method);
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
                outcome,
                mask,
                steps,
                failure,
            } => {
                if let Some(mask) = mask {
                    let of = method
                        .params
                        .iter()
                        .find_map(|param| param.path.as_deref()?.split_once('.'));
                    let of = of.map(|(of, _)| of).unwrap_or_default();
                    self.body.line(2, &format!("args.mask(\"{mask}\", \"{of}\")"));
                }
                let response = self.class(&operation.method.output());
                let then = self.then(outcome);
                match steps {
                    None => {
                        let mut items =
                            vec!["args.operation".to_owned(), "args.request".to_owned(), response];
                        items.extend(then);
                        items.extend(failure.as_ref().map(|function| {
                            self.failures = true;
                            format!("failure=_failures.{function}")
                        }));
                        self.body.call(2, "return self._call", &items, "");
                    }
                    Some(steps) => self.run(method, steps, response, then),
                }
            }
        }
    }

    fn fill(&mut self, args: &str, param: &Param) {
        let Some(path) = &param.path else { return };
        let verb = match &param.presence {
            Presence::Required => "required",
            _ => "optional",
        };
        let mut items = vec![format!("\"{}\"", param.name), param.name.clone()];
        if *path != param.name {
            items.push(format!("\"{path}\""));
        }
        self.body.call(2, &format!("{args}.{verb}"), &items, "");
    }

    fn then(&mut self, outcome: &Outcome) -> Option<String> {
        match outcome {
            Outcome::Both => None,
            Outcome::Message => Some("lambda message: message".to_owned()),
            Outcome::Field(field) | Outcome::Maybe(field) => {
                Some(format!("lambda message: message.{}", field.name()))
            }
            Outcome::Function(function) => {
                self.results = true;
                Some(format!("_results.{function}"))
            }
        }
    }

    fn run(&mut self, method: &Method, steps: &Steps, response: String, then: Option<String>) {
        self.steps = true;
        let first = self.class(&steps.first.method.input());
        self.body.call(
            2,
            "first = Arguments",
            &[format!("\"{}\"", steps.first.key), first],
            "",
        );
        for name in &steps.takes {
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
        let answer = self.class(&steps.first.method.output());
        let mut last = vec!["args.operation".to_owned(), "args.request".to_owned(), response];
        last.extend(then);
        let calls = [
            format!("(first.operation, first.request, {answer})"),
            format!("({})", last.join(", ")),
        ];
        self.body.line(2, "return self._run(");
        self.body
            .call(3, &format!("_steps.{}", steps.function), &calls, "");
        self.body.line(2, ")");
    }
}

/// The parameters as they stand in a definition, with the star before keyword-only ones.
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
