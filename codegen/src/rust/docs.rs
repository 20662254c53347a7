//! Comments of the schema as rustdoc.

/// Lines are kept as they are up to this length.
const WIDTH: usize = 110;

/// `text` as `///` lines, each indented by `indent` spaces.
pub(super) fn item(text: &str, indent: usize) -> String {
    lines(text, &format!("{:indent$}///", ""))
}

/// `text`, which is rustdoc already, as one `///` line.
pub(super) fn item_raw(text: &str) -> String {
    format!("/// {text}\n")
}

/// `text` as the `//!` lines of a module.
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

/// The first sentence of a comment, without its full stop; `None` for an empty comment.
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

/// Escapes what rustdoc would take for a link or a tag, outside of code.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            escaped.push('`');
        }
        if place % 2 == 1 {
            escaped.push_str(part);
            continue;
        }
        for word in part.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            if bare.starts_with("https://") || bare.starts_with("http://") {
                let url = bare.trim_end_matches(['.', ',', ';', ':', ')']);
                escaped.push_str(&format!("<{url}>{}", &word[url.len()..]));
            } else {
                escaped.push_str(&word.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<"));
            }
        }
    }
    escaped
}

/// Breaks the paragraphs that have a line which is too long; the others stay as written.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, paragraph) in text.split("\n\n").enumerate() {
        if place > 0 {
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
    fn text_outside_of_code_is_escaped() {
        assert_eq!(
            item("See [RFC] <b> at https://example.com/a. `[x] <y>` stays.", 4),
            "    /// See \\[RFC\\] \\<b> at <https://example.com/a>. `[x] <y>` stays.\n"
        );
    }

    #[test]
    fn paragraphs_stay_apart_and_long_lines_break() {
        let long = format!("{}end", "word ".repeat(30));
        let doc = item(&format!("Short.\n\n{long}"), 0);
        assert!(doc.starts_with("/// Short.\n///\n/// word"));
        assert!(doc.ends_with("end\n"));
        assert!(doc.lines().all(|line| line.len() <= super::WIDTH + 4));
    }

    #[test]
    fn the_first_sentence_ends_at_its_full_stop() {
        assert_eq!(
            first_sentence("One\nthing. Another.").as_deref(),
            Some("One thing")
        );
        assert_eq!(first_sentence(""), None);
    }
}
