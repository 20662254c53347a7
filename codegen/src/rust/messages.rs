//! Messages: structs with public fields that are serialized as proto3 JSON.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};
use serde::Serialize;

use super::module::Module;
use super::setters::{NewView, SetterView, builder};
use super::types::RustField;
use super::variant_name;
use crate::schema::{name_as_sentence, snake_case, upper_camel};

/// A message.
#[derive(Serialize)]
pub(super) struct MessageView {
    name: String,
    doc: String,
    /// A field contains a secret, so that `Debug` is written out.
    secret: bool,
    /// The message has oneofs. serde deserializes a flat struct instead. With
    /// `#[serde(flatten)]`, serde would treat a malformed field as an unknown field.
    flat: bool,
    /// Callers construct the message and the service never returns it, so that fields can be added.
    non_exhaustive: bool,
    members: Vec<MemberView>,
    one_ofs: Vec<OneOfView>,
    /// The constructor of an input message.
    new: Option<NewView>,
    setters: Vec<SetterView>,
}

/// A field of the struct: a field of the message, or a oneof.
#[derive(Serialize)]
struct MemberView {
    name: String,
    /// Name without the prefix of raw identifiers.
    plain: String,
    doc: String,
    ty: String,
    serde: String,
    secret: bool,
    /// The fields in the flat struct: the field, or the members of the oneof.
    flat: Vec<FlatView>,
    one_of: bool,
}

#[derive(Serialize)]
struct FlatView {
    name: String,
    ty: String,
    serde: String,
    /// Conversion of a member of a oneof to its variant.
    into: String,
}

#[derive(Serialize)]
struct OneOfView {
    name: String,
    /// Name of the field in the struct.
    field: String,
    secret: bool,
    variants: Vec<VariantView>,
}

#[derive(Serialize)]
struct VariantView {
    name: String,
    doc: String,
    ty: String,
    serde: String,
    secret: bool,
}

/// A field of the struct and its descriptors.
pub(super) enum Member {
    Field(FieldDescriptor, RustField),
    OneOf(OneofDescriptor, Vec<(FieldDescriptor, RustField)>),
}

pub(super) fn view(
    message: &MessageDescriptor,
    module: &mut Module<'_>,
) -> anyhow::Result<MessageView> {
    let name = module.context.message_name(message);
    let members = members(message, module)?;
    let context = module.context;
    let doc = match context.schema.comment(message) {
        "" => name_as_sentence(&name),
        comment => comment.to_owned(),
    };
    let flat = members
        .iter()
        .any(|member| matches!(member, Member::OneOf(..)));
    let secret = members
        .iter()
        .any(|member| matches!(member, Member::Field(_, field) if field.secret));
    module.import("serde::Deserialize");
    module.import("serde::Serialize");
    if flat {
        module.import("crate::types::OneOfError");
        module.import("crate::types::one_of");
    }
    let one_ofs: Vec<OneOfView> = members
        .iter()
        .filter_map(|member| match member {
            Member::OneOf(oneof, fields) => Some(one_of(&name, oneof, fields, module)),
            Member::Field(..) => None,
        })
        .collect();
    if secret || one_ofs.iter().any(|one_of| one_of.secret) {
        module.import("std::fmt");
        module.import("crate::types::redacted");
    }
    let is_input = context.api.messages.is_input(message);
    let (new, setters) = match is_input {
        true => builder(&name, message, &members, module),
        false => (None, Vec::new()),
    };
    Ok(MessageView {
        doc,
        secret,
        flat,
        non_exhaustive: is_input && !context.api.messages.is_output(message),
        members: members
            .iter()
            .map(|member| member_view(&name, member, flat, module))
            .collect(),
        one_ofs,
        new,
        setters,
        name,
    })
}

fn members(message: &MessageDescriptor, module: &mut Module<'_>) -> anyhow::Result<Vec<Member>> {
    let mut members: Vec<Member> = Vec::new();
    // The order of the declaration, in which related fields are adjacent.
    for proto in &message.descriptor_proto().field {
        let Some(field) = message.get_field_by_name(proto.name()) else {
            continue;
        };
        let rust = RustField::new(&field, module)?;
        let Some(oneof) = field
            .containing_oneof()
            .filter(|oneof| !oneof.is_synthetic())
        else {
            members.push(Member::Field(field, rust));
            continue;
        };
        let existing = members.iter_mut().find_map(|member| match member {
            Member::OneOf(other, fields) if *other == oneof => Some(fields),
            _ => None,
        });
        match existing {
            Some(fields) => fields.push((field, rust)),
            None => members.push(Member::OneOf(oneof, vec![(field, rust)])),
        }
    }
    Ok(members)
}

fn member_view(message: &str, member: &Member, flat: bool, module: &mut Module<'_>) -> MemberView {
    let schema = module.context.schema;
    match member {
        Member::Field(descriptor, field) => MemberView {
            name: field.name.clone(),
            plain: field.plain_name().to_owned(),
            doc: schema.field_doc(descriptor),
            ty: field.ty.clone(),
            serde: field.serde(!flat, true, module),
            secret: field.secret,
            flat: vec![flat_view(field, String::new(), module)],
            one_of: false,
        },
        Member::OneOf(oneof, fields) => {
            let name = snake_case(oneof.name());
            let ty = one_of_name(message, oneof);
            let flat = fields.iter().map(|(descriptor, field)| {
                let boxed = if is_boxed(descriptor) {
                    ".map(Box::new)"
                } else {
                    ""
                };
                let into = format!("{boxed}.map({ty}::{})", variant_name(&field.proto_name));
                flat_view(field, into, module)
            });
            MemberView {
                flat: flat.collect(),
                plain: name.clone(),
                doc: one_of_doc(schema.comment(oneof), oneof),
                ty: format!("Option<{ty}>"),
                serde: "flatten".to_owned(),
                secret: false,
                one_of: true,
                name,
            }
        }
    }
}

fn flat_view(field: &RustField, into: String, module: &mut Module<'_>) -> FlatView {
    FlatView {
        name: field.name.clone(),
        ty: field.ty.clone(),
        serde: field.serde(true, false, module),
        into,
    }
}

fn one_of(
    message: &str,
    oneof: &OneofDescriptor,
    fields: &[(FieldDescriptor, RustField)],
    module: &mut Module<'_>,
) -> OneOfView {
    let schema = module.context.schema;
    let variants = fields.iter().map(|(descriptor, field)| {
        let json = if field.json {
            ", serialize_with = \"json::serialize\""
        } else {
            ""
        };
        VariantView {
            name: variant_name(&field.proto_name),
            doc: schema.field_doc(descriptor),
            ty: match is_boxed(descriptor) {
                true => format!("Box<{}>", field.value),
                false => field.value.clone(),
            },
            serde: format!("rename = {:?}{json}", field.proto_name),
            secret: field.secret,
        }
    });
    OneOfView {
        name: one_of_name(message, oneof),
        field: snake_case(oneof.name()),
        secret: fields.iter().any(|(_, field)| field.secret),
        variants: variants.collect(),
    }
}

pub(super) fn one_of_name(message: &str, oneof: &OneofDescriptor) -> String {
    message.to_owned() + &upper_camel(oneof.name())
}

fn one_of_doc(comment: &str, oneof: &OneofDescriptor) -> String {
    if !comment.is_empty() {
        return comment.to_owned();
    }
    let names: Vec<String> = oneof
        .fields()
        .map(|field| format!("`{}`", field.name()))
        .collect();
    format!("At most one of {}.", names.join(", "))
}

/// Returns `true` for a message in a oneof. Boxing keeps the enum small even if one of its messages
/// is large.
pub(super) fn is_boxed(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(message) if !message.full_name().starts_with("google.protobuf."))
}
