//! The REST routes of the operations, read from `google.api.http`.

use anyhow::{Context, bail, ensure};
use prost_reflect::{DynamicMessage, ExtensionDescriptor, MessageDescriptor, MethodDescriptor};

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Verb {
    Get,
    Put,
    Post,
    Delete,
    Patch,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Literal text, including slashes and suffixes such as `:enable`.
    Literal(String),
    /// The value of a request field.
    Field {
        /// Name of the field.
        name: String,
        /// The request can contain `external_id` instead of this field, but no route has an
        /// external id. The client must look up the id first.
        or_external: bool,
    },
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// No body. Fields that are not in the path are in the query.
    None,
    /// All fields that are not in the path.
    All,
    /// One field. All other fields that are not in the path are in the query.
    Field(String),
}

/// A route of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub verb: Verb,
    /// The path, starting with `/api`.
    pub path: Vec<Segment>,
    /// The body.
    pub body: Body,
}

impl Route {
    /// Returns the names of the fields in the path.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.path.iter().filter_map(|segment| match segment {
            Segment::Field { name, .. } => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// Returns the path as in the proto file, such as `/api/v1/organizations/{id}`.
    pub fn template(&self) -> String {
        let segment = |segment: &Segment| match segment {
            Segment::Literal(text) => text.clone(),
            Segment::Field { name, .. } => format!("{{{name}}}"),
        };
        self.path.iter().map(segment).collect()
    }
}

pub(super) fn parse(
    method: &MethodDescriptor,
    http: &ExtensionDescriptor,
) -> anyhow::Result<Vec<Route>> {
    let options = method.options();
    ensure!(
        options.has_extension(http),
        "the method has no google.api.http option"
    );
    let value = options.get_extension(http);
    let rule = value
        .as_message()
        .context("google.api.http is not a message")?;
    let mut routes = vec![parse_rule(rule)?];
    if let Some(more) = rule.get_field_by_name("additional_bindings") {
        for rule in more.as_list().unwrap_or_default() {
            routes.push(parse_rule(rule.as_message().context(
                "google.api.http: additional_bindings contains a value that is not a message",
            )?)?);
        }
    }
    let request = method.input();
    for route in &routes {
        check(route, &request)?;
    }
    mark_external(&mut routes, &request);
    Ok(routes)
}

fn parse_rule(rule: &DynamicMessage) -> anyhow::Result<Route> {
    let text = |name: &str| {
        rule.get_field_by_name(name)
            .and_then(|value| value.as_str().map(str::to_owned))
    };
    let verbs = [
        ("get", Verb::Get),
        ("put", Verb::Put),
        ("post", Verb::Post),
        ("delete", Verb::Delete),
        ("patch", Verb::Patch),
    ];
    let (template, verb) = verbs
        .into_iter()
        .find_map(|(name, verb)| {
            text(name)
                .filter(|path| !path.is_empty())
                .map(|path| (path, verb))
        })
        .context("google.api.http: no verb is set")?;
    let body = match text("body").unwrap_or_default().as_str() {
        "" => Body::None,
        "*" => Body::All,
        name => Body::Field(name.to_owned()),
    };
    Ok(Route {
        verb,
        path: parse_template(&template)?,
        body,
    })
}

fn parse_template(template: &str) -> anyhow::Result<Vec<Segment>> {
    ensure!(
        template.starts_with("/api/"),
        "path {template} must start with /api/"
    );
    let mut path = Vec::new();
    let mut rest = template;
    while let Some((literal, tail)) = rest.split_once('{') {
        let (name, tail) = tail
            .split_once('}')
            .with_context(|| format!("path {template}: `{{` without `}}`"))?;
        let is_name = name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        ensure!(
            is_name,
            "path {template}: {{{name}}} must contain only a field name"
        );
        path.push(Segment::Literal(literal.to_owned()));
        path.push(Segment::Field {
            name: name.to_owned(),
            or_external: false,
        });
        rest = tail;
    }
    if !rest.is_empty() {
        path.push(Segment::Literal(rest.to_owned()));
    }
    Ok(path)
}

fn check(route: &Route, request: &MessageDescriptor) -> anyhow::Result<()> {
    let body = match &route.body {
        Body::Field(name) => Some(name.as_str()),
        _ => None,
    };
    for name in route.fields().chain(body) {
        if request.get_field_by_name(name).is_none() {
            bail!("{} has no field {name}", request.full_name());
        }
    }
    Ok(())
}

/// Sets `or_external` of path fields that are in one oneof with `external_id`, unless a route of
/// the operation contains `external_id`.
fn mark_external(routes: &mut [Route], request: &MessageDescriptor) {
    const EXTERNAL: &str = "external_id";
    if routes
        .iter()
        .any(|route| route.fields().any(|field| field == EXTERNAL))
    {
        return;
    }
    let has_external_sibling = |name: &str| {
        let oneof = request
            .get_field_by_name(name)
            .and_then(|field| field.containing_oneof());
        oneof.is_some_and(|oneof| oneof.fields().any(|sibling| sibling.name() == EXTERNAL))
    };
    for segment in routes.iter_mut().flat_map(|route| &mut route.path) {
        if let Segment::Field { name, or_external } = segment {
            *or_external = has_external_sibling(name);
        }
    }
}
