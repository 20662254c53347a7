//! Checks path, query and body of a request for every operation.
//!
//! The expected values come from the routes in the schema and from the JSON of `prost-reflect`.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, MessageDescriptor, MethodDescriptor, ReflectMessage as _,
};
use scalekit::{
    request::PreparedRequest,
    schema::{self, OPERATIONS},
};
use serde_json::{Map, Value};

use super::{pool::API, random::Generator, reference_bytes, reference_json};

#[test]
fn full_requests_are_split_by_their_routes() {
    let mut checked = BTreeSet::new();
    for (name, method) in methods() {
        let mut request = Generator::full(1).message(&method.input());
        // If the path needs a oneof member that the random message does not have, set it.
        let (_, path, _) = rules(&method).remove(0);
        for name in path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
        {
            if !request.has_field_by_name(name) {
                request.set_field_by_name(name, prost_reflect::Value::String("an id/1".to_owned()));
            }
        }
        compare(&name, &method, &request)
            .unwrap_or_else(|| panic!("{name}: a full request has a route"));
        checked.insert(name);
    }
    let expected: BTreeSet<String> = OPERATIONS
        .iter()
        .map(|operation| operation.name.to_owned())
        .collect();
    assert_eq!(checked, expected);
}

#[test]
fn random_requests_are_split_by_their_routes() {
    for (index, (name, method)) in methods().into_iter().enumerate() {
        for seed in 0..30 {
            compare(
                &name,
                &method,
                &Generator::new(1000 * index as u64 + seed).message(&method.input()),
            );
        }
    }
}

fn methods() -> Vec<(String, MethodDescriptor)> {
    let services: Vec<_> = API.pool.services().collect();
    let methods = services.iter().flat_map(|service| {
        service
            .methods()
            .map(move |method| (format!("{}.{}", service.name(), method.name()), method))
            .collect::<Vec<_>>()
    });
    methods.collect()
}

/// Returns `None` if the request matches no route. Then the codec must return an error.
fn compare(name: &str, method: &MethodDescriptor, request: &DynamicMessage) -> Option<()> {
    let operation = schema::find(name).unwrap();
    let prepared = crate::encode_request(operation, &reference_bytes(request));
    let Some(expected) = expected(method, request) else {
        let error = prepared.unwrap_err();
        assert_eq!(error.operation(), Some(operation.name));
        assert!(
            error.message().starts_with("the request needs "),
            "{name}: {error}"
        );
        return None;
    };
    let PreparedRequest {
        route,
        path,
        query,
        body,
        external_organization,
    } = prepared.unwrap();
    let found = Expected {
        verb: route.verb.as_str().to_ascii_lowercase(),
        path,
        query: {
            let query = query.unwrap_or_default();
            let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect();
            pairs.sort();
            pairs
        },
        body: body.map(|body| serde_json::from_slice(&body).unwrap()),
        external_id: external_organization.map(|external| external.external_id),
    };
    assert_eq!(found, expected, "{name}");
    Some(())
}

#[derive(Debug, PartialEq)]
struct Expected {
    verb: String,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Value>,
    external_id: Option<String>,
}

fn expected(method: &MethodDescriptor, request: &DynamicMessage) -> Option<Expected> {
    let json = reference_json(request).unwrap();
    let fields = json.as_object().unwrap();
    let rules = rules(method);
    let external_is_bound = rules
        .iter()
        .any(|(_, path, _)| path.contains("{external_id}"));
    let external = fields
        .get("external_id")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty() && !external_is_bound);
    rules.into_iter().find_map(|(verb, template, body)| {
        let mut rest = fields.clone();
        let mut path = template.clone();
        let mut external_id = None;
        while let Some((before, name)) = path.split_once('{') {
            let (name, after) = name.split_once('}').unwrap();
            let value = fields.get(name).map(text).filter(|value| !value.is_empty());
            let in_oneof = request
                .descriptor()
                .get_field_by_name(name)
                .unwrap()
                .containing_oneof()
                .is_some();
            let value = match (value, external) {
                (Some(value), _) => utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string(),
                (None, Some(external)) if in_oneof => {
                    external_id = Some(external.to_owned());
                    rest.remove("external_id");
                    String::new()
                }
                (None, _) => return None,
            };
            rest.remove(name);
            path = format!("{before}{value}{after}");
        }
        // The unreserved characters of RFC 3986, which need no percent-encoding.
        let path = path
            .replace("%2D", "-")
            .replace("%2E", ".")
            .replace("%5F", "_")
            .replace("%7E", "~");
        let body = match &body[..] {
            "" => None,
            "*" => Some(Value::Object(std::mem::take(&mut rest))),
            name => rest.remove(name),
        };
        let mut query = Vec::new();
        flatten(&request.descriptor(), "", &rest, &mut query);
        query.sort();
        Some(Expected {
            verb,
            path,
            query,
            body,
            external_id,
        })
    })
}

/// Returns verb, path and body of each HTTP binding.
fn rules(method: &MethodDescriptor) -> Vec<(String, String, String)> {
    let extension = API.pool.get_extension_by_name("google.api.http").unwrap();
    let options = method.options();
    let first = options
        .get_extension(&extension)
        .as_message()
        .unwrap()
        .clone();
    let additional = first
        .get_field_by_name("additional_bindings")
        .unwrap()
        .as_list()
        .unwrap()
        .to_vec();
    let all = std::iter::once(first).chain(
        additional
            .into_iter()
            .map(|rule| rule.as_message().unwrap().clone()),
    );
    let rule = |rule: DynamicMessage| {
        let pattern = ["get", "put", "post", "delete", "patch"]
            .into_iter()
            .find(|verb| rule.has_field_by_name(verb));
        let text = |name: &str| {
            rule.get_field_by_name(name)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        (
            pattern.unwrap().to_owned(),
            text(pattern.unwrap()),
            text("body"),
        )
    };
    all.map(rule).collect()
}

fn flatten(
    message: &MessageDescriptor,
    prefix: &str,
    fields: &Map<String, Value>,
    query: &mut Vec<(String, String)>,
) {
    for (name, value) in fields {
        let field = message.get_field_by_name(name).unwrap();
        let name = format!("{prefix}{name}");
        match value {
            Value::Object(entries) if field.is_map() => {
                query.extend(
                    entries
                        .iter()
                        .map(|(key, value)| (format!("{name}[{key}]"), text(value))),
                );
            }
            Value::Object(inner) => flatten(
                field.kind().as_message().unwrap(),
                &format!("{name}."),
                inner,
                query,
            ),
            Value::Array(elements) => {
                query.extend(elements.iter().map(|element| (name.clone(), text(element))))
            }
            Value::String(mask) if is_mask(&field) => query.push((name, schema_paths(mask))),
            value => query.push((name, text(value))),
        }
    }
}

fn is_mask(field: &FieldDescriptor) -> bool {
    field
        .kind()
        .as_message()
        .is_some_and(|message| message.full_name() == "google.protobuf.FieldMask")
}

/// Converts the paths of a mask to snake_case. In a query, masks have this spelling.
fn schema_paths(mask: &str) -> String {
    mask.chars()
        .flat_map(|letter| {
            letter
                .is_ascii_uppercase()
                .then_some('_')
                .into_iter()
                .chain([letter.to_ascii_lowercase()])
        })
        .collect()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
