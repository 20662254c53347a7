//! The docstrings of methods.

use super::text::doc_width;
use super::types::Imports;
use crate::layer::model::{Action, Method, ReturnValue};
use crate::layer::params::{Accepts, Param, Presence};
use crate::layer::wrap::{paragraphs, unbreakable, wrap};
use crate::snake_case;

/// Returns the paragraphs of a method's docstring.
pub(super) fn docstring(method: &Method) -> Vec<String> {
    let width = doc_width(2);
    let mut parts = paragraphs(&method.doc, width);
    if !method.params.is_empty() {
        let lines = method
            .params
            .iter()
            .map(|param| describe(method, param, width));
        parts.push(
            std::iter::once("Args:".to_owned())
                .chain(lines)
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    let (returns, heading) = match &method.action {
        Action::Build => (
            format!("The :class:`{}`.", method.request.name()),
            "Returns",
        ),
        Action::Pages { items, .. } => {
            let item = items
                .kind()
                .as_message()
                .map(|item| item.name().to_owned())
                .unwrap_or_default();
            (format!("Each :class:`{item}`."), "Yields")
        }
        Action::Call {
            operation, returns, ..
        } => {
            let response = operation.method.output();
            let text = match returns {
                ReturnValue::MessageAndCall => format!(
                    "``(message, call)``: the :class:`{}`, and the status and headers of the response.",
                    response.name()
                ),
                ReturnValue::Message => format!("The :class:`{}`.", response.name()),
                ReturnValue::Field(field) | ReturnValue::OptionalField(field) => {
                    match field.kind().as_message() {
                        Some(message) => format!("The :class:`{}`.", message.name()),
                        None => format!("The ``{}`` of the response.", field.name()),
                    }
                }
                ReturnValue::Function(function) => {
                    format!("The {}.", snake_case(function).replace('_', " "))
                }
            };
            (text, "Returns")
        }
    };
    parts.push(format!(
        "{heading}:\n{}",
        wrap(&format!("    {returns}"), width, "    ").replacen("", "    ", 1)
    ));
    if !method.raises.is_empty() {
        let raises = method.raises.iter().map(|(class, when)| {
            let text = wrap(&format!("{class}: {when}"), width - 4, "        ");
            format!("    {text}")
        });
        parts.push(format!(
            "Raises:\n{}",
            raises.collect::<Vec<_>>().join("\n")
        ));
    }
    parts
}

/// Returns the entry of a parameter under `Args:`.
fn describe(method: &Method, param: &Param, width: usize) -> String {
    let optional = if param.nullable() || param.presence.can_be_omitted() {
        ", optional"
    } else {
        ""
    };
    let mut doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Presence::Default(literal) = &param.presence {
        doc.push_str(&format!(" Default: ``{literal}``."));
    }
    doc.push_str(&alternatives(method, param));
    let head = unbreakable(&format!(
        "{} ({}{optional}):",
        param.name,
        accepted_types(param)
    ));
    let text = format!("{head} {doc}");
    format!("    {}", wrap(&text, width - 4, "        "))
}

/// Returns a sentence with the parameters that can be given instead of `param`. The sentence is
/// empty if there are none.
fn alternatives(method: &Method, param: &Param) -> String {
    let contains = |names: &&Vec<String>| names.contains(&param.name);
    let (with, without): (Vec<_>, Vec<_>) = method.required_sets.iter().partition(contains);
    if with.is_empty() || without.is_empty() {
        return String::new();
    }
    let quoted = |names: &Vec<String>| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(" and ")
    };
    let others: Vec<String> = without.into_iter().map(quoted).collect();
    format!(" Not needed with {}.", others.join(" or "))
}

/// Returns the accepted types, without the private names of the stubs.
fn accepted_types(param: &Param) -> String {
    let mut imports = Imports::default();
    let text = match &param.accepts {
        Accepts::Field(field) => imports.accepted(field),
        Accepts::Strings(_) => "Sequence[str]".to_owned(),
        Accepts::Request(message) => message.name().to_owned(),
        Accepts::Pairs(_) | Accepts::Group(_) | Accepts::Unused => "dict".to_owned(),
    };
    let mut public = String::new();
    for part in text.split_inclusive(['[', ' ', ']']) {
        // `_users_pb2.CreateUser` → `CreateUser`, `_Mapping` → `Mapping`
        let part = part.split_once("_pb2.").map_or(part, |(_, name)| name);
        public.push_str(part.strip_prefix('_').unwrap_or(part));
    }
    public.replace(".ValueType", "").replace("Fields", "dict")
}
