//! The message modules. Each contains a file descriptor, reduced to the parts that the Python
//! runtime needs, and the additions to the message classes.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use prost::Message as _;
use prost_reflect::{FileDescriptor, Kind, MessageDescriptor};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumOptions, FieldDescriptorProto, FileDescriptorProto,
    MessageOptions, OneofDescriptorProto,
};

use serde_json::json;

use super::types::{local_name, module_of};
use crate::Schema;
use crate::aliases::{Alias, aliases_of};
use crate::layer::config::LayerConfig;
use crate::templates::render;

/// Checks that the configuration and the aliases match the messages of the schema.
pub(super) fn check(schema: &Schema, config: &LayerConfig) -> anyhow::Result<()> {
    let message = |name: &str| {
        schema
            .pool()
            .get_message_by_name(name)
            .with_context(|| format!("the schema has no message {name}"))
    };
    for (name, properties) in &config.properties {
        for (property, field) in properties {
            let message = message(name)?;
            ensure!(
                message.get_field_by_name(field).is_some(),
                "[properties]: {name} has no field {field}"
            );
            ensure!(
                message.get_field_by_name(property).is_none(),
                "[properties]: {name} already has a field {property}"
            );
        }
    }
    for (name, field) in &config.str_fields {
        ensure!(
            message(name)?.get_field_by_name(field).is_some(),
            "[str_fields]: {name} has no field {field}"
        );
    }
    for alias in crate::aliases::ALIASES {
        let (name, field) = (alias.message, alias.name);
        ensure!(
            message(name)?.get_field_by_name(field).is_none(),
            "alias {name}.{field}: the message already has this field"
        );
    }
    Ok(())
}

/// Returns the message module of a schema file.
pub(super) fn module(file: &FileDescriptor, config: &LayerConfig) -> anyhow::Result<String> {
    let class_of = |name: &String| {
        let message = file.parent_pool().get_message_by_name(name);
        let in_file = message.is_some_and(|message| message.parent_file().name() == file.name());
        in_file.then(|| local_name(name, file))
    };
    let mut aliases = Vec::new();
    for (name, properties) in &config.properties {
        let class = class_of(name);
        let properties = properties.iter();
        aliases.extend(
            properties.filter_map(|(property, field)| Some((class.clone()?, property, field))),
        );
    }
    let str_fields = config.str_fields.iter();
    let str_fields: Vec<_> = str_fields
        .filter_map(|(name, field)| Some((class_of(name)?, field)))
        .collect();
    let dependencies = dependencies(file)
        .iter()
        .map(|file| {
            let (package, module) = module_of(file);
            format!("{package}.{module}")
        })
        .collect::<Vec<_>>();
    render(
        "python/messages.py",
        json!({
            "package": file.package_name(),
            "aliases": aliases,
            "str_fields": str_fields,
            "descriptor": bytes_literals(&reduced(file).encode_to_vec(), 106),
            "dependencies": dependencies,
        }),
    )
}

/// Returns a file without its services, comments and options, and with the aliases.
fn reduced(file: &FileDescriptor) -> FileDescriptorProto {
    let mut proto = file.file_descriptor_proto().clone();
    proto.service.clear();
    proto.extension.clear();
    proto.source_code_info = None;
    proto.options = None;
    proto.public_dependency.clear();
    proto.weak_dependency.clear();
    proto.dependency = dependencies(file)
        .iter()
        .map(|file| file.name().to_owned())
        .collect();
    for message in &mut proto.message_type {
        let name = format!("{}.{}", file.package_name(), message.name());
        reduce_message(message, &name);
    }
    proto.enum_type.iter_mut().for_each(reduce_enum);
    proto
}

fn reduce_message(message: &mut DescriptorProto, name: &str) {
    message.options = message
        .options
        .as_ref()
        .filter(|options| options.map_entry())
        .map(|_| MessageOptions {
            map_entry: Some(true),
            ..Default::default()
        });
    for field in &mut message.field {
        field.options = None;
        // Every runtime derives the JSON name.
        field.json_name = None;
    }
    message
        .oneof_decl
        .iter_mut()
        .for_each(|oneof| oneof.options = None);
    message.enum_type.iter_mut().for_each(reduce_enum);
    for nested in &mut message.nested_type {
        let name = format!("{name}.{}", nested.name());
        reduce_message(nested, &name);
    }
    for alias in aliases_of(name) {
        add_alias(message, alias);
    }
}

fn reduce_enum(values: &mut EnumDescriptorProto) {
    values.options = values
        .options
        .as_ref()
        .filter(|options| options.allow_alias())
        .map(|_| EnumOptions {
            allow_alias: Some(true),
            ..Default::default()
        });
    values
        .value
        .iter_mut()
        .for_each(|value| value.options = None);
}

/// Adds a string field with presence: the only field of a synthetic oneof.
fn add_alias(message: &mut DescriptorProto, alias: &Alias) {
    let oneof = i32::try_from(message.oneof_decl.len()).unwrap_or_default();
    message.oneof_decl.push(OneofDescriptorProto {
        name: Some(format!("_{}", alias.name)),
        options: None,
    });
    message.field.push(FieldDescriptorProto {
        name: Some(alias.name.to_owned()),
        number: i32::try_from(alias.number).ok(),
        label: Some(Label::Optional.into()),
        r#type: Some(Type::String.into()),
        oneof_index: Some(oneof),
        proto3_optional: Some(true),
        ..Default::default()
    });
}

/// Returns the imported files whose types the messages of a file use, in the order of the imports.
fn dependencies(file: &FileDescriptor) -> Vec<FileDescriptor> {
    fn collect(message: &MessageDescriptor, used: &mut BTreeSet<String>) {
        for field in message.fields() {
            let file = match field.kind() {
                Kind::Message(message) => message.parent_file(),
                Kind::Enum(values) => values.parent_file(),
                _ => continue,
            };
            used.insert(file.name().to_owned());
        }
        message
            .child_messages()
            .for_each(|child| collect(&child, used));
    }
    let mut used = BTreeSet::new();
    file.messages()
        .for_each(|message| collect(&message, &mut used));
    file.dependencies()
        .filter(|dependency| used.contains(dependency.name()))
        .collect()
}

/// Returns bytes as Python literals, one literal per line.
fn bytes_literals(bytes: &[u8], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for &byte in bytes {
        let piece = match byte {
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            b'"' | b'\'' => format!("\\x{byte:02x}"),
            b'\\' => "\\\\".to_owned(),
            0x20..=0x7e => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        if line.len() + piece.len() + 3 > width {
            lines.push(format!("b\"{line}\""));
            line.clear();
        }
        line.push_str(&piece);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(format!("b\"{line}\""));
    }
    lines
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_reflect::DescriptorPool;

    use super::{bytes_literals, dependencies, reduced};
    use crate::{Schema, project_root};

    #[test]
    fn reduced_files_form_a_pool_without_the_options_files() {
        let schema = Schema::load(&project_root().join("proto")).unwrap();
        let mut pool = DescriptorPool::global();
        for file in schema.files() {
            let order = dependencies(&file);
            assert!(
                order
                    .iter()
                    .all(|file| !file.name().starts_with("google/api")
                        && !file.name().starts_with("buf"))
            );
        }
        // A file must be added after the files that it imports.
        let mut files: Vec<_> = schema.files().iter().map(reduced).collect();
        files.sort_by_key(|file| {
            file.dependency
                .iter()
                .any(|name| name.starts_with("scalekit"))
        });
        for file in files {
            pool.add_file_descriptor_proto(file).unwrap();
        }
        for message in schema.files().iter().flat_map(|file| schema.messages(file)) {
            let reduced = pool.get_message_by_name(message.full_name()).unwrap();
            let aliases = crate::aliases::aliases_of(message.full_name()).count();
            assert_eq!(
                reduced.fields().count(),
                message.fields().count() + aliases,
                "{}",
                message.full_name()
            );
        }
    }

    #[test]
    fn reduced_files_contain_no_services_and_comments() {
        let schema = Schema::load(&project_root().join("proto")).unwrap();
        for file in schema.files() {
            let text = reduced(&file).encode_to_vec();
            let has = |part: &str| {
                text.windows(part.len())
                    .any(|window| window == part.as_bytes())
            };
            assert!(!has("/api/v1/") && !has("google/api"), "{}", file.name());
        }
    }

    #[test]
    fn bytes_are_escaped_and_split_between_escapes() {
        assert_eq!(
            bytes_literals(b"a\"\\\x00\n", 80),
            ["b\"a\\x22\\\\\\x00\\n\""]
        );
        assert_eq!(
            bytes_literals(&[0; 4], 11),
            ["b\"\\x00\\x00\"", "b\"\\x00\\x00\""]
        );
    }
}
