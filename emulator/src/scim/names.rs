//! Attribute names, which are case-insensitive (RFC 7643, section 2.1).

use serde_json::{Map, Value};

use super::ScimError;
use super::shape::Document;

/// The enterprise extension, which most identity providers use (RFC 7643, section 4.3).
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The core schemas. Their attributes are at the top level of a document.
const CORE: [&str; 2] = [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:core:2.0:Group",
];

/// The attribute names of RFC 7643.
const KNOWN: &str = "schemas id externalId meta userName name formatted familyName givenName middleName \
    honorificPrefix honorificSuffix displayName nickName profileUrl title userType preferredLanguage locale timezone \
    active password emails phoneNumbers ims photos addresses streetAddress locality region postalCode country groups \
    members entitlements roles x509Certificates value display type primary $ref employeeNumber costCenter \
    organization division department manager resourceType created lastModified location version";

/// Returns `true` if a name is a schema URI or starts with one.
pub(super) fn is_urn(name: &str) -> bool {
    name.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}

/// Splits a name into its schema and the attribute. The schema is `None` for attributes of the core
/// schemas. An extension schema without an attribute is returned as the name.
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
    // A schema ends with a version and a resource, such as `…:2.0:User`. An attribute would follow.
    let version = schema.rsplit(':').next().unwrap_or_default();
    let is_schema =
        version.contains('.') && version.split('.').all(|part| part.parse::<u32>().is_ok());
    if is_schema {
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

/// Returns the attribute with this name, ignoring case.
pub(super) fn field<'d>(document: &'d Map<String, Value>, name: &str) -> Option<&'d Value> {
    let found = || {
        document
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    document
        .get(name)
        .or_else(|| found().map(|(_, value)| value))
}

/// Returns a name in the spelling of the document, or of RFC 7643 if the document does not contain
/// it.
pub(super) fn spelled(document: &Map<String, Value>, name: &str) -> String {
    let known = document
        .keys()
        .find(|known| known.eq_ignore_ascii_case(name));
    known.cloned().unwrap_or_else(|| standard(name).to_owned())
}

fn standard(name: &str) -> &str {
    let mut known = KNOWN.split_whitespace().chain([ENTERPRISE]);
    known
        .find(|known| known.eq_ignore_ascii_case(name))
        .unwrap_or(name)
}

/// Normalizes a document: changes names to the spelling of RFC 7643, and `active` and `primary` to
/// booleans. Some identity providers send these as strings.
///
/// # Errors
/// Returns an error if `active` or `primary` is not a boolean.
pub(super) fn normalize(document: Document) -> Result<Document, ScimError> {
    let mut document = normalize_names(document);
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

/// Changes the names of a map to the spelling of RFC 7643. If a name occurs twice, the last value
/// wins.
pub(super) fn normalize_names(map: Map<String, Value>) -> Map<String, Value> {
    let mut normalized = Map::new();
    for (name, value) in map {
        let name = spelled(&normalized, &name);
        normalized.insert(name, normalize_value(value));
    }
    normalized
}

fn normalize_value(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(normalize_names(map)),
        Value::Array(list) => list.into_iter().map(normalize_value).collect(),
        other => other,
    }
}

fn boolean(map: &mut Map<String, Value>, name: &str) -> Result<(), ScimError> {
    let invalid = || ScimError::invalid("invalidValue", format!("{name} must be true or false"));
    let value = match map.get(name) {
        None | Some(Value::Bool(_)) => return Ok(()),
        // Null is the same as missing (RFC 7643, section 2.5).
        Some(Value::Null) => {
            map.remove(name);
            return Ok(());
        }
        Some(Value::String(text)) => text
            .to_ascii_lowercase()
            .parse::<bool>()
            .map_err(|_| invalid())?,
        Some(_) => return Err(invalid()),
    };
    map.insert(name.to_owned(), value.into());
    Ok(())
}
