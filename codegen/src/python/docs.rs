//! The docstrings of methods: what the protos say, in Python's terms.

use super::text::doc_width;
use super::types::Imports;
use crate::faces::face::Presence;
use crate::faces::params::{Accepts, Param};
use crate::faces::plan::{Action, Method, Outcome};
use crate::faces::prose::{bound, paragraphs, wrap};

/// The paragraphs of a method's docstring.
pub(super) fn docstring(method: &Method) -> Vec<String> {
    let width = doc_width(2);
    let mut parts = paragraphs(&method.doc, width);
    if !method.params.is_empty() {
        let lines = method.params.iter().map(|param| describe(method, param, width));
        parts.push(
            std::iter::once("Args:".to_owned())
                .chain(lines)
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    let (returns, heading) = match &method.action {
        Action::Build => (format!("The :class:`{}`.", method.request.name()), "Returns"),
        Action::Pages { items, .. } => {
            let item = items
                .kind()
                .as_message()
                .map(|item| item.name().to_owned())
                .unwrap_or_default();
            (format!("Each :class:`{item}`."), "Yields")
        }
        Action::Call {
            operation, outcome, ..
        } => {
            let answer = operation.method.output();
            let text = match outcome {
                Outcome::Both => format!(
                    "``(message, call)``: the :class:`{}` and how the call went.",
                    answer.name()
                ),
                Outcome::Message => format!("The :class:`{}`.", answer.name()),
                Outcome::Field(field) | Outcome::Maybe(field) => match field.kind().as_message() {
                    Some(message) => format!("The :class:`{}`.", message.name()),
                    None => format!("Its ``{}``.", field.name()),
                },
                Outcome::Function(_) => "What was found.".to_owned(),
            };
            (text, "Returns")
        }
    };
    parts.push(format!(
        "{heading}:\n{}",
        wrap(&format!("    {returns}"), width, "    ").replacen("", "    ", 1)
    ));
    let mut raises =
        vec!["    ScalekitArgumentException: an argument is missing or of a wrong type.".to_owned()];
    for (class, when) in &method.raises {
        let text = wrap(&format!("{class}: {when}"), width - 4, "        ");
        raises.push(format!("    {text}"));
    }
    if !matches!(method.action, Action::Build) {
        raises.push(
            "    ScalekitServerException: the service refused the call or was not reached; see its subclasses."
                .to_owned(),
        );
    }
    parts.push(format!("Raises:\n{}", raises.join("\n")));
    parts
}

/// A parameter's line, or lines, under `Args:`.
fn describe(method: &Method, param: &Param, width: usize) -> String {
    let optional = if param.nullable() || param.presence.omissible() {
        ", optional"
    } else {
        ""
    };
    let mut doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Presence::Default(literal) = &param.presence {
        doc.push_str(&format!(" Default: ``{literal}``."));
    }
    doc.push_str(&instead(method, param));
    let head = bound(&format!(
        "{} ({}{optional}):",
        param.name,
        accepted_in_words(param)
    ));
    let text = format!("{head} {doc}");
    format!("    {}", wrap(&text, width - 4, "        "))
}

/// A sentence that names the parameters that may be given instead of `param`.
fn instead(method: &Method, param: &Param) -> String {
    let others: Vec<String> = method
        .needs
        .iter()
        .filter(|names| !names.contains(&param.name))
        .map(|names| {
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" and ")
        })
        .collect();
    let needed = method.needs.iter().flatten().any(|name| *name == param.name);
    match needed && !others.is_empty() {
        true => format!(" Not needed with {}.", others.join(" or ")),
        false => String::new(),
    }
}

/// The accepted types without the private names of the stubs.
fn accepted_in_words(param: &Param) -> String {
    let mut imports = Imports::default();
    let text = match &param.accepts {
        Accepts::Field(field) => imports.accepted(field),
        Accepts::Strings(_) => "Sequence[str]".to_owned(),
        Accepts::Request(message) => message.name().to_owned(),
        Accepts::Pairs(_) | Accepts::Group(_) | Accepts::Unused => "dict".to_owned(),
    };
    let mut words = String::new();
    for part in text.split_inclusive(['[', ' ', ']']) {
        // `_users_pb2.CreateUser` → `CreateUser`, `_Mapping` → `Mapping`
        let part = part.split_once("_pb2.").map_or(part, |(_, name)| name);
        words.push_str(part.strip_prefix('_').unwrap_or(part));
    }
    words.replace(".ValueType", "").replace("Fields", "dict")
}
