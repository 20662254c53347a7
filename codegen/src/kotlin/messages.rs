//! Messages: data classes with default values, and their tables in the JSON codec.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};
use serde::Serialize;

use super::imports::Imports;
use super::types::FieldType;
use super::{PACKAGE, docs, identifier, lower_camel, message_name, module_of};
use crate::resources::Api;
use crate::rust::is_secret;
use crate::schema::{Schema, name_as_sentence, upper_camel};

/// A message.
#[derive(Serialize)]
pub(super) struct Message {
    name: String,
    /// Name of the codec, and of the functions of its table.
    codec: String,
    doc: Vec<String>,
    /// The properties in the order of the constructor.
    properties: Vec<Property>,
    /// The fields in the order of the codec's table.
    fields: Vec<Field>,
    oneofs: Vec<OneOf>,
    /// The message has a builder for Java.
    builder: bool,
}

/// A property of a data class.
#[derive(Serialize)]
struct Property {
    name: String,
    ty: String,
    /// The default value; `None` for a required property.
    default: Option<String>,
    doc: Vec<String>,
    /// The expression that reads the property from the codec's values.
    read: String,
}

/// A field of the JSON object.
#[derive(Serialize)]
struct Field {
    index: usize,
    json: String,
    codec: String,
    presence: bool,
    secret: bool,
    required: bool,
    /// The expression that returns the value from the properties.
    access: String,
    /// Name and type of the builder's setter.
    setter: String,
    setter_type: String,
    /// The other members of the field's oneof, which the setter clears.
    others: Vec<usize>,
    doc: Vec<String>,
}

/// A oneof: a sealed class in the class of the message.
#[derive(Serialize)]
struct OneOf {
    name: String,
    doc: Vec<String>,
    members: Vec<Member>,
}

/// A member of a oneof.
#[derive(Serialize)]
struct Member {
    name: String,
    ty: String,
    secret: bool,
    doc: Vec<String>,
}

/// Returns the model of a message.
pub(super) fn message(
    schema: &Schema,
    api: &Api,
    message: &MessageDescriptor,
    imports: &mut Imports,
) -> anyhow::Result<Message> {
    let name = message_name(message);
    let doc = match schema.comment(message) {
        "" => name_as_sentence(&name),
        comment => comment.to_owned(),
    };
    let declared: Vec<FieldDescriptor> = declared(message);
    let types = declared
        .iter()
        .map(|field| FieldType::of(schema, field, imports))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let required = api.messages.required(message);
    let builder = Builder {
        schema,
        fields: &declared,
        types: &types,
        required: &required,
    };
    Ok(Message {
        codec: lower_camel(&name),
        doc: docs::lines(&doc, 0),
        properties: builder.properties(),
        fields: (0..declared.len())
            .map(|index| builder.field(index))
            .collect(),
        oneofs: builder.oneofs(),
        builder: !declared.is_empty()
            && (api.messages.is_input(message) || is_request(schema, message)),
        name,
    })
}

/// Returns `true` for the request of an operation.
fn is_request(schema: &Schema, message: &MessageDescriptor) -> bool {
    let services = schema.services();
    let mut methods = services.iter().flat_map(|service| service.methods());
    methods.any(|method| method.input() == *message)
}

/// Returns the fields in the order of their declaration.
pub(super) fn declared(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    let names = message.descriptor_proto().field.iter();
    names
        .filter_map(|field| message.get_field_by_name(field.name()))
        .collect()
}

/// Returns the oneof of a field. Ignores the synthetic oneof of an `optional` field.
pub(super) fn oneof_of(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

/// Builds the model of one message.
struct Builder<'a> {
    schema: &'a Schema,
    fields: &'a [FieldDescriptor],
    types: &'a [FieldType],
    required: &'a [FieldDescriptor],
}

impl Builder<'_> {
    /// Required properties come first, so that they can be positional.
    fn properties(&self) -> Vec<Property> {
        let mut properties = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            match oneof_of(field) {
                Some(oneof) if self.members(&oneof)[0] == index => {
                    properties.push(self.oneof_property(&oneof));
                }
                Some(_) => {}
                None => properties.push(self.property(index)),
            }
        }
        let (required, optional): (Vec<_>, Vec<_>) = properties
            .into_iter()
            .partition(|property| property.default.is_none());
        required.into_iter().chain(optional).collect()
    }

    fn property(&self, index: usize) -> Property {
        let (field, ty) = (&self.fields[index], &self.types[index]);
        let default = ty.default.clone().unwrap_or_else(|| "null".to_owned());
        let required = self.required.contains(field);
        Property {
            name: identifier(field.name()),
            ty: ty.declared(),
            default: (!required).then_some(default),
            doc: docs::lines(&self.schema.field_doc(field), 4),
            read: ty.read(index),
        }
    }

    fn oneof_property(&self, oneof: &OneofDescriptor) -> Property {
        let class = upper_camel(oneof.name());
        let members = self.members(oneof).into_iter().map(|index| {
            let member = upper_camel(self.fields[index].name());
            let value = &self.types[index].value;
            format!("values.get<{value}>({index})?.let {{ Outer.{class}.{member}(it) }}")
        });
        let message = message_name(oneof.parent_message());
        let read = members.collect::<Vec<_>>().join(" ?: ");
        Property {
            name: identifier(oneof.name()),
            ty: format!("{class}?"),
            default: Some("null".to_owned()),
            doc: docs::lines(&self.oneof_doc(oneof), 4),
            read: read.replace("Outer", &message),
        }
    }

    fn oneof_doc(&self, oneof: &OneofDescriptor) -> String {
        match self.schema.comment(oneof) {
            "" => name_as_sentence(oneof.name()),
            comment => comment.to_owned(),
        }
    }

    fn field(&self, index: usize) -> Field {
        let (field, ty) = (&self.fields[index], &self.types[index]);
        let oneof = oneof_of(field);
        let access = match &oneof {
            Some(oneof) => {
                let property = identifier(oneof.name());
                let (class, member) = (upper_camel(oneof.name()), upper_camel(field.name()));
                format!("({property} as? {class}.{member})?.value")
            }
            None => identifier(field.name()),
        };
        let others = oneof.map(|oneof| self.members(&oneof)).unwrap_or_default();
        Field {
            index,
            json: field.name().to_owned(),
            codec: ty.codec.clone(),
            presence: ty.default.is_none(),
            secret: is_secret(self.schema, field),
            required: self.required.contains(field),
            access,
            setter: identifier(field.name()),
            setter_type: ty.declared(),
            others: others.into_iter().filter(|other| *other != index).collect(),
            doc: docs::lines(&self.schema.field_doc(field), 8),
        }
    }

    fn oneofs(&self) -> Vec<OneOf> {
        let mut oneofs: Vec<OneofDescriptor> = Vec::new();
        for oneof in self.fields.iter().filter_map(oneof_of) {
            if !oneofs.contains(&oneof) {
                oneofs.push(oneof);
            }
        }
        let member = |index: usize| Member {
            name: upper_camel(self.fields[index].name()),
            ty: self.member_type(index),
            secret: is_secret(self.schema, &self.fields[index]),
            doc: docs::lines(&self.schema.field_doc(&self.fields[index]), 8),
        };
        let model = |oneof: &OneofDescriptor| OneOf {
            name: upper_camel(oneof.name()),
            doc: docs::lines(&self.oneof_doc(oneof), 4),
            members: self.members(oneof).into_iter().map(member).collect(),
        };
        oneofs.iter().map(model).collect()
    }

    /// Returns the type of the value of a member. A message with the name of a member is written
    /// with its package.
    fn member_type(&self, index: usize) -> String {
        let field = &self.fields[index];
        let members = oneof_of(field)
            .map(|oneof| self.members(&oneof))
            .unwrap_or_default();
        let mut members = members
            .iter()
            .map(|index| upper_camel(self.fields[*index].name()));
        match field.kind() {
            Kind::Message(message) if members.any(|name| name == message_name(&message)) => {
                let package = module_of(message.package_name());
                format!("{PACKAGE}.{package}.{}", message_name(&message))
            }
            _ => self.types[index].value.clone(),
        }
    }

    /// Returns the indexes of the fields in a oneof.
    fn members(&self, oneof: &OneofDescriptor) -> Vec<usize> {
        let fields = self.fields.iter().enumerate();
        fields
            .filter(|(_, field)| oneof_of(field).as_ref() == Some(oneof))
            .map(|(index, _)| index)
            .collect()
    }
}
