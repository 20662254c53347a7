//! The Python types of fields and parameters, and the imports that they need.

use std::collections::BTreeSet;

use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};

use crate::layer::params::{Accepts, Param};

/// The kind of a single value: of a field, of a list item or of a map value.
#[derive(Clone, PartialEq)]
pub(super) enum Shape {
    Str,
    Int,
    Float,
    Bool,
    Bytes,
    Enum(EnumDescriptor),
    Message(MessageDescriptor),
    /// A message of `google.protobuf`.
    WellKnown(MessageDescriptor),
}

/// Returns the kind of a field's values. For a map, the keys are ignored.
pub(super) fn shape(field: &FieldDescriptor) -> Shape {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => shape(&entry.map_entry_value_field()),
        kind => shape_of_kind(kind),
    }
}

fn shape_of_kind(kind: Kind) -> Shape {
    match kind {
        Kind::String => Shape::Str,
        Kind::Bytes => Shape::Bytes,
        Kind::Bool => Shape::Bool,
        Kind::Double | Kind::Float => Shape::Float,
        Kind::Enum(values) => Shape::Enum(values),
        Kind::Message(message) if message.package_name() == "google.protobuf" => {
            Shape::WellKnown(message)
        }
        Kind::Message(message) => Shape::Message(message),
        Kind::Int32
        | Kind::Int64
        | Kind::Uint32
        | Kind::Uint64
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Fixed32
        | Kind::Fixed64
        | Kind::Sfixed32
        | Kind::Sfixed64 => Shape::Int,
    }
}

/// Returns the annotation of a parameter at run time. Some frameworks derive schemas from these
/// annotations and do not support protobuf messages, so messages are `Any`. The stubs contain the
/// exact types.
pub(super) fn hint(param: &Param) -> String {
    let Accepts::Field(field) = &param.accepts else {
        return "Any".to_owned();
    };
    let item = match shape(field) {
        Shape::Str => "str",
        Shape::Int => "int",
        Shape::Float => "float",
        Shape::Bool => "bool",
        Shape::Bytes => "bytes",
        Shape::Enum(_) => "int | str",
        Shape::Message(_) | Shape::WellKnown(_) => "Any",
    };
    let text = match item {
        item if field.is_map() => format!("dict[str, {item}]"),
        item if field.is_list() => format!("list[{item}]"),
        "Any" => return item.to_owned(),
        item => item.to_owned(),
    };
    if param.nullable() {
        text + " | None"
    } else {
        text
    }
}

/// `scalekit/v1/users/users.proto` → (`scalekit.v1.users`, `users_pb2`).
pub(super) fn module_of(file: &FileDescriptor) -> (String, String) {
    let path = file.name().trim_end_matches(".proto").replace('/', ".");
    let (package, name) = path.rsplit_once('.').unwrap_or(("", &path));
    (package.to_owned(), format!("{name}_pb2"))
}

/// Returns the name of a message or enum in its module. Nested names are qualified:
/// `Outer.Inner`.
pub(super) fn local_name(full_name: &str, file: &FileDescriptor) -> String {
    let package = file.package_name();
    full_name
        .strip_prefix(package)
        .unwrap_or(full_name)
        .trim_start_matches('.')
        .to_owned()
}

/// The imports of a stub. The methods add the imports that they need.
#[derive(Default)]
pub(super) struct StubImports {
    lines: BTreeSet<String>,
}

impl StubImports {
    /// Imports `name` from `module`. Returns the imported name, which is private so that the stub
    /// does not export it.
    pub(super) fn name(&mut self, module: &str, name: &str) -> String {
        if name.starts_with('_') {
            self.lines.insert(format!("from {module} import {name}"));
            return name.to_owned();
        }
        self.lines
            .insert(format!("from {module} import {name} as _{name}"));
        format!("_{name}")
    }

    /// Imports `name` from `module` and exports it again.
    pub(super) fn export(&mut self, module: &str, name: &str) {
        self.lines
            .insert(format!("from {module} import {name} as {name}"));
    }

    /// Imports the message module of a schema file. Returns the imported name.
    pub(super) fn module(&mut self, file: &FileDescriptor) -> String {
        let (package, module) = module_of(file);
        self.name(&package, &module)
    }

    /// Returns the sorted import lines: the standard library, protobuf, this package.
    pub(super) fn blocks(&self) -> String {
        let group_of = |line: &str| match line {
            line if line.starts_with("from google") => 1,
            line if line.starts_with("from scalekit") => 2,
            _ => 0,
        };
        let mut text = String::new();
        for group in 0..3 {
            let lines = self.lines.iter();
            let mut block: Vec<&String> = lines.filter(|line| group_of(line) == group).collect();
            block.sort_by_key(|line| line.to_lowercase());
            for line in &block {
                text.push_str(line);
                text.push('\n');
            }
            text.push('\n');
        }
        text
    }

    /// Returns the type of a value in a message. Types of `current_file` need no import.
    pub(super) fn value_type(
        &mut self,
        shape: &Shape,
        current_file: Option<&FileDescriptor>,
    ) -> String {
        match shape {
            Shape::Str => "str".to_owned(),
            Shape::Int => "int".to_owned(),
            Shape::Float => "float".to_owned(),
            Shape::Bool => "bool".to_owned(),
            Shape::Bytes => "bytes".to_owned(),
            Shape::Enum(values) => {
                format!(
                    "{}.ValueType",
                    self.local(values.full_name(), &values.parent_file(), current_file)
                )
            }
            Shape::Message(message) => {
                self.local(message.full_name(), &message.parent_file(), current_file)
            }
            Shape::WellKnown(message) => {
                let (package, module) = module_of(&message.parent_file());
                self.name(&format!("{package}.{module}"), message.name())
            }
        }
    }

    fn local(
        &mut self,
        full_name: &str,
        file: &FileDescriptor,
        current_file: Option<&FileDescriptor>,
    ) -> String {
        let name = local_name(full_name, file);
        match current_file {
            Some(current_file) if current_file.name() == file.name() => name,
            _ => format!("{}.{name}", self.module(file)),
        }
    }

    /// Returns the type that a method accepts for a single value: a field, a list item or a map
    /// value.
    pub(super) fn accepted_item(&mut self, shape: &Shape) -> String {
        match shape {
            Shape::Enum(_) => format!("{} | int | str", self.value_type(shape, None)),
            Shape::Message(_) => format!("{} | {}", self.value_type(shape, None), self.mapping()),
            Shape::WellKnown(message) => self.accepted_well_known(message, shape),
            _ => self.value_type(shape, None),
        }
    }

    fn accepted_well_known(&mut self, message: &MessageDescriptor, shape: &Shape) -> String {
        let message_type = self.value_type(shape, None);
        match message.name() {
            "Timestamp" => format!(
                "{message_type} | {} | str",
                self.name("datetime", "datetime")
            ),
            "Duration" => format!(
                "{message_type} | {} | float | str",
                self.name("datetime", "timedelta")
            ),
            "FieldMask" => format!("{message_type} | {}", self.sequence("str")),
            "Struct" => format!("{message_type} | {}", self.mapping()),
            "ListValue" => {
                let any = self.name("typing", "Any");
                format!("{message_type} | {}", self.sequence(&any))
            }
            wrapper => match wrapper.strip_suffix("Value") {
                Some("String") => format!("{message_type} | str"),
                Some("Bool") => format!("{message_type} | bool"),
                Some("Bytes") => format!("{message_type} | bytes"),
                Some("Int32" | "Int64" | "UInt32" | "UInt64") => format!("{message_type} | int"),
                Some("Double" | "Float") => format!("{message_type} | float"),
                _ => message_type,
            },
        }
    }

    /// Returns the type that a method accepts for a field.
    pub(super) fn accepted(&mut self, field: &FieldDescriptor) -> String {
        let item = self.accepted_item(&shape(field));
        if field.is_map() {
            format!("{}[str, {item}]", self.name("collections.abc", "Mapping"))
        } else if field.is_list() {
            self.sequence(&item)
        } else {
            item
        }
    }

    pub(super) fn sequence(&mut self, item: &str) -> String {
        format!("{}[{item}]", self.name("collections.abc", "Sequence"))
    }

    /// Returns the type of a message that is given as a mapping.
    pub(super) fn mapping(&mut self) -> String {
        self.name("scalekit._runtime.arguments", "Fields")
    }
}
