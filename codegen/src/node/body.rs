//! The bodies of methods: checks, the request, the call, and what becomes of its answer.

use std::collections::BTreeSet;

use super::client::Writer;
use super::init::Init;
use super::names::camel;
use super::types::{arguments, value};
use crate::faces::params::Accepts;
use crate::faces::plan::{Action, Method, Outcome};

impl Writer {
    /// The lines between the braces of a method.
    pub(super) fn body(&mut self, method: &Method) -> String {
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
        // In an update an empty text is a new value; elsewhere, and in what names the object that another one updates, it
        // is a value that the caller does not have.
        let update = matches!(&method.action, Action::Call { operation, .. } if operation.method.name().starts_with("Update"));
        let apart = method.leaves().any(|param| param.updates());
        let mut init = Init::default();
        let mut holders = BTreeSet::new();
        for (access, param) in arguments(method) {
            let Some(path) = &param.path else { continue };
            let clears = update && (!apart || path.contains('.'));
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
}
