//! The stubs of the message modules. They follow the conventions of mypy-protobuf.

use anyhow::ensure;
use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor};

use super::text::{Source, doc_width};
use super::types::{Imports, Shape, module_of, shape};
use crate::aliases::aliases_of;
use crate::layer::config::LayerConfig;
use crate::layer::wrap::paragraphs;
use crate::{Output, Schema};

/// Names that the annotations of a class use. A field must not have one of these names.
const RESERVED: [&str; 7] = [
    "str", "int", "float", "bool", "bytes", "property", "overload",
];
const KEYWORDS: [&str; 4] = ["None", "True", "False", "from"];

/// Adds `<file>_pb2.pyi` for each schema file.
pub(super) fn generate(
    schema: &Schema,
    config: &LayerConfig,
    out: &mut Output,
) -> anyhow::Result<()> {
    for file in schema.files() {
        let (package, module) = module_of(&file);
        let mut writer = Writer {
            schema,
            config,
            file: &file,
            imports: Imports::default(),
            source: Source::default(),
        };
        writer.write()?;
        let mut text = format!("\"\"\"Messages of ``{}``.\"\"\"\n\n", file.package_name());
        text.push_str(&writer.imports.blocks());
        text.push('\n');
        text.push_str(&writer.source.finish());
        out.text(
            &format!("python/{}/{module}.pyi", package.replace('.', "/")),
            &text,
        )?;
    }
    Ok(())
}

/// Writes the stub of one file.
pub(super) struct Writer<'a> {
    schema: &'a Schema,
    config: &'a LayerConfig,
    pub(super) file: &'a FileDescriptor,
    pub(super) imports: Imports,
    pub(super) source: Source,
}

impl Writer<'_> {
    fn write(&mut self) -> anyhow::Result<()> {
        let descriptor = self
            .imports
            .name("google.protobuf.descriptor", "FileDescriptor");
        self.source.line(0, &format!("DESCRIPTOR: {descriptor}"));
        let file = self.file.clone();
        for values in file.enums() {
            self.source.blank(1);
            self.write_enum(0, &values)?;
        }
        for message in file.messages() {
            self.source.blank(1);
            self.write_message(0, &message)?;
        }
        Ok(())
    }

    fn doc(&mut self, depth: usize, comment: &str) {
        if !comment.is_empty() {
            self.source
                .docstring(depth, &paragraphs(comment, doc_width(depth)));
        }
    }

    fn write_enum(&mut self, depth: usize, values: &EnumDescriptor) -> anyhow::Result<()> {
        let name = values.name();
        let new_type = self.imports.name("typing", "NewType");
        let alias = self.imports.name("typing", "TypeAlias");
        let wrapper = self.imports.name(
            "google.protobuf.internal.enum_type_wrapper",
            "_EnumTypeWrapper",
        );
        let descriptor = self
            .imports
            .name("google.protobuf.descriptor", "EnumDescriptor");
        self.source.line(depth, &format!("class _{name}:"));
        self.source.line(
            depth + 1,
            &format!("ValueType = {new_type}(\"ValueType\", int)"),
        );
        self.source
            .line(depth + 1, &format!("V: {alias} = ValueType"));
        self.source.blank(1);
        self.source.line(
            depth,
            &format!("class _{name}Wrapper({wrapper}[_{name}.ValueType], type):"),
        );
        self.source
            .line(depth + 1, &format!("DESCRIPTOR: {descriptor}"));
        for value in values.values() {
            ensure!(
                !KEYWORDS.contains(&value.name()),
                "{}: the name is a Python keyword",
                value.full_name()
            );
            self.source
                .line(depth + 1, &format!("{}: _{name}.ValueType", value.name()));
            let comment = self.schema.comment(&value).to_owned();
            self.doc(depth + 1, &comment);
        }
        self.source.blank(1);
        let class = format!("class {name}(_{name}, metaclass=_{name}Wrapper):");
        match self.schema.comment(values).to_owned() {
            comment if comment.is_empty() => self.source.line(depth, &format!("{class} ...")),
            comment => {
                self.source.line(depth, &class);
                self.doc(depth + 1, &comment);
            }
        }
        self.source.blank(1);
        for value in values.values() {
            self.source
                .line(depth, &format!("{}: {name}.ValueType", value.name()));
        }
        Ok(())
    }

    fn write_message(&mut self, depth: usize, message: &MessageDescriptor) -> anyhow::Result<()> {
        let base = self.imports.name("google.protobuf.message", "Message");
        let descriptor = self
            .imports
            .name("google.protobuf.descriptor", "Descriptor");
        self.source
            .line(depth, &format!("class {}({base}):", message.name()));
        let comment = self.schema.comment(message).to_owned();
        let inner = depth + 1;
        self.doc(inner, &comment);
        if !comment.is_empty() {
            self.source.blank(1);
        }
        self.source
            .line(inner, &format!("DESCRIPTOR: {descriptor}"));
        for nested in message.child_enums() {
            self.source.blank(1);
            self.write_enum(inner, &nested)?;
        }
        // Map entries have no public class. In some protobuf runtimes, they have no class at all.
        let nested: Vec<_> = message
            .child_messages()
            .filter(|nested| !nested.is_map_entry())
            .collect();
        for nested in &nested {
            self.source.blank(1);
            self.write_message(inner, nested)?;
        }
        if message.child_enums().len() + nested.len() > 0 {
            self.source.blank(1);
        }
        self.write_fields(inner, message)?;
        self.write_init(inner, message);
        self.write_presence(inner, message);
        Ok(())
    }

    fn write_fields(&mut self, depth: usize, message: &MessageDescriptor) -> anyhow::Result<()> {
        let aliases: Vec<_> = aliases_of(message.full_name()).collect();
        let names: Vec<String> = message
            .fields()
            .map(|field| field.name().to_owned())
            .collect();
        for name in names
            .iter()
            .map(String::as_str)
            .chain(aliases.iter().map(|alias| alias.name))
        {
            ensure!(
                !RESERVED.contains(&name) && !KEYWORDS.contains(&name),
                "{}: a field must not have the name {name}",
                message.full_name()
            );
            self.source
                .line(depth, &format!("{}_FIELD_NUMBER: int", name.to_uppercase()));
        }
        for field in message.fields() {
            let doc = self.schema.field_doc(&field);
            self.write_field(depth, &field, &doc);
        }
        for alias in aliases {
            self.source.line(depth, &format!("{}: str", alias.name));
            self.doc(depth, alias.doc);
        }
        if let Some(properties) = self.config.properties.get(message.full_name()) {
            for (property, field) in properties {
                self.source.line(depth, "@property");
                self.source
                    .line(depth, &format!("def {property}(self) -> str:"));
                self.source
                    .line(depth + 1, &format!("\"\"\"Alias of ``{field}``.\"\"\""));
            }
        }
        Ok(())
    }

    /// Scalars are plain attributes. Messages, lists and maps are read-only properties, because the
    /// runtime only allows changing them in place.
    fn write_field(&mut self, depth: usize, field: &FieldDescriptor, doc: &str) {
        let ty = self.field_type(field);
        let shape = shape(field);
        let single = !field.is_list() && !field.is_map();
        match shape {
            Shape::Enum(_) if single => {
                self.source.line(depth, "@property");
                self.source
                    .line(depth, &format!("def {}(self) -> {ty}:", field.name()));
                self.doc(depth + 1, doc);
                self.source
                    .line(depth, &format!("@{}.setter", field.name()));
                self.source.line(
                    depth,
                    &format!("def {}(self, value: {ty} | str) -> None: ...", field.name()),
                );
            }
            Shape::Message(_) | Shape::WellKnown(_) => self.write_property(depth, field, &ty, doc),
            _ if !single => self.write_property(depth, field, &ty, doc),
            _ => {
                self.source.line(depth, &format!("{}: {ty}", field.name()));
                self.doc(depth, doc);
            }
        }
    }

    fn write_property(&mut self, depth: usize, field: &FieldDescriptor, ty: &str, doc: &str) {
        self.source.line(depth, "@property");
        self.source
            .line(depth, &format!("def {}(self) -> {ty}:", field.name()));
        self.doc(depth + 1, doc);
    }

    /// Returns the type of a field when it is read.
    fn field_type(&mut self, field: &FieldDescriptor) -> String {
        let shape = shape(field);
        let value = self.imports.value_type(&shape, Some(self.file));
        let is_message = matches!(shape, Shape::Message(_) | Shape::WellKnown(_));
        let container = match (field.is_map(), field.is_list(), is_message) {
            (true, _, true) => "MessageMap",
            (true, _, false) => "ScalarMap",
            (_, true, true) => "RepeatedCompositeFieldContainer",
            (_, true, false) => "RepeatedScalarFieldContainer",
            _ => return value,
        };
        let container = self
            .imports
            .name("google.protobuf.internal.containers", container);
        if field.is_map() {
            format!("{container}[str, {value}]")
        } else {
            format!("{container}[{value}]")
        }
    }
}
