//! The comments of methods and parameters: what the protos say, in the form that editors show.

use super::names::camel;
use crate::faces::face::Presence;
use crate::faces::params::{Accepts, Param};
use crate::faces::plan::{Action, Method, Outcome};
use crate::faces::prose::{paragraphs, wrap};

const WIDTH: usize = 115;

/// A comment of paragraphs and tags, indented by `depth` levels.
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

/// The comment on a member of an object.
pub(super) fn member(depth: usize, param: &Param) -> String {
    comment(depth, &[wrap(&described(param), WIDTH - 2 * depth, "")])
}

/// The comment on a property that has a service's client: the first sentence about the service.
pub(super) fn property(doc: &str) -> String {
    let text = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = text
        .split_once(". ")
        .map_or(text.clone(), |(first, _)| format!("{first}."));
    comment(1, &[wrap(&sentence, WIDTH - 2, "")])
}

/// The comment on a module's class.
pub(super) fn class(attribute: &str, doc: &str) -> String {
    let mut blocks = vec![format!("The operations of `client.{attribute}`.")];
    for paragraph in paragraphs(doc, WIDTH) {
        blocks.push(String::new());
        blocks.push(paragraph);
    }
    comment(0, &blocks)
}

/// The comment on a method.
pub(super) fn method(method: &Method) -> String {
    let width = WIDTH - 4;
    let mut blocks = Vec::new();
    for paragraph in paragraphs(&respelled(method, &method.doc), width) {
        blocks.push(paragraph);
        blocks.push(String::new());
    }
    for param in &method.params {
        let about = respelled(method, &described(param));
        blocks.push(tag(&format!("@param {}", camel(&param.name)), &about));
    }
    blocks.push(tag(
        "@param call",
        "What this call sets for itself: its deadline, a signal that cancels it.",
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
            operation, outcome, ..
        } => match outcome {
            Outcome::Field(field) => format!("@returns Its `{}`.", camel(field.name())),
            Outcome::Maybe(field) => format!("@returns Its `{}`, if there is one.", camel(field.name())),
            Outcome::Function(_) => "@returns What was found.".to_owned(),
            Outcome::Both | Outcome::Message => {
                format!("@returns The `{}`.", operation.method.output().name())
            }
        },
    });
    blocks.push(tag(
        "@throws",
        "ScalekitArgumentException when an argument is missing or wrong; then nothing was sent.",
    ));
    blocks.push(tag(
        "@throws",
        "ScalekitServerException when the service refuses the call or is not reached; see its subclasses.",
    ));
    comment(1, &blocks)
}

/// The text with the fields of request and answer named as here: `next_page_token` → `nextPageToken`.
fn respelled(method: &Method, text: &str) -> String {
    let answer = match &method.action {
        Action::Call { operation, .. } | Action::Pages { operation, .. } => operation.method.output(),
        Action::Build => method.request.clone(),
    };
    let mut text = text.to_owned();
    for field in method.request.fields().chain(answer.fields()) {
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

fn described(param: &Param) -> String {
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
