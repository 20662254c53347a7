//! Further methods that follow from those of the operations.

use super::params::{Accepts, Param};
use super::plan::{Action, Method, Style};

/// Where an id shares a oneof with `external_id`, adds the method that takes the latter.
pub(crate) fn add_by_external_id(methods: &mut Vec<Method>, style: Style) {
    let mut added = Vec::new();
    for method in methods.iter() {
        let plain = matches!(&method.action, Action::Call { outcome, .. } if *outcome == (style.outcome)());
        if !plain {
            continue;
        }
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
            "As {}, for the external id that was given to it in place of Scalekit's own.",
            (style.link)(&method.name)
        );
        added.push(Method {
            name,
            params,
            doc,
            request: method.request.clone(),
            action: method.action.clone(),
            needs: method.needs.clone(),
            refuse: method.refuse.clone(),
            raises: method.raises.clone(),
            prefer: method.prefer.clone(),
            iterator: method
                .iterator
                .as_ref()
                .map(|name| format!("{name}_by_external_id")),
        });
    }
    methods.extend(added);
}

/// Adds an iterator to every list that is paged.
pub(crate) fn add_iterators(methods: &mut Vec<Method>, style: Style) {
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
        let derived = || format!("iter_{}", plain.strip_suffix("_paginated").unwrap_or(plain));
        added.push(Method {
            name: method.iterator.clone().unwrap_or_else(derived),
            params: method.params.iter().filter_map(without_token).collect(),
            doc: format!(
                "Iterates over what {} lists, through all pages.\n\nA page is fetched when the loop gets to it.",
                (style.link)(&method.name)
            ),
            request: method.request.clone(),
            action: Action::Pages { operation: operation.clone(), items },
            needs: method.needs.clone(),
            refuse: method.refuse.clone(),
            raises: method.raises.clone(),
            prefer: method.prefer.clone(),
            iterator: None,
        });
    }
    methods.extend(added);
}

/// The parameter without what asks for a page; nothing if that is all it has.
fn without_token(param: &Param) -> Option<Param> {
    match &param.accepts {
        Accepts::Group(members) => {
            let members: Vec<Param> = members.iter().filter_map(without_token).collect();
            (!members.is_empty()).then(|| Param {
                accepts: Accepts::Group(members),
                interface: None,
                ..param.clone()
            })
        }
        _ => (param.name != "page_token").then(|| param.clone()),
    }
}
