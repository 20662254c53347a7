//! Further methods that follow from those of the operations.

use super::params::Param;
use super::plan::{Action, Method, Outcome};

/// Where an id shares a oneof with `external_id`, adds the method that takes the latter.
pub(super) fn add_by_external_id(methods: &mut Vec<Method>) {
    let mut added = Vec::new();
    for method in methods.iter() {
        let Action::Call {
            outcome: Outcome::Both,
            ..
        } = method.action
        else {
            continue;
        };
        let name = format!("{}_by_external_id", method.name);
        if methods.iter().any(|other| other.name == name) {
            continue;
        }
        let external = method.params.iter().position(|param| param.external.is_some());
        let Some((place, field)) =
            external.and_then(|place| Some((place, method.params[place].external.clone()?)))
        else {
            continue;
        };
        let mut params = method.params.clone();
        params[place] = Param::required(field.name(), field.clone(), params[place].external_doc.clone());
        let doc = format!(
            "As :meth:`{}`, for the external id that was given to it in place of Scalekit's own.",
            method.name
        );
        added.push(Method {
            name,
            params,
            doc,
            request: method.request.clone(),
            action: method.action.clone(),
        });
    }
    methods.extend(added);
}

/// Adds an iterator to every list that is paged.
pub(super) fn add_iterators(methods: &mut Vec<Method>) {
    let mut added = Vec::new();
    for method in methods.iter() {
        let Action::Call {
            operation,
            steps: None,
            ..
        } = &method.action
        else {
            continue;
        };
        let answer = operation.method.output();
        let paged = method.request.get_field_by_name("page_token").is_some()
            && answer.get_field_by_name("next_page_token").is_some();
        let items = answer
            .fields()
            .find(|field| field.is_list() && field.kind().as_message().is_some());
        let (true, Some(items)) = (paged, items) else {
            continue;
        };
        let plain = method
            .name
            .strip_prefix("list_")
            .or_else(|| method.name.strip_prefix("get_"));
        let plain = plain.unwrap_or(&method.name);
        let params = method
            .params
            .iter()
            .filter(|param| param.name != "page_token")
            .cloned()
            .collect();
        added.push(Method {
            name: format!("iter_{}", plain.strip_suffix("_paginated").unwrap_or(plain)),
            params,
            doc: format!(
                "Iterates over what :meth:`{}` lists, through all pages.\n\nA page is fetched when the loop gets to it.",
                method.name
            ),
            request: method.request.clone(),
            action: Action::Pages { operation: operation.clone(), items },
        });
    }
    methods.extend(added);
}
