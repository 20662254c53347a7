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

use super::text::{Source, bytes_literals};
use super::types::{local_name, module_of};
use crate::aliases::{Alias, aliases_of};
use crate::layer::config::LayerConfig;
use crate::{Output, Schema};

/// Adds `<file>_pb2.py` for each schema file, and the packages of these modules.
pub(super) fn generate(
    schema: &Schema,
    config: &LayerConfig,
    out: &mut Output,
) -> anyhow::Result<()> {
    check(schema, config)?;
    let mut packages = BTreeSet::new();
    for file in schema.files() {
        let (package, module) = module_of(&file);
        for (end, _) in package.match_indices('.') {
            packages.insert(package[..end].to_owned());
        }
        out.text(
            &format!("python/{}/{module}.py", package.replace('.', "/")),
            &module_text(&file, config),
        )?;
        packages.insert(package);
    }
    // `scalekit/__init__.py` is handwritten.
    packages.remove("scalekit");
    for package in packages {
        let body = format!("\"\"\"Message modules of ``{package}``.\"\"\"\n");
        out.text(
            &format!("python/{}/__init__.py", package.replace('.', "/")),
            &body,
        )?;
    }
    Ok(())
}

/// Checks that the configuration and the aliases match the messages of the schema.
fn check(schema: &Schema, config: &LayerConfig) -> anyhow::Result<()> {
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

fn module_text(file: &FileDescriptor, config: &LayerConfig) -> String {
    let mut source = Source::default();
    source.line(
        0,
        &format!("\"\"\"Messages of ``{}``.\"\"\"", file.package_name()),
    );
    source.blank(1);
    let in_file = |name: &&String| {
        name.strip_prefix(file.package_name())
            .is_some_and(|rest| !rest[1..].is_empty())
            && file
                .parent_pool()
                .get_message_by_name(name)
                .is_some_and(|m| m.parent_file().name() == file.name())
    };
    let properties: Vec<_> = config.properties.keys().filter(in_file).collect();
    let str_fields: Vec<_> = config.str_fields.keys().filter(in_file).collect();
    let mut names = vec!["build as _build"];
    if !properties.is_empty() {
        names.insert(0, "alias as _alias");
    }
    if !str_fields.is_empty() {
        names.insert(names.len() - 1, "as_text as _as_text");
    }
    for name in names {
        source.line(0, &format!("from scalekit._runtime.protobuf import {name}"));
    }
    source.blank(1);
    source.line(0, "_build(");
    source.line(1, "globals(),");
    for literal in bytes_literals(&reduced(file).encode_to_vec(), 106) {
        source.line(1, &literal);
    }
    // Python concatenates the literals, so only the last one is followed by a comma.
    let mut text = source.finish();
    text.pop();
    text.push_str(",\n");
    let mut source = Source::default();
    for dependency in dependencies(file) {
        let (package, module) = module_of(&dependency);
        source.line(1, &format!("\"{package}.{module}\","));
    }
    source.line(0, ")");
    if !properties.is_empty() || !str_fields.is_empty() {
        source.blank(1);
    }
    for name in properties {
        for (property, field) in &config.properties[name] {
            let class = local_name(name, file);
            source.line(
                0,
                &format!("_alias(globals()[\"{class}\"], \"{property}\", \"{field}\")"),
            );
        }
    }
    for name in str_fields {
        let (class, field) = (local_name(name, file), &config.str_fields[name]);
        source.line(0, &format!("_as_text(globals()[\"{class}\"], \"{field}\")"));
    }
    text + &source.finish()
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

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_reflect::DescriptorPool;

    use super::{dependencies, reduced};
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
}
