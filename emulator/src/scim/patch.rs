//! Changes in parts (RFC 7644, section 3.5.2).

use serde_json::{Map, Value};

use super::Refusal;

/// Applies the operations of a PATCH to a document.
pub(super) fn apply(document: &mut Map<String, Value>, patch: &Map<String, Value>) -> Result<(), Refusal> {
    let operations = field(patch, "Operations").and_then(Value::as_array);
    let operations = operations.ok_or_else(|| Refusal::invalid("invalidSyntax", "Operations is missing"))?;
    for operation in operations.iter().filter_map(Value::as_object) {
        let verb = field(operation, "op").and_then(Value::as_str).unwrap_or_default();
        let path = field(operation, "path").and_then(Value::as_str);
        let value = field(operation, "value").cloned().unwrap_or_default();
        // Some identity providers write the verbs with a capital letter.
        match (verb.to_ascii_lowercase().as_str(), path) {
            ("add" | "replace", None) => {
                let Value::Object(fields) = value else {
                    return Err(Refusal::invalid(
                        "invalidValue",
                        "without a path, value must be an object",
                    ));
                };
                for (path, value) in fields {
                    set(
                        document,
                        &Path::parse(&path)?,
                        value,
                        verb.eq_ignore_ascii_case("add"),
                    );
                }
            }
            ("add", Some(path)) => set(document, &Path::parse(path)?, value, true),
            ("replace", Some(path)) => set(document, &Path::parse(path)?, value, false),
            ("remove", Some(path)) => remove(document, &Path::parse(path)?, &value),
            ("remove", None) => return Err(Refusal::invalid("noTarget", "remove needs a path")),
            (other, _) => {
                return Err(Refusal::invalid(
                    "invalidSyntax",
                    format!("there is no operation {other:?}"),
                ));
            }
        }
    }
    Ok(())
}

/// The names of a PATCH are not case-sensitive.
fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let found = object.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

/// `attribute`, `attribute.part`, `attribute[part eq "text"]` or `attribute[part eq "text"].part`.
struct Path<'a> {
    attribute: &'a str,
    filter: Option<(&'a str, Value)>,
    part: Option<&'a str>,
}

impl<'a> Path<'a> {
    fn parse(text: &'a str) -> Result<Self, Refusal> {
        let wrong = || Refusal::invalid("invalidPath", format!("{text:?} is no path"));
        // A URN in front names the schema of the attribute.
        let plain = if text.starts_with("urn:") {
            text.rsplit_once(':').map_or(text, |(_, rest)| rest)
        } else {
            text
        };
        if let Some((attribute, rest)) = plain.split_once('[') {
            let (filter, rest) = rest.split_once(']').ok_or_else(wrong)?;
            let mut words = filter.trim().splitn(3, ' ');
            let (Some(name), Some("eq"), Some(value)) = (words.next(), words.next(), words.next()) else {
                return Err(wrong());
            };
            let value = serde_json::from_str(value.trim()).map_err(|_| wrong())?;
            return Ok(Self {
                attribute,
                filter: Some((name, value)),
                part: rest.strip_prefix('.'),
            });
        }
        let (attribute, part) = match plain.split_once('.') {
            Some((attribute, part)) => (attribute, Some(part)),
            None => (plain, None),
        };
        Ok(Self {
            attribute,
            filter: None,
            part,
        })
    }
}

fn set(document: &mut Map<String, Value>, path: &Path<'_>, value: Value, add: bool) {
    let slot = document.entry(path.attribute).or_insert(Value::Null);
    match (&path.filter, path.part) {
        (None, None) => match (slot, value) {
            (Value::Array(known), Value::Array(more)) if add => {
                let fresh: Vec<Value> = more.into_iter().filter(|entry| !has(known, entry)).collect();
                known.extend(fresh);
            }
            (Value::Array(known), entry @ Value::Object(_)) if add => {
                if !has(known, &entry) {
                    known.push(entry);
                }
            }
            (Value::Object(known), Value::Object(more)) => known.extend(more),
            (slot, value) => *slot = value,
        },
        (None, Some(part)) => {
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            slot[part] = value;
        }
        (Some((name, wanted)), part) => {
            if !slot.is_array() {
                *slot = Value::Array(Vec::new());
            }
            let Some(entries) = slot.as_array_mut() else {
                return;
            };
            if !entries.iter().any(|entry| entry[*name] == *wanted) {
                let fresh = Map::from_iter([((*name).to_owned(), wanted.clone())]);
                entries.push(Value::Object(fresh));
            }
            for entry in entries.iter_mut().filter(|entry| entry[*name] == *wanted) {
                match part {
                    Some(part) => entry[part] = value.clone(),
                    None => *entry = value.clone(),
                }
            }
        }
    }
}

/// Whether a list has an entry; those that refer to something are the same if they refer to the same.
fn has(known: &[Value], entry: &Value) -> bool {
    known.iter().any(|one| match entry.get("value") {
        Some(value) => one.get("value") == Some(value),
        None => one == entry,
    })
}

fn remove(document: &mut Map<String, Value>, path: &Path<'_>, value: &Value) {
    let Some(slot) = document.get_mut(path.attribute) else {
        return;
    };
    match (&path.filter, path.part, slot.as_array_mut()) {
        (Some((name, wanted)), _, Some(entries)) => entries.retain(|entry| entry[*name] != *wanted),
        // Some identity providers name the members to remove in the value.
        (None, None, Some(entries)) if value.is_array() => {
            let gone = value.as_array().map(Vec::as_slice).unwrap_or_default();
            entries.retain(|entry| !has(gone, entry));
        }
        (None, Some(part), _) => {
            if let Some(parts) = slot.as_object_mut() {
                parts.remove(part);
            }
        }
        _ => {
            document.remove(path.attribute);
        }
    }
}
