//! Conversion of comments to KDoc.

const WIDTH: usize = 96;

/// Returns the lines of a comment for KDoc, wrapped for code that is indented by `indent` spaces.
/// The signs of comments are escaped, because Kotlin nests comments.
pub(super) fn lines(text: &str, indent: usize) -> Vec<String> {
    let escaped = text.replace("*/", "*&#47;").replace("/*", "/&#42;");
    wrap(&escaped, WIDTH - indent)
}

/// Returns the lines of a `@param` tag.
pub(super) fn parameter(name: &str, doc: &str, indent: usize) -> Vec<String> {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = lines(&format!("@param {name} {doc}"), indent + 2);
    let mut lines = lines.into_iter();
    let first = lines.next().into_iter();
    first.chain(lines.map(|line| format!("  {line}"))).collect()
}

/// Wraps the paragraphs that contain a long line. The other paragraphs are not changed.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        if paragraph.lines().all(|line| line.len() <= width) {
            lines.extend(paragraph.lines().map(str::to_owned));
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > width {
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
    use super::*;

    #[test]
    fn comment_signs_are_escaped_and_long_lines_are_wrapped() {
        assert_eq!(lines("a /* b */ c", 0), ["a /&#42; b *&#47; c"]);
        let long = "word ".repeat(40);
        assert!(lines(&long, 4).iter().all(|line| line.len() <= 92));
        assert_eq!(parameter("id", "The\nid.", 4), ["@param id The id."]);
    }
}
