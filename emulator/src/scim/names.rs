//! How attributes are spelled: their names do not depend on letter case (RFC 7643, section 2.1).

use serde_json::{Map, Value};

use super::Refusal;
use super::shape::Document;

/// The schema of the extra attributes that most identity providers send (RFC 7643, section 4.3).
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The schemas of the attributes that stand in a document itself.
const CORE: [&str; 2] = [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:core:2.0:Group",
];

/// The names of RFC 7643.
const KNOWN: &str = "schemas id externalId meta userName name formatted familyName givenName middleName \
    honorificPrefix honorificSuffix displayName nickName profileUrl title userType preferredLanguage locale timezone \
    active password emails phoneNumbers ims photos addresses streetAddress locality region postalCode country groups \
    members entitlements roles x509Certificates value display type primary $ref employeeNumber costCenter \
    organization division department manager resourceType created lastModified location version";

/// Whether a name is the URI of a schema, or has one in front.
pub(super) fn is_urn(name: &str) -> bool {
    name.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}

/// The schema in front of a name, if it is none of the core, and the name. A schema alone is the name of what it holds.
pub(super) fn split_schema(name: &str) -> (Option<&str>, &str) {
    if !is_urn(name) {
        return (None, name);
    }
    if let Some(rest) = CORE.iter().find_map(|core| strip_prefix(name, core)) {
        return (None, rest);
    }
    let Some((schema, rest)) = name.rsplit_once(':') else {
        return (None, name);
    };
    // A schema ends with a version and the resource, `…:2.0:User`; an attribute would be the next part.
    let version = schema.rsplit(':').next().unwrap_or_default();
    let of_resource = version.contains('.') && version.split('.').all(|part| part.parse::<u32>().is_ok());
    if of_resource {
        (None, name)
    } else {
        (Some(schema), rest)
    }
}

fn strip_prefix<'n>(name: &'n str, schema: &str) -> Option<&'n str> {
    let (start, rest) = name.split_at_checked(schema.len())?;
    start
        .eq_ignore_ascii_case(schema)
        .then(|| rest.strip_prefix(':'))?
}

/// The attribute with this name, however it is spelled.
pub(super) fn field<'d>(document: &'d Map<String, Value>, name: &str) -> Option<&'d Value> {
    let found = || {
        document
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    document.get(name).or_else(|| found().map(|(_, value)| value))
}

/// A name as the document spells it, or else the standard.
pub(super) fn spelled(document: &Map<String, Value>, name: &str) -> String {
    let known = document.keys().find(|known| known.eq_ignore_ascii_case(name));
    known.cloned().unwrap_or_else(|| standard(name).to_owned())
}

fn standard(name: &str) -> &str {
    let mut known = KNOWN.split_whitespace().chain([ENTERPRISE]);
    known
        .find(|known| known.eq_ignore_ascii_case(name))
        .unwrap_or(name)
}

/// A document with the standard's spelling, and with booleans where an identity provider writes them as texts.
///
/// # Errors
/// `active` or `primary` is neither.
pub(super) fn tidy(document: Document) -> Result<Document, Refusal> {
    let mut document = respelled(document);
    boolean(&mut document, "active")?;
    for entry in document
        .values_mut()
        .filter_map(Value::as_array_mut)
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        boolean(entry, "primary")?;
    }
    Ok(document)
}

/// A map with the standard's spelling; of two spellings of one name the last counts.
pub(super) fn respelled(map: Map<String, Value>) -> Map<String, Value> {
    let mut fresh = Map::new();
    for (name, value) in map {
        let name = spelled(&fresh, &name);
        fresh.insert(name, respelled_value(value));
    }
    fresh
}

fn respelled_value(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(respelled(map)),
        Value::Array(list) => list.into_iter().map(respelled_value).collect(),
        other => other,
    }
}

fn boolean(map: &mut Map<String, Value>, name: &str) -> Result<(), Refusal> {
    let wrong = || Refusal::invalid("invalidValue", format!("{name} is neither true nor false"));
    let value = match map.get(name) {
        None | Some(Value::Bool(_)) => return Ok(()),
        // What is null is not there (RFC 7643, section 2.5).
        Some(Value::Null) => {
            map.remove(name);
            return Ok(());
        }
        Some(Value::String(text)) => text.to_ascii_lowercase().parse::<bool>().map_err(|_| wrong())?,
        Some(_) => return Err(wrong()),
    };
    map.insert(name.to_owned(), value.into());
    Ok(())
}
