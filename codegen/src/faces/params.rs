//! The parameters of a method: which field of the request each fills, and how.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::face::Presence;
use crate::{Body, Operation, Schema};

/// A parameter of a method.
#[derive(Clone)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) presence: Presence,
    pub(crate) keyword_only: bool,
    /// The field it fills, as `_arguments.py` takes it; `None` if it fills none.
    pub(crate) path: Option<String>,
    /// What it accepts.
    pub(crate) accepts: Accepts,
    pub(crate) doc: String,
    /// Outer fields of its path that the request must have even when it is left out.
    pub(crate) holders: Vec<String>,
    /// The `external_id` that may stand in its place, and its description.
    pub(crate) external: Option<FieldDescriptor>,
    pub(crate) external_doc: String,
    /// The name of the type of a group, if it has one.
    pub(crate) interface: Option<String>,
    /// Whether its text loses the white space around it.
    pub(crate) trimmed: bool,
}

/// What kind of value a parameter takes.
#[derive(Clone)]
pub(crate) enum Accepts {
    /// What fits the field.
    Field(FieldDescriptor),
    /// A list whose strings each fill a field of a message of the list.
    Strings(FieldDescriptor),
    /// A map whose entries each become a message of the list, with a key and a value.
    Pairs(FieldDescriptor),
    /// A message that is merged into the request.
    Request(MessageDescriptor),
    /// A text that is not used.
    Unused,
    /// An object with parameters of its own.
    Group(Vec<Param>),
}

impl Param {
    pub(crate) fn required(name: &str, field: FieldDescriptor, doc: String) -> Self {
        Param {
            name: name.to_owned(),
            presence: Presence::Required,
            keyword_only: false,
            path: Some(field.name().to_owned()),
            accepts: Accepts::Field(field),
            doc,
            holders: Vec::new(),
            external: None,
            external_doc: String::new(),
            interface: None,
            trimmed: false,
        }
    }

    /// Whether `None` may be passed.
    pub(crate) fn nullable(&self) -> bool {
        matches!(self.presence, Presence::Nullable | Presence::Optional)
    }

    /// Whether it is a message of the API, or part of one: in an update, what changes.
    pub(crate) fn updates(&self) -> bool {
        let inner = self.path.as_deref().is_some_and(|path| path.contains('.'));
        let message = matches!(&self.accepts, Accepts::Field(field) if !field.is_list() && !field.is_map()
            && matches!(field.kind(), Kind::Message(message) if message.package_name() != "google.protobuf"));
        inner || message
    }

    /// A parameter that is an object with parameters of its own.
    pub(crate) fn group(name: String, presence: Presence, members: Vec<Param>) -> Self {
        let doc = match presence {
            Presence::Required => "What to send.",
            _ => "What may be left out.",
        };
        Param {
            name,
            presence,
            keyword_only: false,
            path: None,
            accepts: Accepts::Group(members),
            doc: doc.to_owned(),
            holders: Vec::new(),
            external: None,
            external_doc: String::new(),
            interface: None,
            trimmed: false,
        }
    }

    /// The parameter of this name: itself, or one in the group that it is.
    pub(crate) fn named(&mut self, name: &str) -> Option<&mut Param> {
        if self.name == name {
            return Some(self);
        }
        match &mut self.accepts {
            Accepts::Group(members) => members.iter_mut().find_map(|member| member.named(name)),
            _ => None,
        }
    }

    /// Itself, or the members of a group and of the groups in it.
    pub(crate) fn leaves(&self) -> Vec<&Param> {
        match &self.accepts {
            Accepts::Group(members) => members.iter().flat_map(Param::leaves).collect(),
            _ => vec![self],
        }
    }
}

/// The parameter that fills the field at `path`, in `request` or, for `-`, in the request of the `first` step.
pub(crate) fn resolve(
    schema: &Schema,
    request: &MessageDescriptor,
    first: Option<&MessageDescriptor>,
    name: String,
    presence: Presence,
    keyword_only: bool,
    path: &str,
) -> anyhow::Result<Param> {
    let nowhere = || format!("the parameter {name} has no field {path} to fill");
    let mut holders = Vec::new();
    let (accepts, doc, filled) = if path == "!" {
        (Accepts::Unused, "Not used.".to_owned(), None)
    } else if path == "*" {
        let doc = format!("A `{}` whose fields are used.", request.name());
        (Accepts::Request(request.clone()), doc, Some(path.to_owned()))
    } else if path == "-" {
        let field = first
            .and_then(|first| first.get_field_by_name(&name))
            .with_context(nowhere)?;
        let doc = schema.field_doc(&field);
        (Accepts::Field(field), doc, None)
    } else {
        let pairs = path.strip_suffix("{}");
        let (outer, wrapped) = match path.strip_suffix(']').and_then(|path| path.split_once('[')) {
            Some((outer, wrapped)) => (outer, Some(wrapped)),
            None => (pairs.unwrap_or(path), None),
        };
        let fields = walk(request, outer).with_context(nowhere)?;
        let field = fields.last().with_context(nowhere)?.clone();
        for (depth, holder) in fields.iter().enumerate().take(fields.len() - 1) {
            if schema.rules(holder).required {
                let names: Vec<&str> = fields[..=depth].iter().map(FieldDescriptor::name).collect();
                holders.push(names.join("."));
            }
        }
        let doc = schema.field_doc(&field);
        let accepts = match wrapped {
            None if pairs.is_some() => {
                let known = matches!(field.kind(), Kind::Message(item)
                    if item.get_field_by_name("key").is_some() && item.get_field_by_name("value").is_some());
                ensure!(known && field.is_list(), nowhere());
                Accepts::Pairs(field)
            }
            None => Accepts::Field(field),
            Some(inner) => {
                let known =
                    matches!(field.kind(), Kind::Message(item) if item.get_field_by_name(inner).is_some());
                ensure!(known && field.is_list(), nowhere());
                Accepts::Strings(field)
            }
        };
        (accepts, doc, Some(path.to_owned()))
    };
    let external = match &accepts {
        Accepts::Field(field) if filled.is_some() => external_sibling(field),
        _ => None,
    };
    let external_doc = external
        .as_ref()
        .map(|field| schema.field_doc(field))
        .unwrap_or_default();
    Ok(Param {
        name,
        presence,
        keyword_only,
        path: filled,
        accepts,
        doc,
        holders,
        external,
        external_doc,
        interface: None,
        trimmed: false,
    })
}

/// The parameters that the schema suggests for an operation.
pub(crate) fn derived(
    schema: &Schema,
    operation: &Operation,
    rename: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<Param>> {
    let request = operation.method.input();
    let route = operation.routes.first().context("there is no route")?;
    let in_path: Vec<&str> = route.fields().collect();
    let body = match &route.body {
        Body::Field(name) => Some(name.as_str()),
        _ => None,
    };
    let required = |field: &FieldDescriptor| schema.rules(field).required && Some(field.name()) != body;
    let mut names: Vec<(String, bool)> = in_path.iter().map(|name| ((*name).to_owned(), true)).collect();
    let others: Vec<FieldDescriptor> = request
        .fields()
        .filter(|field| !in_path.contains(&field.name()) && !schema.is_deprecated(field))
        .filter(|field| !stands_for_one_of(field, &in_path))
        .collect();
    names.extend(
        others
            .iter()
            .filter(|field| required(field))
            .map(|field| (field.name().to_owned(), true)),
    );
    if let Some(body) = body.and_then(|body| others.iter().find(|field| field.name() == body)) {
        // A body with fields that are all optional may be left out as a whole.
        names.push((body.name().to_owned(), schema.rules(body).required));
    }
    names.extend(
        others
            .iter()
            .filter(|field| !required(field) && Some(field.name()) != body)
            .map(|field| (field.name().to_owned(), false)),
    );
    // A parameter with a default cannot come before one without.
    names.sort_by_key(|(_, required)| !required);
    let param = |(field, required): (String, bool)| {
        let name = rename.get(&field).cloned().unwrap_or_else(|| field.clone());
        let presence = match required {
            true => Presence::Required,
            false => Presence::Optional,
        };
        resolve(schema, &request, None, name, presence, false, &field)
    };
    names.into_iter().map(param).collect()
}

/// The fields along a dotted path; all but the last are single messages.
pub(super) fn walk(request: &MessageDescriptor, path: &str) -> anyhow::Result<Vec<FieldDescriptor>> {
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

/// The `external_id` in the oneof of an id.
fn external_sibling(field: &FieldDescriptor) -> Option<FieldDescriptor> {
    let oneof = field.containing_oneof()?;
    oneof
        .fields()
        .find(|sibling| sibling.name() == "external_id" && field.name() != "external_id")
}

/// Whether a field excludes one of the path's.
fn stands_for_one_of(field: &FieldDescriptor, in_path: &[&str]) -> bool {
    let oneof = field.containing_oneof();
    oneof.is_some_and(|oneof| oneof.fields().any(|sibling| in_path.contains(&sibling.name())))
}
