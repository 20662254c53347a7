//! The parameters of a method and the request fields that they fill.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use crate::{Body, Operation, Schema};

/// A parameter of a method.
#[derive(Clone)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) presence: Presence,
    pub(crate) keyword_only: bool,
    /// The path of the request field that the parameter fills; `None` if it fills no field.
    pub(crate) path: Option<String>,
    /// The kind of values that the parameter accepts.
    pub(crate) accepts: Accepts,
    pub(crate) doc: String,
    /// Paths of the required messages around the field. The request contains them even if the
    /// argument is omitted.
    pub(crate) required_parents: Vec<String>,
    /// The `external_id` field that can be set instead of the field.
    pub(crate) external_id: Option<FieldDescriptor>,
    /// The description of `external_id`.
    pub(crate) external_id_doc: String,
    /// The name of the type of a group, if the type is exported.
    pub(crate) interface: Option<String>,
    /// White space around the text is removed.
    pub(crate) trimmed: bool,
}

/// Whether an argument can be omitted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Presence {
    /// The argument must be given.
    Required,
    /// The argument must be given, but can be `None`.
    Nullable,
    /// The argument can be omitted. Its field is not set then.
    Optional,
    /// The argument can be omitted. The default is a literal of the language.
    Default(String),
}

/// The kind of values that a parameter accepts.
#[derive(Clone)]
pub(crate) enum Accepts {
    /// A value of the field.
    Field(FieldDescriptor),
    /// A list of strings. Each string fills one field of a message in the list.
    Strings(FieldDescriptor),
    /// A map. Each entry fills `key` and `value` of a message in the list.
    Pairs(FieldDescriptor),
    /// A message that is merged into the request.
    Request(MessageDescriptor),
    /// A string that is ignored.
    Unused,
    /// An object with parameters as members.
    Group(Vec<Param>),
}

impl Presence {
    /// Returns `true` if the argument can be omitted.
    pub(crate) fn can_be_omitted(&self) -> bool {
        matches!(self, Presence::Optional | Presence::Default(_))
    }
}

impl Param {
    fn new(name: String, presence: Presence, accepts: Accepts, doc: String) -> Self {
        Param {
            name,
            presence,
            keyword_only: false,
            path: None,
            accepts,
            doc,
            required_parents: Vec::new(),
            external_id: None,
            external_id_doc: String::new(),
            interface: None,
            trimmed: false,
        }
    }

    /// Creates a required parameter for a field of the request.
    pub(crate) fn required(name: &str, field: FieldDescriptor, doc: String) -> Self {
        let path = Some(field.name().to_owned());
        let accepts = Accepts::Field(field);
        Param {
            path,
            ..Param::new(name.to_owned(), Presence::Required, accepts, doc)
        }
    }

    /// Creates a parameter that is an object with parameters as members.
    pub(crate) fn group(name: String, presence: Presence, members: Vec<Param>) -> Self {
        let doc = match presence {
            Presence::Required => "Arguments of the call.",
            _ => "Optional arguments of the call.",
        };
        Param::new(name, presence, Accepts::Group(members), doc.to_owned())
    }

    /// Returns `true` if the argument can be `None`.
    pub(crate) fn nullable(&self) -> bool {
        matches!(self.presence, Presence::Nullable | Presence::Optional)
    }

    /// Returns `true` if the parameter fills a message of the API or a field of such a message.
    pub(crate) fn fills_message(&self) -> bool {
        let inner = self.path.as_deref().is_some_and(|path| path.contains('.'));
        let message = matches!(
            &self.accepts,
            Accepts::Field(field) if !field.is_list() && !field.is_map() && matches!(
                field.kind(),
                Kind::Message(message) if message.package_name() != "google.protobuf"
            )
        );
        inner || message
    }

    /// Returns the parameter with this name: `self`, or a member of its group.
    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut Param> {
        if self.name == name {
            return Some(self);
        }
        match &mut self.accepts {
            Accepts::Group(members) => members.iter_mut().find_map(|member| member.find_mut(name)),
            _ => None,
        }
    }

    /// Returns `self`, or for a group its members, including the members of nested groups.
    pub(crate) fn leaves(&self) -> Vec<&Param> {
        match &self.accepts {
            Accepts::Group(members) => members.iter().flat_map(Param::leaves).collect(),
            _ => vec![self],
        }
    }
}

/// Returns the parameter that fills the field at `path`.
///
/// The path starts at `request`. `field[item]` is a list of messages with the text field `item`.
/// `field{}` is a list of messages with `key` and `value`. Three paths have a special meaning:
///
/// - `*`: the parameter is a message that is merged into the request.
/// - `-`: the field has the name of the parameter and belongs to `first`, the request of the first
///   call of a method with several calls.
/// - `!`: the parameter is accepted and ignored.
pub(crate) fn resolve(
    schema: &Schema,
    request: &MessageDescriptor,
    first: Option<&MessageDescriptor>,
    name: String,
    presence: Presence,
    path: &str,
) -> anyhow::Result<Param> {
    let no_field = || format!("parameter {name}: the request has no field {path}");
    match path {
        "!" => {
            return Ok(Param::new(
                name,
                presence,
                Accepts::Unused,
                "Not used.".to_owned(),
            ));
        }
        "*" => {
            let doc = format!("A `{}` that is merged into the request.", request.name());
            let accepts = Accepts::Request(request.clone());
            let path = Some(path.to_owned());
            return Ok(Param {
                path,
                ..Param::new(name, presence, accepts, doc)
            });
        }
        "-" => {
            let field = first
                .and_then(|first| first.get_field_by_name(&name))
                .with_context(no_field)?;
            let doc = schema.field_doc(&field);
            return Ok(Param::new(name, presence, Accepts::Field(field), doc));
        }
        _ => {}
    }

    let pairs = path.strip_suffix("{}");
    let (outer, inner) = match path.strip_suffix(']').and_then(|path| path.split_once('[')) {
        Some((outer, inner)) => (outer, Some(inner)),
        None => (pairs.unwrap_or(path), None),
    };
    let fields = fields_along(request, outer).with_context(no_field)?;
    let field = fields.last().with_context(no_field)?.clone();
    let doc = schema.field_doc(&field);
    let items_have = |names: &[&str]| {
        let has_all = matches!(field.kind(), Kind::Message(item)
            if names.iter().all(|name| item.get_field_by_name(name).is_some()));
        field.is_list() && has_all
    };
    let mut external_id = None;
    let accepts = if let Some(inner) = inner {
        ensure!(items_have(&[inner]), no_field());
        Accepts::Strings(field)
    } else if pairs.is_some() {
        ensure!(items_have(&["key", "value"]), no_field());
        Accepts::Pairs(field)
    } else {
        external_id = external_id_alternative(&field);
        Accepts::Field(field)
    };
    let external_id_doc = external_id
        .as_ref()
        .map(|field| schema.field_doc(field))
        .unwrap_or_default();
    Ok(Param {
        path: Some(path.to_owned()),
        required_parents: required_parents(schema, &fields),
        external_id,
        external_id_doc,
        ..Param::new(name, presence, accepts, doc)
    })
}

/// Returns the default parameters of an operation: the fields of its request, required ones first.
pub(crate) fn default_params(
    schema: &Schema,
    operation: &Operation,
    rename: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<Param>> {
    let request = operation.method.input();
    let route = operation
        .routes
        .first()
        .context("the operation has no route")?;
    let in_path: Vec<&str> = route.fields().collect();
    let others: Vec<FieldDescriptor> = request
        .fields()
        .filter(|field| !in_path.contains(&field.name()) && !schema.is_deprecated(field))
        .filter(|field| !excluded_by(field, &in_path))
        .collect();
    let (body, others): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|field| matches!(&route.body, Body::Field(name) if field.name() == name));
    // If all fields of the body are optional, the body can be omitted as a whole.
    let required = |field: &FieldDescriptor| schema.rules(field).required;
    let (first, last): (Vec<_>, Vec<_>) = others.into_iter().partition(required);
    let fields = first.iter().chain(&body).chain(&last);
    let mut names: Vec<(String, bool)> = in_path
        .iter()
        .map(|name| ((*name).to_owned(), true))
        .chain(fields.map(|field| (field.name().to_owned(), required(field))))
        .collect();
    // Parameters with a default must follow the parameters without one.
    names.sort_by_key(|(_, required)| !required);
    let param = |(field, required): (String, bool)| {
        let name = rename.get(&field).cloned().unwrap_or_else(|| field.clone());
        let presence = match required {
            true => Presence::Required,
            false => Presence::Optional,
        };
        resolve(schema, &request, None, name, presence, &field)
    };
    names.into_iter().map(param).collect()
}

/// Returns the fields along a dotted path. All fields except the last one are single messages.
pub(super) fn fields_along(
    request: &MessageDescriptor,
    path: &str,
) -> anyhow::Result<Vec<FieldDescriptor>> {
    let mut message = Some(request.clone());
    let mut fields = Vec::new();
    for name in path.split('.') {
        let field = message
            .and_then(|message| message.get_field_by_name(name))
            .context("no such field")?;
        message = field
            .kind()
            .as_message()
            .filter(|_| !field.is_list() && !field.is_map())
            .cloned();
        fields.push(field);
    }
    Ok(fields)
}

/// Returns the paths of the required messages in `fields`, without the last field.
fn required_parents(schema: &Schema, fields: &[FieldDescriptor]) -> Vec<String> {
    let names: Vec<&str> = fields.iter().map(FieldDescriptor::name).collect();
    (1..fields.len())
        .filter(|&depth| schema.rules(&fields[depth - 1]).required)
        .map(|depth| names[..depth].join("."))
        .collect()
}

/// Returns the `external_id` that is in the same oneof as the field.
fn external_id_alternative(field: &FieldDescriptor) -> Option<FieldDescriptor> {
    let oneof = field.containing_oneof()?;
    oneof
        .fields()
        .find(|sibling| sibling.name() == "external_id" && field.name() != "external_id")
}

/// Returns `true` if the field is in the same oneof as one of the named fields.
fn excluded_by(field: &FieldDescriptor, names: &[&str]) -> bool {
    let oneof = field.containing_oneof();
    oneof.is_some_and(|oneof| {
        oneof
            .fields()
            .any(|sibling| names.contains(&sibling.name()))
    })
}
