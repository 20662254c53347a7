//! Formatted Python source: line breaks in long calls and definitions, and docstrings.

/// The maximum line length, as in `python/pyproject.toml`.
pub(super) const WIDTH: usize = 100;

/// Lines of source with their indentation.
#[derive(Default)]
pub(super) struct Source {
    text: String,
}

impl Source {
    /// Adds a line, indented by `depth` levels.
    pub(super) fn line(&mut self, depth: usize, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&"    ".repeat(depth));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// Adds empty lines.
    pub(super) fn blank(&mut self, count: usize) {
        self.text.push_str(&"\n".repeat(count));
    }

    /// Adds `head(items)tail`. If it does not fit on one line, the items are on a separate line. If
    /// they do not fit there, each item is on a separate line.
    pub(super) fn call(&mut self, depth: usize, head: &str, items: &[String], tail: &str) {
        let joined = items.join(", ");
        let single_line = format!("{head}({joined}){tail}");
        if items.is_empty() || fits(depth, &single_line) {
            return self.line(depth, &single_line);
        }
        self.line(depth, &format!("{head}("));
        if fits(depth + 1, &joined) {
            self.line(depth + 1, &joined);
        } else {
            for item in items {
                self.item(depth + 1, item);
            }
        }
        let last = format!("){tail}");
        match (
            fits(depth, &last),
            last.split_once('['),
            last.rsplit_once(']'),
        ) {
            // A long type is broken inside its brackets.
            (false, Some((start, _)), Some((_, end))) => {
                self.line(depth, &format!("{start}["));
                self.line(
                    depth + 1,
                    &last[start.len() + 1..last.len() - end.len() - 1],
                );
                self.line(depth, &format!("]{end}"));
            }
            _ => self.line(depth, &last),
        }
    }

    /// Adds one item of a list. A long dict, tuple or union type is broken as a formatter breaks it.
    fn item(&mut self, depth: usize, item: &str) {
        if fits(depth, &format!("{item},")) {
            return self.line(depth, &format!("{item},"));
        }
        let (head, rest) = item.split_at(1);
        match (head, rest.strip_suffix(['}', ')']), item.rsplit_once(" | ")) {
            ("{" | "(", Some(inner), _) => {
                self.line(depth, head);
                for part in inner.split(", ") {
                    self.line(depth + 1, &format!("{part},"));
                }
                self.line(depth, &format!("{},", &item[item.len() - 1..]));
            }
            (_, _, Some((types, last))) => {
                self.line(depth, types);
                self.line(depth, &format!("| {last},"));
            }
            _ => self.line(depth, &format!("{item},")),
        }
    }

    /// Adds `head(items)tail`. If it does not fit on one line, each item is on a separate line.
    /// Items can have several lines.
    pub(super) fn list(&mut self, depth: usize, head: &str, items: &[String], tail: &str) {
        let single_line = format!("{head}({}){tail}", items.join(", "));
        if fits(depth, &single_line) {
            return self.line(depth, &single_line);
        }
        self.line(depth, &format!("{head}("));
        for item in items {
            self.line(depth + 1, &format!("{item},"));
        }
        self.line(depth, &format!("){tail}"));
    }

    /// Adds `head{items}`. If it does not fit on one line, each item is on a separate line.
    pub(super) fn braces(&mut self, depth: usize, head: &str, items: &[String]) {
        let single_line = format!("{head}{{{}}}", items.join(", "));
        if fits(depth, &single_line) {
            return self.line(depth, &single_line);
        }
        self.line(depth, &format!("{head}{{"));
        for item in items {
            self.line(depth + 1, &format!("{item},"));
        }
        self.line(depth, "}");
    }

    /// Adds a docstring of paragraphs.
    pub(super) fn docstring(&mut self, depth: usize, paragraphs: &[String]) {
        let has_backslash = paragraphs.iter().any(|paragraph| paragraph.contains('\\'));
        let open = if has_backslash { "r\"\"\"" } else { "\"\"\"" };
        let mut lines: Vec<String> = Vec::new();
        for (index, paragraph) in paragraphs.iter().enumerate() {
            if index > 0 {
                lines.push(String::new());
            }
            lines.extend(paragraph.lines().map(str::to_owned));
        }
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            let start = if index == 0 { open } else { "" };
            let end = if index == 0 && last == 0 {
                "\"\"\""
            } else {
                ""
            };
            self.line(depth, &format!("{start}{line}{end}"));
        }
        if last > 0 {
            self.line(depth, "\"\"\"");
        }
    }

    /// Returns the source.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn fits(depth: usize, line: &str) -> bool {
    depth * 4 + line.chars().count() <= WIDTH
}

/// Returns text as a Python literal.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the width of a docstring at a depth, without its quotes.
pub(super) fn doc_width(depth: usize) -> usize {
    WIDTH - depth * 4 - 6
}

/// Returns bytes as Python literals, one literal per line.
pub(super) fn bytes_literals(bytes: &[u8], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for &byte in bytes {
        let piece = match byte {
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            b'"' | b'\'' => format!("\\x{byte:02x}"),
            b'\\' => "\\\\".to_owned(),
            0x20..=0x7e => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        if line.len() + piece.len() + 3 > width {
            lines.push(format!("b\"{line}\""));
            line.clear();
        }
        line.push_str(&piece);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(format!("b\"{line}\""));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Source, bytes_literals};

    #[test]
    fn long_calls_are_broken_like_a_formatter_breaks_them() {
        let items = |length: usize, count: usize| vec!["x".repeat(length); count];
        let written = |items: &[String]| {
            let mut source = Source::default();
            source.call(0, "function", items, "");
            source.finish().lines().count()
        };
        assert_eq!(written(&items(10, 3)), 1);
        assert_eq!(written(&items(30, 3)), 3);
        assert_eq!(written(&items(50, 3)), 5);
    }

    #[test]
    fn docstrings_with_backslashes_are_raw() {
        let mut source = Source::default();
        source.docstring(1, &["Matches `\\d`.".to_owned(), "More.".to_owned()]);
        assert_eq!(
            source.finish(),
            "    r\"\"\"Matches `\\d`.\n\n    More.\n    \"\"\"\n"
        );
    }

    #[test]
    fn bytes_are_escaped_and_split_between_escapes() {
        assert_eq!(
            bytes_literals(b"a\"\\\x00\n", 80),
            ["b\"a\\x22\\\\\\x00\\n\""]
        );
        assert_eq!(
            bytes_literals(&[0; 4], 11),
            ["b\"\\x00\\x00\"", "b\"\\x00\\x00\""]
        );
    }
}
