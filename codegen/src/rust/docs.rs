//! Conversion of comments to rustdoc.

use crate::layer::wrap::paragraphs;

/// The width of lines.
const WIDTH: usize = 100;

/// Returns a comment as `///` lines, indented by `indent` spaces. Lines are wrapped.
pub(super) fn item(text: &str, indent: usize) -> String {
    lines(&markdown(text), &format!("{:indent$}///", ""))
}

/// Returns a comment as `//!` lines. Lines are wrapped.
pub(super) fn module(text: &str) -> String {
    lines(&markdown(text), "//!")
}

/// Returns rustdoc text as `///` lines, without escaping and wrapping.
pub(super) fn verbatim(text: &str) -> String {
    prefixed(text, "///")
}

fn lines(text: &str, sign: &str) -> String {
    let paragraphs = paragraphs(text, WIDTH - sign.len() - 1);
    prefixed(&paragraphs.join("\n\n"), sign)
}

fn prefixed(text: &str, sign: &str) -> String {
    let lines = text
        .lines()
        .map(|line| format!("{sign} {line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the first sentence of a comment without its period, or `None` for an empty comment.
pub(super) fn first_sentence(text: &str) -> Option<String> {
    let paragraph = text
        .split("\n\n")
        .next()?
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let sentence = paragraph
        .split_once(". ")
        .map_or(paragraph.as_str(), |(first, _)| first);
    let sentence = sentence.trim_end_matches('.');
    (!sentence.is_empty()).then(|| sentence.to_owned())
}

/// Escapes the characters that rustdoc interprets as links or tags. Code is not changed.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            escaped.push('`');
        }
        if index % 2 == 1 {
            escaped.push_str(part);
            continue;
        }
        for word in part.split_inclusive(char::is_whitespace) {
            let trimmed = word.trim_end();
            if trimmed.starts_with("https://") || trimmed.starts_with("http://") {
                let url = trimmed.trim_end_matches(['.', ',', ';', ':', ')']);
                escaped.push_str(&format!("<{url}>{}", &word[url.len()..]));
            } else {
                escaped.push_str(
                    &word
                        .replace('[', "\\[")
                        .replace(']', "\\]")
                        .replace('<', "\\<"),
                );
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{first_sentence, item};

    #[test]
    fn text_outside_code_is_escaped() {
        assert_eq!(
            item(
                "See [RFC] <b> at https://example.com/a. `[x] <y>` stays.",
                4
            ),
            "    /// See \\[RFC\\] \\<b> at <https://example.com/a>. `[x] <y>` stays."
        );
    }

    #[test]
    fn paragraphs_stay_separate_and_long_lines_are_wrapped() {
        let long = format!("{}end", "word ".repeat(30));
        let doc = item(&format!("Short.\n\n{long}"), 4);
        assert!(doc.starts_with("    /// Short.\n    ///\n    /// word"));
        assert!(doc.ends_with("end"));
        assert!(doc.lines().all(|line| line.len() <= super::WIDTH));
    }

    #[test]
    fn the_first_sentence_ends_at_its_period() {
        assert_eq!(
            first_sentence("One\nthing. Another.").as_deref(),
            Some("One thing")
        );
        assert_eq!(first_sentence(""), None);
    }
}
