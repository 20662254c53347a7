//! Methods that are derived from other methods.

use super::model::{Action, Conventions, Method};
use super::params::{Accepts, Param};

/// Adds a method that takes an external id for each method whose id can be replaced by one.
pub(super) fn add_by_external_id(methods: &mut Vec<Method>, conventions: Conventions) {
    let mut added = Vec::new();
    for method in methods.iter() {
        let default_return = (conventions.default_return)();
        if !matches!(&method.action, Action::Call { returns, .. } if *returns == default_return) {
            continue;
        }
        let name = format!("{}_by_external_id", method.name);
        if methods.iter().any(|other| other.name == name) {
            continue;
        }
        let mut params = method.params.iter().enumerate();
        let Some((index, field)) =
            params.find_map(|(index, param)| Some((index, param.external_id.clone()?)))
        else {
            continue;
        };
        let mut params = method.params.clone();
        let doc = params[index].external_id_doc.clone();
        params[index] = Param::required(field.name(), field.clone(), doc);
        let doc = format!(
            "Same as {}, but takes the external id instead of the Scalekit id.",
            (conventions.method_link)(&method.name)
        );
        let iterator = method.iterator.as_ref();
        added.push(Method {
            name,
            params,
            doc,
            iterator: iterator.map(|name| format!("{name}_by_external_id")),
            ..method.clone()
        });
    }
    methods.extend(added);
}

/// Adds an iterator for each method that returns a page of a list.
pub(super) fn add_iterators(methods: &mut Vec<Method>, conventions: Conventions) {
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
        let response = operation.method.output();
        let paged = method.request.get_field_by_name("page_token").is_some()
            && response.get_field_by_name("next_page_token").is_some();
        let items = response
            .fields()
            .find(|field| field.is_list() && field.kind().as_message().is_some());
        let (true, Some(items)) = (paged, items) else {
            continue;
        };
        let name = method.iterator.clone();
        let params = method.params.iter().filter_map(without_page_token);
        added.push(Method {
            name: name.unwrap_or_else(|| iterator_name(&method.name)),
            params: params.collect(),
            doc: format!(
                "Iterates over the items of all pages of {}.\n\nPages are fetched lazily.",
                (conventions.method_link)(&method.name)
            ),
            action: Action::Pages {
                operation: operation.clone(),
                items,
            },
            iterator: None,
            ..method.clone()
        });
    }
    methods.extend(added);
}

/// `list_users` → `iter_users`, `list_events_paginated` → `iter_events`.
fn iterator_name(method: &str) -> String {
    let items = method
        .strip_prefix("list_")
        .or_else(|| method.strip_prefix("get_"))
        .unwrap_or(method);
    format!("iter_{}", items.strip_suffix("_paginated").unwrap_or(items))
}

/// Removes the page token from a parameter. Returns `None` if nothing is left.
fn without_page_token(param: &Param) -> Option<Param> {
    match &param.accepts {
        Accepts::Group(members) => {
            let members: Vec<Param> = members.iter().filter_map(without_page_token).collect();
            (!members.is_empty()).then(|| Param {
                accepts: Accepts::Group(members),
                interface: None,
                ..param.clone()
            })
        }
        _ => (param.name != "page_token").then(|| param.clone()),
    }
}
