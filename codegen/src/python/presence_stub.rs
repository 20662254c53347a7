//! The constructors of message stubs, and the methods with field names as arguments.

use prost_reflect::{MessageDescriptor, Syntax};

use super::message_stub::Writer;
use super::text::WIDTH;
use super::types::{Shape, shape};
use crate::aliases::aliases_of;

/// The start of a return type that spans several lines.
const MULTILINE: &str = " -> (";

impl Writer<'_> {
    pub(super) fn write_init(&mut self, depth: usize, message: &MessageDescriptor) {
        let mut items = Vec::new();
        for field in message.fields() {
            let shape = shape(&field);
            let mut value = self.imports.value_type(&shape, Some(self.file));
            if matches!(shape, Shape::Enum(_)) {
                value.push_str(" | str");
            }
            if field.is_map() {
                value = format!(
                    "{}[str, {value}]",
                    self.imports.name("collections.abc", "Mapping")
                );
            } else if field.is_list() {
                value = format!(
                    "{}[{value}]",
                    self.imports.name("collections.abc", "Iterable")
                );
            }
            items.push(format!("{}: {value} | None = None", field.name()));
        }
        items.extend(
            aliases_of(message.full_name())
                .map(|alias| format!("{}: str | None = None", alias.name)),
        );
        if !items.is_empty() {
            items.insert(0, "*".to_owned());
        }
        items.insert(0, "self".to_owned());
        self.source
            .call(depth, "def __init__", &items, " -> None: ...");
    }

    pub(super) fn write_presence(&mut self, depth: usize, message: &MessageDescriptor) {
        let aliases = || aliases_of(message.full_name()).map(|alias| alias.name.to_owned());
        let oneofs: Vec<_> = message
            .oneofs()
            .filter(|oneof| !oneof.is_synthetic())
            .collect();
        let oneof_names = || oneofs.iter().map(|oneof| oneof.name().to_owned());
        let has: Vec<String> = message
            .fields()
            .filter(|field| field.supports_presence() && self.file.syntax() == Syntax::Proto3)
            .map(|field| field.name().to_owned())
            .chain(aliases())
            .chain(oneof_names())
            .collect();
        let all: Vec<String> = message
            .fields()
            .map(|field| field.name().to_owned())
            .chain(aliases())
            .chain(oneof_names())
            .collect();
        if !has.is_empty() {
            self.write_literals(depth, "def HasField", "field_name", &has, " -> bool: ...");
        }
        if !all.is_empty() {
            self.write_literals(depth, "def ClearField", "field_name", &all, " -> None: ...");
        }
        for oneof in &oneofs {
            if oneofs.len() > 1 {
                let overload = self.imports.name("typing", "overload");
                self.source.line(depth, &format!("@{overload}"));
            }
            let literal = self.imports.name("typing", "Literal");
            let members: Vec<String> = oneof
                .fields()
                .map(|field| format!("\"{}\"", field.name()))
                .collect();
            let returns = format!("{literal}[{}] | None", members.join(", "));
            let names = [oneof.name().to_owned()];
            if depth * 4 + returns.len() + ") -> : ...".len() <= WIDTH {
                self.write_literals(
                    depth,
                    "def WhichOneof",
                    "oneof_group",
                    &names,
                    &format!(" -> {returns}: ..."),
                );
                continue;
            }
            self.write_literals(depth, "def WhichOneof", "oneof_group", &names, MULTILINE);
            self.source.line(depth + 1, &format!("{literal}["));
            for member in members {
                self.source.line(depth + 2, &format!("{member},"));
            }
            self.source.line(depth + 1, "]");
            self.source.line(depth + 1, "| None");
            self.source.line(depth, "): ...");
        }
    }

    /// Writes a method whose only parameter accepts one of the names, as `str` or `bytes`.
    fn write_literals(
        &mut self,
        depth: usize,
        head: &str,
        param: &str,
        names: &[String],
        tail: &str,
    ) {
        let literal = self.imports.name("typing", "Literal");
        let names: Vec<String> = names
            .iter()
            .flat_map(|name| [format!("\"{name}\""), format!("b\"{name}\"")])
            .collect();
        let single_line = format!(
            "{head}(self, {param}: {literal}[{}]){tail}",
            names.join(", ")
        );
        if depth * 4 + single_line.len() <= WIDTH && tail != MULTILINE {
            return self.source.line(depth, &single_line);
        }
        self.source.line(depth, &format!("{head}("));
        self.source.line(depth + 1, "self,");
        let short = format!("{param}: {literal}[{}],", names.join(", "));
        if (depth + 1) * 4 + short.len() <= WIDTH {
            self.source.line(depth + 1, &short);
        } else {
            self.source.line(depth + 1, &format!("{param}: {literal}["));
            for name in &names {
                self.source.line(depth + 2, &format!("{name},"));
            }
            self.source.line(depth + 1, "],");
        }
        self.source.line(depth, &format!("){tail}"));
    }
}
