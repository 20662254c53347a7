//! Conversion of comments to rustdoc.

/// Paragraphs are wrapped only if a line is longer than this.
const WIDTH: usize = 100;

/// Returns the text as `///` lines, indented by `indent` spaces.
pub(super) fn item(text: &str, indent: usize) -> String {
    lines(text, &format!("{:indent$}///", ""))
}

/// Returns rustdoc text as one `///` line, without escaping.
pub(super) fn item_raw(text: &str) -> String {
    format!("/// {text}\n")
}

/// Returns the text as `//!` lines.
pub(super) fn module(text: &str) -> String {
    lines(text, "//!")
}

fn lines(text: &str, sign: &str) -> String {
    let mut code = String::new();
    for line in wrap(&markdown(text)) {
        code.push_str(format!("{sign} {line}").trim_end());
        code.push('\n');
    }
    code
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
pub(super) fn markdown(text: &str) -> String {
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

/// Wraps the paragraphs that contain a long line. The other paragraphs are not changed.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        if paragraph.lines().all(|line| line.len() <= WIDTH) {
            lines.extend(paragraph.lines().map(str::to_owned));
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
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
            "    /// See \\[RFC\\] \\<b> at <https://example.com/a>. `[x] <y>` stays.\n"
        );
    }

    #[test]
    fn paragraphs_stay_separate_and_long_lines_are_wrapped() {
        let long = format!("{}end", "word ".repeat(30));
        let doc = item(&format!("Short.\n\n{long}"), 0);
        assert!(doc.starts_with("/// Short.\n///\n/// word"));
        assert!(doc.ends_with("end\n"));
        assert!(doc.lines().all(|line| line.len() <= super::WIDTH + 4));
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
