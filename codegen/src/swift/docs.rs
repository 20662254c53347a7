//! Conversion of comments to DocC.

use crate::layer::wrap::paragraphs;

/// The width of lines.
const WIDTH: usize = 100;

/// Returns a comment as `///` lines, indented by `indent` spaces. Lines are wrapped.
pub(super) fn item(text: &str, indent: usize) -> String {
    let sign = format!("{:indent$}///", "");
    let text = paragraphs(&markdown(text), WIDTH - sign.len() - 1).join("\n\n");
    lines(&text, &sign)
}

/// Returns the list of a method's parameters, indented by 8 spaces.
pub(super) fn parameters(parameters: &[(String, String)]) -> String {
    const SIGN: &str = "        ///";
    let mut code = String::new();
    if let [(name, doc)] = parameters {
        return lines(&entry(&format!("- Parameter {name}:"), doc, "  "), SIGN);
    }
    if !parameters.is_empty() {
        code.push_str(&format!("{SIGN} - Parameters:\n"));
    }
    for (name, doc) in parameters {
        code.push_str(&lines(&entry(&format!("  - {name}:"), doc, "    "), SIGN));
    }
    code
}

/// Returns the description of a method's result, indented by 8 spaces. Empty text has no lines.
pub(super) fn returns(doc: &str) -> String {
    if doc.is_empty() {
        return String::new();
    }
    lines(&entry("- Returns:", doc, "  "), "        ///")
}

/// Wraps a comment after the start of a list item.
fn entry(start: &str, doc: &str, indent: &str) -> String {
    const SIGN_WIDTH: usize = 12;
    let text = markdown(&doc.split("\n\n").collect::<Vec<_>>().join(" "));
    let mut lines = vec![start.to_owned()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a first line");
        if line.len() + 1 + word.len() > WIDTH - SIGN_WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn lines(text: &str, sign: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", format!("{sign} {line}").trim_end()))
        .collect()
}

/// Escapes the characters that DocC interprets as links or tags. Code is not changed.
fn markdown(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        if index % 2 == 1 {
            part.to_owned()
        } else {
            part.replace('[', "\\[")
                .replace(']', "\\]")
                .replace('<', "\\<")
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::{item, parameters};

    #[test]
    fn text_outside_code_is_escaped() {
        assert_eq!(
            item("See [RFC] <b>. `[x] <y>` stays.", 4),
            "    /// See \\[RFC\\] \\<b>. `[x] <y>` stays.\n"
        );
    }

    #[test]
    fn lines_are_wrapped() {
        let long = "word ".repeat(40);
        let id = ("id".to_owned(), long.clone());
        let doc = item(&long, 8) + &parameters(&[id.clone(), id]);
        assert!(doc.lines().all(|line| line.len() <= super::WIDTH));
    }
}
