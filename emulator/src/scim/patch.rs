//! PATCH operations (RFC 7644, section 3.5.2).

use serde_json::{Map, Value};

use super::ScimError;
use super::names::{field, spelled};
use super::path::{Filter, Path};

/// Applies the operations of a PATCH to a document.
pub(super) fn apply(
    document: &mut Map<String, Value>,
    patch: &Map<String, Value>,
) -> Result<(), ScimError> {
    let operations = field(patch, "Operations").and_then(Value::as_array);
    let operations =
        operations.ok_or_else(|| ScimError::invalid("invalidSyntax", "Operations is missing"))?;
    for operation in operations {
        let operation = operation.as_object().ok_or_else(|| {
            ScimError::invalid("invalidSyntax", "each operation must be an object")
        })?;
        // Some identity providers capitalize the operations.
        let verb = field(operation, "op")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let path = field(operation, "path").and_then(Value::as_str);
        let value = field(operation, "value").cloned().unwrap_or_default();
        match (verb.to_ascii_lowercase().as_str(), path) {
            (verb @ ("add" | "replace"), None) => {
                let Value::Object(fields) = value else {
                    let detail = "without a path, value must be an object";
                    return Err(ScimError::invalid("invalidValue", detail));
                };
                for (path, value) in fields {
                    set(document, &parse(&path)?, value, verb == "add");
                }
            }
            (verb @ ("add" | "replace"), Some(path)) => {
                set(document, &parse(path)?, value, verb == "add")
            }
            ("remove", Some(path)) => remove(document, &parse(path)?, &value),
            ("remove", None) => {
                return Err(ScimError::invalid("noTarget", "remove requires a path"));
            }
            (other, _) => {
                let detail = format!("operation {other:?} is not supported");
                return Err(ScimError::invalid("invalidSyntax", detail));
            }
        }
    }
    Ok(())
}

fn parse(text: &str) -> Result<Path<'_>, ScimError> {
    Path::parse(text)
        .ok_or_else(|| ScimError::invalid("invalidPath", format!("{text:?} is not a valid path")))
}

/// Returns the attribute of a map. Inserts null if it is missing.
fn slot<'m>(map: &'m mut Map<String, Value>, name: &str) -> &'m mut Value {
    let name = spelled(map, name);
    map.entry(name).or_insert(Value::Null)
}

/// Returns the object in a value. Replaces other values with an empty object.
fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("the value is an object"),
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
        (Some(filter), part) => set_matching(slot, filter, part, &value, add),
    }
}

fn put(slot: &mut Value, value: Value, add: bool) {
    match (slot, value) {
        (Value::Array(existing), Value::Array(more)) if add => {
            let missing: Vec<Value> = more
                .into_iter()
                .filter(|entry| !has(existing, entry))
                .collect();
            existing.extend(missing);
        }
        (Value::Array(existing), entry @ Value::Object(_)) if add => {
            if !has(existing, &entry) {
                existing.push(entry);
            }
        }
        (Value::Object(existing), Value::Object(more)) => {
            for (name, value) in more {
                existing.insert(spelled(existing, &name), value);
            }
        }
        (slot, value) => *slot = value,
    }
}

fn put_part(entry: &mut Value, part: &str, value: &Value, add: bool) {
    put(slot(object(entry), part), value.clone(), add);
}

/// Sets the matching entries of a list. Adds an entry if none matches, as identity providers
/// expect.
fn set_matching(
    list: &mut Value,
    filter: &Filter<'_>,
    part: Option<&str>,
    value: &Value,
    add: bool,
) {
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    let Some(entries) = list.as_array_mut() else {
        return;
    };
    if !filter.value.is_null() && !entries.iter().any(|entry| filter.matches_entry(entry)) {
        let name = spelled(&Map::new(), filter.path.attribute);
        entries.push(Value::Object(Map::from_iter([(
            name,
            filter.value.clone(),
        )])));
    }
    for entry in entries
        .iter_mut()
        .filter(|entry| filter.matches_entry(entry))
    {
        match part {
            Some(part) => put_part(entry, part, value, add),
            None if add => put(entry, value.clone(), true),
            None => *entry = value.clone(),
        }
    }
}

/// Returns `true` if a list contains an entry. Entries with a `value` are compared by it.
fn has(existing: &[Value], entry: &Value) -> bool {
    existing.iter().any(|one| match value_of(entry) {
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

/// Removes the attribute at a path. If it is a list and `value` is not null, removes only the
/// entries in `value`.
pub(super) fn remove(document: &mut Map<String, Value>, path: &Path<'_>, value: &Value) {
    let Some(schema) = path.schema else {
        return remove_from(document, path, value);
    };
    let name = spelled(document, schema);
    if let Some(holder) = document.get_mut(&name).and_then(Value::as_object_mut) {
        remove_from(holder, path, value);
        if holder.is_empty() {
            document.remove(&name);
        }
    }
}

fn remove_from(holder: &mut Map<String, Value>, path: &Path<'_>, value: &Value) {
    let name = spelled(holder, path.attribute);
    let Some(slot) = holder.get_mut(&name) else {
        return;
    };
    match (&path.filter, path.part, slot) {
        (Some(filter), Some(part), Value::Array(entries)) => {
            for entry in entries
                .iter_mut()
                .filter(|entry| filter.matches_entry(entry))
            {
                remove_part(entry, part);
            }
        }
        (Some(filter), None, Value::Array(entries)) => {
            entries.retain(|entry| !filter.matches_entry(entry))
        }
        // A filter matches only entries of a list.
        (Some(_), ..) => {}
        (None, Some(part), Value::Array(entries)) => {
            for entry in entries {
                remove_part(entry, part);
            }
        }
        (None, Some(part), one) => remove_part(one, part),
        // Some identity providers send the members to remove as the value.
        (None, None, Value::Array(entries)) if !value.is_null() => {
            let removed = value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice);
            entries.retain(|entry| !has(removed, entry));
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
