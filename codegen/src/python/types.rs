//! Python types of fields: what messages hold, what methods accept, and what must be imported for them.

use std::collections::BTreeSet;

use prost_reflect::{EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor};

use super::text::WIDTH;
use crate::faces::params::{Accepts, Param};

/// What a value is, whether in a field, a list or a map.
#[derive(Clone, PartialEq)]
pub(super) enum Shape {
    Str,
    Int,
    Float,
    Bool,
    Bytes,
    Enum(EnumDescriptor),
    Message(MessageDescriptor),
    /// A type of `google.protobuf`.
    Known(MessageDescriptor),
}

/// The shape of a field's values; of a map, that of its values.
pub(super) fn shape(field: &FieldDescriptor) -> Shape {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => shape(&entry.map_entry_value_field()),
        kind => of_kind(kind),
    }
}

fn of_kind(kind: Kind) -> Shape {
    match kind {
        Kind::String => Shape::Str,
        Kind::Bytes => Shape::Bytes,
        Kind::Bool => Shape::Bool,
        Kind::Double | Kind::Float => Shape::Float,
        Kind::Enum(values) => Shape::Enum(values),
        Kind::Message(message) if message.package_name() == "google.protobuf" => Shape::Known(message),
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

/// What a method says at run time about a parameter, to frameworks that make schemas of annotations. They know nothing of
/// messages, so those are `Any`; the stubs say more.
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
        Shape::Message(_) | Shape::Known(_) => "Any",
    };
    let text = match item {
        item if field.is_map() => format!("dict[str, {item}]"),
        item if field.is_list() => format!("list[{item}]"),
        "Any" => return item.to_owned(),
        item => item.to_owned(),
    };
    if param.nullable() { text + " | None" } else { text }
}

/// `scalekit/v1/users/users.proto` → (`scalekit.v1.users`, `users_pb2`).
pub(super) fn module_of(file: &FileDescriptor) -> (String, String) {
    let path = file.name().trim_end_matches(".proto").replace('/', ".");
    let (package, name) = path.rsplit_once('.').unwrap_or(("", &path));
    (package.to_owned(), format!("{name}_pb2"))
}

/// The name of a message or enum in its module, nested ones with their holders: `Outer.Inner`.
pub(super) fn local_name(full_name: &str, file: &FileDescriptor) -> String {
    let package = file.package_name();
    full_name
        .strip_prefix(package)
        .unwrap_or(full_name)
        .trim_start_matches('.')
        .to_owned()
}

/// Collects the import lines of a stub while types are written.
#[derive(Default)]
pub(super) struct Imports {
    lines: BTreeSet<String>,
}

impl Imports {
    /// Notes that `name` of `module` is used; the name to use, private so that the stub does not export it.
    pub(super) fn name(&mut self, module: &str, name: &str) -> String {
        if name.starts_with('_') {
            self.lines.insert(format!("from {module} import {name}"));
            return name.to_owned();
        }
        self.lines
            .insert(format!("from {module} import {name} as _{name}"));
        format!("_{name}")
    }

    /// Notes that `name` of `module` is to be had from the stub's module too.
    pub(super) fn export(&mut self, module: &str, name: &str) {
        self.lines
            .insert(format!("from {module} import {name} as {name}"));
    }

    /// Notes that the module of a file is used; the name to use.
    pub(super) fn module(&mut self, file: &FileDescriptor) -> String {
        let (package, module) = module_of(file);
        self.name(&package, &module)
    }

    /// The import lines in the order of a sorter: the standard library, protobuf, this package.
    pub(super) fn blocks(&self) -> String {
        let broken = |line: &str| match line.split_once(" import ") {
            Some((from, name)) if line.len() > WIDTH => format!("{from} import (\n    {name},\n)"),
            _ => line.to_owned(),
        };
        let group = |line: &str| match line {
            line if line.starts_with("from google") => 1,
            line if line.starts_with("from scalekit") => 2,
            _ => 0,
        };
        let mut text = String::new();
        for wanted in 0..3 {
            let mut block: Vec<&String> = self.lines.iter().filter(|line| group(line) == wanted).collect();
            block.sort_by_key(|line| line.to_lowercase());
            let block: Vec<String> = block.into_iter().map(|line| broken(line)).collect();
            if !block.is_empty() {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&block.join("\n"));
                text.push('\n');
            }
        }
        text
    }

    /// The type of a value that a message holds, in a module that is `home` for its own messages.
    pub(super) fn held(&mut self, shape: &Shape, home: Option<&FileDescriptor>) -> String {
        match shape {
            Shape::Str => "str".to_owned(),
            Shape::Int => "int".to_owned(),
            Shape::Float => "float".to_owned(),
            Shape::Bool => "bool".to_owned(),
            Shape::Bytes => "bytes".to_owned(),
            Shape::Enum(values) => {
                format!(
                    "{}.ValueType",
                    self.local(values.full_name(), &values.parent_file(), home)
                )
            }
            Shape::Message(message) => self.local(message.full_name(), &message.parent_file(), home),
            Shape::Known(message) => {
                let (package, module) = module_of(&message.parent_file());
                self.name(&format!("{package}.{module}"), message.name())
            }
        }
    }

    fn local(&mut self, full_name: &str, file: &FileDescriptor, home: Option<&FileDescriptor>) -> String {
        let name = local_name(full_name, file);
        match home {
            Some(home) if home.name() == file.name() => name,
            _ => format!("{}.{name}", self.module(file)),
        }
    }

    /// The type of the values that a method accepts for a field, as one of which a list or map is made.
    pub(super) fn accepted_item(&mut self, shape: &Shape) -> String {
        match shape {
            Shape::Enum(_) => format!("{} | int | str", self.held(shape, None)),
            Shape::Message(_) => format!("{} | {}", self.held(shape, None), self.fields()),
            Shape::Known(message) => self.accepted_known(message, shape),
            _ => self.held(shape, None),
        }
    }

    fn accepted_known(&mut self, message: &MessageDescriptor, shape: &Shape) -> String {
        let own = self.held(shape, None);
        match message.name() {
            "Timestamp" => format!("{own} | {} | str", self.name("datetime", "datetime")),
            "Duration" => format!("{own} | {} | float | str", self.name("datetime", "timedelta")),
            "FieldMask" => format!("{own} | {}", self.sequence("str")),
            "Struct" => format!("{own} | {}", self.fields()),
            "ListValue" => {
                let any = self.name("typing", "Any");
                format!("{own} | {}", self.sequence(&any))
            }
            wrapper => match wrapper.strip_suffix("Value") {
                Some("String") => format!("{own} | str"),
                Some("Bool") => format!("{own} | bool"),
                Some("Bytes") => format!("{own} | bytes"),
                Some("Int32" | "Int64" | "UInt32" | "UInt64") => format!("{own} | int"),
                Some("Double" | "Float") => format!("{own} | float"),
                _ => own,
            },
        }
    }

    /// The type of what a method accepts for a field.
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

    /// A message as a mapping.
    pub(super) fn fields(&mut self) -> String {
        self.name("scalekit._arguments", "Fields")
    }
}
