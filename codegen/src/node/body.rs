//! The bodies of methods: argument checks, the request, the call and the return value.

use std::collections::BTreeSet;

use super::client::Writer;
use super::init::Init;
use super::names::camel;
use super::types::{arguments, value};
use crate::layer::model::{Action, Method, ReturnValue};
use crate::layer::params::Accepts;

impl Writer {
    /// Returns the lines between the braces of a method.
    pub(super) fn body(&mut self, method: &Method) -> String {
        let mut text = String::new();
        for param in &method.params {
            if matches!(param.accepts, Accepts::Group(_)) && !param.presence.can_be_omitted() {
                let name = camel(&param.name);
                let check = self
                    .helpers
                    .call("required", &format!("\"{name}\", {name}"));
                text.push_str(&format!("    {check};\n"));
            }
        }
        text.push_str(&self.required_sets(method));
        let (operation, response) = match &method.action {
            Action::Call { operation, .. } | Action::Pages { operation, .. } => {
                (operation.key.clone(), operation.method.output())
            }
            Action::Build => (String::new(), method.request.clone()),
        };
        let request = self.schema(&method.request);
        let init = self.init(method, 2);
        let response = self.schema(&response);
        let arguments = format!(
            "\n      \"{operation}\",\n      {request},\n      {init_},\n      {response},\n",
            init_ = init.replace("\n", "\n  ")
        );
        match &method.action {
            Action::Pages { items, .. } => {
                let items = format!("(page) => page.{}", camel(items.name()));
                text.push_str(&format!(
                    "    yield* this.pages({arguments}      {items},\n      call,\n    );\n"
                ));
            }
            Action::Build => text.push_str(&format!("    return {init};\n")),
            Action::Call {
                returns, on_error, ..
            } => {
                let catch = on_error.as_deref().map(|function| {
                    self.functions
                        .insert(("../runtime/results".to_owned(), function.to_owned()));
                    format!(".catch({function})")
                });
                let call = format!(
                    "this.unary({arguments}      call,\n    ){}",
                    catch.unwrap_or_default()
                );
                match returns {
                    ReturnValue::MessageAndCall | ReturnValue::Message => {
                        text.push_str(&format!("    return {call};\n"));
                    }
                    ReturnValue::OptionalField(field) => {
                        text.push_str(&format!(
                            "    const response = await {call};\n    return response.{};\n",
                            camel(field.name())
                        ));
                    }
                    ReturnValue::Field(field) => {
                        let name = camel(field.name());
                        let value = self.helpers.call(
                            "responseField",
                            &format!("\"{operation}\", \"{name}\", response.{name}"),
                        );
                        text.push_str(&format!(
                            "    const response = await {call};\n    return {value};\n"
                        ));
                    }
                    ReturnValue::Function(function) => {
                        self.functions
                            .insert(("../runtime/results".to_owned(), function.clone()));
                        text.push_str(&format!("    return {function}(await {call});\n"));
                    }
                }
            }
        }
        text
    }

    /// Returns the check that all arguments of at least one required set are given.
    fn required_sets(&mut self, method: &Method) -> String {
        let route_params = method.route_params();
        let mut sets: Vec<Vec<&str>> = method
            .required_sets
            .iter()
            .map(|set| set.iter().map(String::as_str).collect())
            .collect();
        if sets.is_empty() {
            sets = route_params
                .iter()
                .map(|param| vec![param.name.as_str()])
                .collect();
        }
        if sets.is_empty() {
            return String::new();
        }
        let arguments = arguments(method);
        let access = |name: &str| {
            let found = arguments.iter().find(|(_, param)| param.name == name);
            found.map(|(access, _)| access.clone()).unwrap_or_default()
        };
        let set = |names: &Vec<&str>| {
            let label: Vec<String> = names.iter().map(|name| camel(name)).collect();
            let values: Vec<String> = names.iter().map(|name| access(name)).collect();
            format!("\"{}\": [{}]", label.join(" and "), values.join(", "))
        };
        let sets: Vec<String> = sets.iter().map(set).collect();
        let check = self
            .helpers
            .call("requireOneOf", &format!("{{ {} }}", sets.join(", ")));
        format!("    {check};\n")
    }

    fn init(&mut self, method: &Method, depth: usize) -> String {
        // In an update, an empty string is a new value. In other requests, and in the fields of an
        // update that identify the updated object, an empty string means that the field is not set.
        let is_update = matches!(
            &method.action,
            Action::Call { operation, .. } if operation.method.name().starts_with("Update")
        );
        let has_message = method.leaves().any(|param| param.fills_message());
        let mut init = Init::default();
        let mut required_parents = BTreeSet::new();
        for (access, param) in arguments(method) {
            let Some(path) = &param.path else { continue };
            let keeps_empty = is_update && (!has_message || path.contains('.'));
            let text = value(
                param,
                &access,
                keeps_empty,
                &mut self.modules,
                &mut self.helpers,
            );
            let field = path.split(['[', '{']).next().unwrap_or(path);
            init.set(
                &method.request,
                field,
                text,
                !param.nullable(),
                &mut self.helpers,
            );
            required_parents.extend(param.required_parents.iter().cloned());
        }
        for parent in required_parents {
            init.require(&parent);
        }
        init.literal(depth, &mut self.helpers)
    }
}
