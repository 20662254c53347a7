//! The output and the paging of an operation, derived from its response.

use anyhow::Context;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::arguments::declared;
use super::{Output, Paging};
use crate::Operation;

/// Fields of a response that describe the page and not its content.
const PAGE_FIELDS: &[&str] = &[
    "next_page_token",
    "prev_page_token",
    "total_size",
    "total_count",
    "page_size",
    "page_number",
];

/// Returns the configured output, or the default: the only field of the response besides the page
/// fields, nothing for a response without fields, and otherwise the response.
pub(super) fn output(operation: &Operation, config: Option<&str>) -> anyhow::Result<Output> {
    let response = operation.method.output();
    match config {
        Some("message") => return Ok(Output::Message(response)),
        Some(name) => {
            let field = response.get_field_by_name(name);
            return field
                .map(Output::Field)
                .with_context(|| format!("output: the response has no field {name}"));
        }
        None => {}
    }
    let fields: Vec<FieldDescriptor> = declared(&response)
        .filter(|field| !PAGE_FIELDS.contains(&field.name()))
        .collect();
    Ok(match fields.as_slice() {
        [] => Output::Nothing,
        [field] => Output::Field(field.clone()),
        _ => Output::Message(response),
    })
}

/// Returns the paging of an operation whose request and response have page tokens.
pub(super) fn paging(operation: &Operation) -> Option<Paging> {
    let (request, response) = (operation.method.input(), operation.method.output());
    Some(Paging {
        items: items(&response)?,
        page_size: request.get_field_by_name("page_size")?,
        page_token: request.get_field_by_name("page_token")?,
        next_page_token: response.get_field_by_name("next_page_token")?,
        total_size: ["total_size", "total_count"]
            .iter()
            .find_map(|name| response.get_field_by_name(name)),
    })
}

/// Returns the only list of messages in a response.
fn items(response: &MessageDescriptor) -> Option<FieldDescriptor> {
    let mut lists = response
        .fields()
        .filter(|field| field.is_list() && matches!(field.kind(), Kind::Message(_)));
    lists.next().filter(|_| lists.next().is_none())
}

/// Removes the sentences about page tokens, which callers of a paged method do not use.
pub(super) fn without_page_tokens(doc: &str) -> String {
    let paragraphs = doc.split("\n\n").filter_map(|paragraph| {
        if !paragraph.contains("page_token") {
            return Some(paragraph.to_owned());
        }
        let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let sentences: Vec<&str> = text
            .trim_end_matches('.')
            .split(". ")
            .filter(|sentence| !sentence.contains("page_token"))
            .collect();
        (!sentences.is_empty()).then(|| sentences.join(". ") + ".")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::without_page_tokens;

    #[test]
    fn sentences_about_page_tokens_are_removed() {
        let doc =
            "Lists users.\n\nPass `next_page_token` as `page_token`; it is\nempty. Fails with `X`.";
        assert_eq!(without_page_tokens(doc), "Lists users.\n\nFails with `X`.");
        assert_eq!(without_page_tokens("A.\n\nUse `page_token`."), "A.");
        assert_eq!(without_page_tokens("A.\n\nB."), "A.\n\nB.");
    }
}
