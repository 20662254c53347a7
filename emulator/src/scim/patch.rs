//! Changes in parts (RFC 7644, section 3.5.2).

use serde_json::{Map, Value};

use super::Refusal;
use super::names::{field, spelled};
use super::path::{Filter, Path};

/// Applies the operations of a PATCH to a document.
pub(super) fn apply(document: &mut Map<String, Value>, patch: &Map<String, Value>) -> Result<(), Refusal> {
    let operations = field(patch, "Operations").and_then(Value::as_array);
    let operations = operations.ok_or_else(|| Refusal::invalid("invalidSyntax", "Operations is missing"))?;
    for operation in operations {
        let operation = operation
            .as_object()
            .ok_or_else(|| Refusal::invalid("invalidSyntax", "an operation is no object"))?;
        // Some identity providers write the verbs with a capital letter.
        let verb = field(operation, "op").and_then(Value::as_str).unwrap_or_default();
        let path = field(operation, "path").and_then(Value::as_str);
        let value = field(operation, "value").cloned().unwrap_or_default();
        match (verb.to_ascii_lowercase().as_str(), path) {
            (verb @ ("add" | "replace"), None) => {
                let Value::Object(fields) = value else {
                    let detail = "without a path, value must be an object";
                    return Err(Refusal::invalid("invalidValue", detail));
                };
                for (path, value) in fields {
                    set(document, &parse(&path)?, value, verb == "add");
                }
            }
            (verb @ ("add" | "replace"), Some(path)) => set(document, &parse(path)?, value, verb == "add"),
            ("remove", Some(path)) => remove(document, &parse(path)?, &value),
            ("remove", None) => return Err(Refusal::invalid("noTarget", "remove needs a path")),
            (other, _) => {
                let detail = format!("there is no operation {other:?}");
                return Err(Refusal::invalid("invalidSyntax", detail));
            }
        }
    }
    Ok(())
}

fn parse(text: &str) -> Result<Path<'_>, Refusal> {
    Path::parse(text).ok_or_else(|| Refusal::invalid("invalidPath", format!("{text:?} is no path")))
}

/// The attribute of a map, made if it is not there.
fn slot<'m>(map: &'m mut Map<String, Value>, name: &str) -> &'m mut Value {
    let name = spelled(map, name);
    map.entry(name).or_insert(Value::Null)
}

/// A value as an object, which it becomes if it is none.
fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it was made one"),
    }
}

fn set(document: &mut Map<String, Value>, path: &Path<'_>, value: Value, add: bool) {
    let holder = match path.schema {
        Some(schema) => object(slot(document, schema)),
        None => document,
    };
    let slot = slot(holder, path.attribute);
    match (&path.filter, path.part) {
        (None, None) => put(slot, value, add),
        (None, Some(part)) => match slot {
            Value::Array(entries) => {
                for entry in entries {
                    put_part(entry, part, &value, add);
                }
            }
            one => put_part(one, part, &value, add),
        },
        (Some(filter), part) => set_picked(slot, filter, part, &value, add),
    }
}

fn put(slot: &mut Value, value: Value, add: bool) {
    match (slot, value) {
        (Value::Array(known), Value::Array(more)) if add => {
            let fresh: Vec<Value> = more.into_iter().filter(|entry| !has(known, entry)).collect();
            known.extend(fresh);
        }
        (Value::Array(known), entry @ Value::Object(_)) if add => {
            if !has(known, &entry) {
                known.push(entry);
            }
        }
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                known.insert(spelled(known, &name), value);
            }
        }
        (slot, value) => *slot = value,
    }
}

fn put_part(entry: &mut Value, part: &str, value: &Value, add: bool) {
    put(slot(object(entry), part), value.clone(), add);
}

/// Sets what a filter picks of a list; identity providers expect that an entry which is not there is made.
fn set_picked(list: &mut Value, filter: &Filter<'_>, part: Option<&str>, value: &Value, add: bool) {
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    let Some(entries) = list.as_array_mut() else {
        return;
    };
    if !filter.value.is_null() && !entries.iter().any(|entry| filter.picks_entry(entry)) {
        let name = spelled(&Map::new(), filter.path.attribute);
        entries.push(Value::Object(Map::from_iter([(name, filter.value.clone())])));
    }
    for entry in entries.iter_mut().filter(|entry| filter.picks_entry(entry)) {
        match part {
            Some(part) => put_part(entry, part, value, add),
            None if add => put(entry, value.clone(), true),
            None => *entry = value.clone(),
        }
    }
}

/// Whether a list has an entry; those that refer to something are the same if they refer to the same.
fn has(known: &[Value], entry: &Value) -> bool {
    known.iter().any(|one| match value_of(entry) {
        Some(value) => value_of(one) == Some(value),
        None => one == entry,
    })
}

fn value_of(entry: &Value) -> Option<&Value> {
    match entry {
        Value::Object(map) => field(map, "value"),
        plain => Some(plain),
    }
}

/// Removes what a path names: all of it, or the entries of a list that the value holds.
pub(super) fn remove(document: &mut Map<String, Value>, path: &Path<'_>, value: &Value) {
    let Some(schema) = path.schema else {
        return remove_here(document, path, value);
    };
    let name = spelled(document, schema);
    if let Some(holder) = document.get_mut(&name).and_then(Value::as_object_mut) {
        remove_here(holder, path, value);
        if holder.is_empty() {
            document.remove(&name);
        }
    }
}

fn remove_here(holder: &mut Map<String, Value>, path: &Path<'_>, value: &Value) {
    let name = spelled(holder, path.attribute);
    let Some(slot) = holder.get_mut(&name) else {
        return;
    };
    match (&path.filter, path.part, slot) {
        (Some(filter), Some(part), Value::Array(entries)) => {
            for entry in entries.iter_mut().filter(|entry| filter.picks_entry(entry)) {
                remove_part(entry, part);
            }
        }
        (Some(filter), None, Value::Array(entries)) => entries.retain(|entry| !filter.picks_entry(entry)),
        // A filter picks nothing of what is no list.
        (Some(_), ..) => {}
        (None, Some(part), Value::Array(entries)) => {
            for entry in entries {
                remove_part(entry, part);
            }
        }
        (None, Some(part), one) => remove_part(one, part),
        // Some identity providers name the members to remove in the value.
        (None, None, Value::Array(entries)) if !value.is_null() => {
            let gone = value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice);
            entries.retain(|entry| !has(gone, entry));
        }
        (None, None, _) => {
            holder.remove(&name);
        }
    }
}

fn remove_part(entry: &mut Value, part: &str) {
    if let Some(map) = entry.as_object_mut() {
        map.remove(&spelled(map, part));
    }
}
