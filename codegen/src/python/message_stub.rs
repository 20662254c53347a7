//! The stubs of the message modules. They follow the conventions of mypy-protobuf.

use anyhow::ensure;
use prost_reflect::{
    EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, OneofDescriptor, Syntax,
};
use serde_json::{Value, json};

use super::types::{Shape, StubImports, shape};
use crate::Schema;
use crate::aliases::aliases_of;
use crate::layer::config::LayerConfig;
use crate::templates::render;

/// Names that the annotations of a class use. A field must not have one of these names.
const RESERVED: [&str; 7] = [
    "str", "int", "float", "bool", "bytes", "property", "overload",
];
const KEYWORDS: [&str; 4] = ["None", "True", "False", "from"];

/// Returns the stub of the messages in a schema file.
pub(super) fn stub(
    schema: &Schema,
    config: &LayerConfig,
    file: &FileDescriptor,
) -> anyhow::Result<String> {
    let mut imports = StubImports::default();
    imports.name("google.protobuf.descriptor", "FileDescriptor");
    let mut viewer = Viewer {
        schema,
        config,
        file,
        imports,
    };
    let enums: Vec<_> = file
        .enums()
        .map(|values| viewer.enum_view(&values))
        .collect::<Result<_, _>>()?;
    let messages: Vec<_> = file
        .messages()
        .map(|message| viewer.message(&message))
        .collect::<Result<_, _>>()?;
    render(
        "python/messages.pyi",
        json!({
            "package": file.package_name(),
            "imports": viewer.imports.blocks(),
            "enums": enums,
            "messages": messages,
        }),
    )
}

/// Creates the views of one file and collects its imports.
struct Viewer<'a> {
    schema: &'a Schema,
    config: &'a LayerConfig,
    file: &'a FileDescriptor,
    imports: StubImports,
}

impl Viewer<'_> {
    fn enum_view(&mut self, values: &EnumDescriptor) -> anyhow::Result<Value> {
        for (module, name) in [
            ("typing", "NewType"),
            ("typing", "TypeAlias"),
            (
                "google.protobuf.internal.enum_type_wrapper",
                "_EnumTypeWrapper",
            ),
            ("google.protobuf.descriptor", "EnumDescriptor"),
        ] {
            self.imports.name(module, name);
        }
        for value in values.values() {
            let is_keyword = KEYWORDS.contains(&value.name());
            ensure!(
                !is_keyword,
                "{}: the name is a Python keyword",
                value.full_name()
            );
        }
        let members = values
            .values()
            .map(|value| json!({ "name": value.name(), "comment": self.schema.comment(&value) }));
        Ok(json!({
            "name": values.name(),
            "comment": self.schema.comment(values),
            "members": members.collect::<Vec<_>>(),
        }))
    }

    fn message(&mut self, message: &MessageDescriptor) -> anyhow::Result<Value> {
        self.imports.name("google.protobuf.message", "Message");
        self.imports
            .name("google.protobuf.descriptor", "Descriptor");
        let enums = message.child_enums().map(|values| self.enum_view(&values));
        let enums: Vec<Value> = enums.collect::<Result<_, _>>()?;
        // Map entries have no public class. In some protobuf runtimes, they have no class at all.
        let nested = message
            .child_messages()
            .filter(|nested| !nested.is_map_entry());
        let nested = nested.map(|nested| self.message(&nested));
        let messages: Vec<Value> = nested.collect::<Result<_, _>>()?;
        let members = members(message)?;
        Ok(json!({
            "name": message.name(),
            "comment": self.schema.comment(message),
            "enums": enums,
            "messages": messages,
            "fields": self.fields(message),
            "properties": self.config.properties.get(message.full_name()),
            "init": self.init(message),
            "oneofs": self.oneofs(message),
            "has": self.arguments_of_has(message, &members),
            "clear": self.arguments_of_clear(message, &members),
            "members": members,
        }))
    }

    /// Returns the fields, with their types when they are read, and the aliases.
    ///
    /// `access` is `attribute`, `property`, or `enum` for a property that accepts the name of a
    /// value.
    fn fields(&mut self, message: &MessageDescriptor) -> Vec<Value> {
        let fields = message.fields().map(|field| {
            let single = !field.is_list() && !field.is_map();
            let access = match shape(&field) {
                Shape::Enum(_) if single => "enum",
                Shape::Message(_) | Shape::WellKnown(_) => "property",
                _ if single => "attribute",
                _ => "property",
            };
            json!({
                "name": field.name(),
                "type": self.field_type(&field),
                "comment": self.schema.field_doc(&field),
                "access": access,
            })
        });
        let aliases = aliases_of(message.full_name()).map(|alias| {
            let (name, doc) = (alias.name, alias.doc);
            json!({ "name": name, "type": "str", "comment": doc, "access": "attribute" })
        });
        fields.chain(aliases).collect()
    }

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
        let module = "google.protobuf.internal.containers";
        let container = self.imports.name(module, container);
        let key = if field.is_map() { "str, " } else { "" };
        format!("{container}[{key}{value}]")
    }

    /// Returns the parameters of the constructor.
    fn init(&mut self, message: &MessageDescriptor) -> Vec<Value> {
        let fields = message
            .fields()
            .map(|field| json!({ "name": field.name(), "type": self.init_type(&field) }));
        let aliases = aliases_of(message.full_name());
        let aliases = aliases.map(|alias| json!({ "name": alias.name, "type": "str" }));
        fields.chain(aliases).collect()
    }

    fn init_type(&mut self, field: &FieldDescriptor) -> String {
        let shape = shape(field);
        let mut value = self.imports.value_type(&shape, Some(self.file));
        if matches!(shape, Shape::Enum(_)) {
            value.push_str(" | str");
        }
        if field.is_map() {
            format!(
                "{}[str, {value}]",
                self.imports.name("collections.abc", "Mapping")
            )
        } else if field.is_list() {
            format!(
                "{}[{value}]",
                self.imports.name("collections.abc", "Iterable")
            )
        } else {
            value
        }
    }

    fn oneofs(&mut self, message: &MessageDescriptor) -> Vec<Value> {
        let oneofs: Vec<OneofDescriptor> = oneofs(message).collect();
        if oneofs.len() > 1 {
            self.imports.name("typing", "overload");
        }
        let view = |oneof: &OneofDescriptor| {
            let members: Vec<String> = oneof
                .fields()
                .map(|field| field.name().to_owned())
                .collect();
            json!({ "name": oneof.name(), "members": members })
        };
        oneofs.iter().map(view).collect()
    }

    /// Returns the names of the fields with presence, of the aliases and of the oneofs.
    fn arguments_of_has(&self, message: &MessageDescriptor, members: &[String]) -> Vec<String> {
        let has_presence = |name: &&String| {
            let field = message.get_field_by_name(name);
            let proto3 = self.file.syntax() == Syntax::Proto3;
            field.is_none_or(|field| field.supports_presence() && proto3)
        };
        let members = members.iter().filter(has_presence).cloned();
        members.chain(oneof_names(message)).collect()
    }

    fn arguments_of_clear(
        &mut self,
        message: &MessageDescriptor,
        members: &[String],
    ) -> Vec<String> {
        if !members.is_empty() {
            self.imports.name("typing", "Literal");
        }
        members
            .iter()
            .cloned()
            .chain(oneof_names(message))
            .collect()
    }
}

fn oneofs(message: &MessageDescriptor) -> impl Iterator<Item = OneofDescriptor> {
    message.oneofs().filter(|oneof| !oneof.is_synthetic())
}

fn oneof_names(message: &MessageDescriptor) -> impl Iterator<Item = String> {
    oneofs(message).map(|oneof| oneof.name().to_owned())
}

/// Returns the names of all fields and aliases.
fn members(message: &MessageDescriptor) -> anyhow::Result<Vec<String>> {
    let fields = message.fields().map(|field| field.name().to_owned());
    let aliases = aliases_of(message.full_name()).map(|alias| alias.name.to_owned());
    let members: Vec<String> = fields.chain(aliases).collect();
    for name in members.iter().map(String::as_str) {
        ensure!(
            !RESERVED.contains(&name) && !KEYWORDS.contains(&name),
            "{}: a field must not have the name {name}",
            message.full_name()
        );
    }
    Ok(members)
}
