//! The TSDoc comments of classes, methods and parameters.

use super::names::camel;
use crate::layer::model::{Action, Method, ReturnValue};
use crate::layer::params::{Accepts, Param, Presence};
use crate::layer::wrap::{paragraphs, wrap};
use crate::snake_case;

const WIDTH: usize = 115;

/// The errors of all methods, for the comment of a class.
const ERRORS: &str = "Methods reject with a `ScalekitArgumentException` if an argument is missing or invalid, \
                      before a request is sent. They reject with a `ScalekitServerException` or one of its \
                      subclasses if the service rejects the call or cannot be reached.";

/// Returns a comment of paragraphs and tags, indented by `depth` levels.
pub(super) fn comment(depth: usize, blocks: &[String]) -> String {
    let margin = "  ".repeat(depth);
    let lines: Vec<String> = blocks
        .join("\n")
        .lines()
        .map(|line| line.replace("*/", "*\u{200b}/"))
        .collect();
    if let [only] = &lines[..] {
        return format!("{margin}/** {only} */\n");
    }
    let mut text = format!("{margin}/**\n");
    for line in lines {
        text.push_str(format!("{margin} * {line}").trim_end());
        text.push('\n');
    }
    text + &margin + " */\n"
}

/// Returns the comment of a member of an object.
pub(super) fn member(depth: usize, param: &Param) -> String {
    comment(depth, &[wrap(&param_doc(param), WIDTH - 2 * depth, "")])
}

/// Returns the comment of a property with a service client: the first sentence of the service's
/// comment.
pub(super) fn property(doc: &str) -> String {
    let text = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = text
        .split_once(". ")
        .map_or(text.clone(), |(first, _)| format!("{first}."));
    comment(1, &[wrap(&sentence, WIDTH - 2, "")])
}

/// Returns the comment of a client's class.
pub(super) fn class(attribute: &str, doc: &str) -> String {
    let mut blocks = vec![format!("Operations of `client.{attribute}`.")];
    for paragraph in paragraphs(doc, WIDTH)
        .into_iter()
        .chain(paragraphs(ERRORS, WIDTH))
    {
        blocks.push(String::new());
        blocks.push(paragraph);
    }
    comment(0, &blocks)
}

/// Returns the comment of a method.
pub(super) fn method(method: &Method) -> String {
    let width = WIDTH - 4;
    let mut blocks = Vec::new();
    for paragraph in paragraphs(&with_camel_case(method, &method.doc), width) {
        blocks.push(paragraph);
        blocks.push(String::new());
    }
    for param in &method.params {
        let doc = with_camel_case(method, &param_doc(param));
        blocks.push(tag(&format!("@param {}", camel(&param.name)), &doc));
    }
    blocks.push(tag(
        "@param call",
        "Options of this call: timeout and abort signal.",
    ));
    blocks.push(match &method.action {
        Action::Pages { items, .. } => {
            let item = items
                .kind()
                .as_message()
                .map_or("item".to_owned(), |item| item.name().to_owned());
            format!("@yields Each `{item}`.")
        }
        Action::Build => format!("@returns The `{}`.", method.request.name()),
        Action::Call {
            operation, returns, ..
        } => match returns {
            ReturnValue::Field(field) => {
                format!("@returns The `{}` of the response.", camel(field.name()))
            }
            ReturnValue::OptionalField(field) => {
                format!(
                    "@returns The `{}` of the response, if set.",
                    camel(field.name())
                )
            }
            ReturnValue::Function(function) => {
                format!("@returns The {}.", snake_case(function).replace('_', " "))
            }
            ReturnValue::MessageAndCall | ReturnValue::Message => {
                format!("@returns The `{}`.", operation.method.output().name())
            }
        },
    });
    comment(1, &blocks)
}

/// Converts the field names of the request and the response in a text: `next_page_token` →
/// `nextPageToken`.
fn with_camel_case(method: &Method, text: &str) -> String {
    let response = match &method.action {
        Action::Call { operation, .. } | Action::Pages { operation, .. } => {
            operation.method.output()
        }
        Action::Build => method.request.clone(),
    };
    let mut text = text.to_owned();
    for field in method.request.fields().chain(response.fields()) {
        text = text.replace(
            &format!("`{}`", field.name()),
            &format!("`{}`", camel(field.name())),
        );
    }
    text
}

fn tag(head: &str, text: &str) -> String {
    wrap(&format!("{head} {text}"), WIDTH - 4, "  ")
}

fn param_doc(param: &Param) -> String {
    let mut doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Presence::Default(literal) = &param.presence {
        doc.push_str(&format!(" Default: `{literal}`."));
    }
    if let Accepts::Group(members) = &param.accepts {
        let names: Vec<String> = members
            .iter()
            .map(|member| format!("`{}`", camel(&member.name)))
            .collect();
        doc = format!("An object with {}.", names.join(", "));
    }
    doc
}
