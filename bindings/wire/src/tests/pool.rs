//! Reads a schema with `protox` and builds the codec's tables from it at run time.

use std::{collections::HashMap, path::Path, sync::LazyLock};

use prost_reflect::{
    Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, MessageDescriptor,
};

use crate::schema::{Enum, Field, Kind, Label, Message, Name, Schema};

/// A schema as a descriptor pool and as codec tables.
pub(super) struct Pair {
    pub(super) pool: DescriptorPool,
    pub(super) schema: &'static Schema,
}

/// The schema of the API.
pub(super) static API: LazyLock<Pair> = LazyLock::new(|| {
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let mut files = Vec::new();
    find_protos(&proto.join("scalekit"), &mut files);
    pair(compile(&proto, files), "scalekit.")
});

/// The schema of `kinds.proto`, which has every kind of field.
pub(super) static KINDS: LazyLock<Pair> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests");
    pair(compile(&folder, [folder.join("kinds.proto")]), "kinds.")
});

impl Pair {
    pub(super) fn types(&self) -> Vec<(MessageDescriptor, &'static Message)> {
        let types = self.schema.messages.iter();
        types
            .map(|message| {
                (
                    self.pool.get_message_by_name(message.name).unwrap(),
                    message,
                )
            })
            .collect()
    }

    pub(super) fn find(&self, name: &str) -> (MessageDescriptor, &'static Message) {
        (
            self.pool.get_message_by_name(name).unwrap(),
            self.schema.message_named(name).unwrap(),
        )
    }
}

/// Returns the pool because file descriptors lose the extensions, and the routes are an extension.
fn compile(folder: &Path, files: impl IntoIterator<Item = std::path::PathBuf>) -> DescriptorPool {
    let mut compiler = protox::Compiler::new([folder]).unwrap();
    compiler.include_imports(true).open_files(files).unwrap();
    compiler.descriptor_pool()
}

fn find_protos(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_protos(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
}

fn pair(pool: DescriptorPool, prefix: &str) -> Pair {
    let included = |name: &str| name.starts_with(prefix) || name == "google.protobuf.Empty";
    let mut messages: Vec<_> = pool
        .all_messages()
        .filter(|message| !message.is_map_entry() && included(message.full_name()))
        .collect();
    messages.sort_by(|a, b| a.full_name().cmp(b.full_name()));
    let mut enums: Vec<_> = pool
        .all_enums()
        .filter(|kind| included(kind.full_name()))
        .collect();
    enums.sort_by(|a, b| a.full_name().cmp(b.full_name()));
    let mut indices = HashMap::new();
    for (index, message) in messages.iter().enumerate() {
        indices.insert(
            message.full_name().to_owned(),
            u16::try_from(index).unwrap(),
        );
    }
    for (index, kind) in enums.iter().enumerate() {
        indices.insert(kind.full_name().to_owned(), u16::try_from(index).unwrap());
    }
    let messages: Vec<Message> = messages
        .iter()
        .map(|message| table(message, &indices))
        .collect();
    let schema = Schema {
        messages: messages.leak(),
        enums: enums.iter().map(enumeration).collect::<Vec<_>>().leak(),
    };
    Pair {
        pool,
        schema: Box::leak(Box::new(schema)),
    }
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn table(message: &MessageDescriptor, indices: &HashMap<String, u16>) -> Message {
    let mut descriptors: Vec<_> = message.fields().collect();
    descriptors.sort_by_key(FieldDescriptor::number);
    let mut names = Vec::new();
    for (index, field) in descriptors.iter().enumerate() {
        let index = u8::try_from(index).unwrap();
        names.push(Name {
            name: leak(field.name()),
            field: index,
        });
        if field.json_name() != field.name() {
            names.push(Name {
                name: leak(field.json_name()),
                field: index,
            });
        }
    }
    names.sort_by_key(|name| (name.name.len(), name.name));
    let fields: Vec<Field> = descriptors
        .iter()
        .map(|field| describe(message, field, indices))
        .collect();
    Message {
        name: leak(message.full_name()),
        fields: fields.leak(),
        names: names.leak(),
    }
}

fn describe(
    message: &MessageDescriptor,
    field: &FieldDescriptor,
    indices: &HashMap<String, u16>,
) -> Field {
    let real: Vec<_> = message
        .oneofs()
        .filter(|oneof| !oneof.is_synthetic())
        .collect();
    let oneof = field
        .containing_oneof()
        .and_then(|own| real.iter().position(|oneof| *oneof == own));
    let (kind, label) = if field.is_map() {
        let entry = field.kind().as_message().unwrap().clone();
        let key = kind_of(&entry.map_entry_key_field(), indices);
        (
            kind_of(&entry.map_entry_value_field(), indices),
            Label::Map(key),
        )
    } else {
        let label = match field.cardinality() {
            Cardinality::Repeated if field.is_packed() => Label::Packed,
            Cardinality::Repeated => Label::Repeated,
            _ if field.supports_presence() => Label::Explicit,
            _ => Label::Implicit,
        };
        (kind_of(field, indices), label)
    };
    Field {
        name: leak(field.name()),
        number: field.number(),
        kind,
        label,
        oneof: oneof.map_or(0, |index| u8::try_from(index + 1).unwrap()),
    }
}

fn kind_of(field: &FieldDescriptor, indices: &HashMap<String, u16>) -> Kind {
    use prost_reflect::Kind as Reflected;
    match field.kind() {
        Reflected::Double => Kind::Double,
        Reflected::Float => Kind::Float,
        Reflected::Int32 => Kind::Int32,
        Reflected::Int64 => Kind::Int64,
        Reflected::Uint32 => Kind::Uint32,
        Reflected::Uint64 => Kind::Uint64,
        Reflected::Sint32 => Kind::Sint32,
        Reflected::Sint64 => Kind::Sint64,
        Reflected::Fixed32 => Kind::Fixed32,
        Reflected::Fixed64 => Kind::Fixed64,
        Reflected::Sfixed32 => Kind::Sfixed32,
        Reflected::Sfixed64 => Kind::Sfixed64,
        Reflected::Bool => Kind::Bool,
        Reflected::String => Kind::String,
        Reflected::Bytes => Kind::Bytes,
        Reflected::Enum(kind) => Kind::Enum(indices[kind.full_name()]),
        Reflected::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => Kind::Timestamp,
            "google.protobuf.Duration" => Kind::Duration,
            "google.protobuf.FieldMask" => Kind::FieldMask,
            "google.protobuf.Struct" => Kind::Struct,
            "google.protobuf.Value" => Kind::Value,
            "google.protobuf.ListValue" => Kind::ListValue,
            "google.protobuf.DoubleValue" => Kind::DoubleValue,
            "google.protobuf.FloatValue" => Kind::FloatValue,
            "google.protobuf.Int32Value" => Kind::Int32Value,
            "google.protobuf.Int64Value" => Kind::Int64Value,
            "google.protobuf.UInt32Value" => Kind::Uint32Value,
            "google.protobuf.UInt64Value" => Kind::Uint64Value,
            "google.protobuf.BoolValue" => Kind::BoolValue,
            "google.protobuf.StringValue" => Kind::StringValue,
            "google.protobuf.BytesValue" => Kind::BytesValue,
            name => Kind::Message(indices[name]),
        },
    }
}

fn enumeration(kind: &EnumDescriptor) -> Enum {
    let (mut numbers, mut names) = (Vec::new(), Vec::new());
    // In declaration order: if a number has several names, the first one counts.
    for value in &kind.enum_descriptor_proto().value {
        names.push((leak(value.name()), value.number()));
        if numbers.iter().all(|(number, _)| *number != value.number()) {
            numbers.push((value.number(), leak(value.name())));
        }
    }
    numbers.sort_unstable();
    names.sort_by_key(|(name, _)| (name.len(), *name));
    Enum {
        name: leak(kind.full_name()),
        numbers: numbers.leak(),
        names: names.leak(),
    }
}
