//! Python source as a formatter leaves it: calls and definitions broken where they are too long, and docstrings.

/// The longest line, as in `python/pyproject.toml`.
pub(super) const WIDTH: usize = 110;

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

    /// Adds `head(items)tail` on one line, else with the items on a line of their own, else each on its own.
    pub(super) fn call(&mut self, depth: usize, head: &str, items: &[String], tail: &str) {
        let joined = items.join(", ");
        let one = format!("{head}({joined}){tail}");
        if items.is_empty() || fits(depth, &one) {
            return self.line(depth, &one);
        }
        self.line(depth, &format!("{head}("));
        if fits(depth + 1, &joined) {
            self.line(depth + 1, &joined);
        } else {
            for item in items {
                self.line(depth + 1, &format!("{item},"));
            }
        }
        let last = format!("){tail}");
        match (fits(depth, &last), last.split_once('['), last.rsplit_once(']')) {
            // A type that is too long is broken inside of its brackets.
            (false, Some((start, _)), Some((_, end))) => {
                self.line(depth, &format!("{start}["));
                self.line(depth + 1, &last[start.len() + 1..last.len() - end.len() - 1]);
                self.line(depth, &format!("]{end}"));
            }
            _ => self.line(depth, &last),
        }
    }

    /// Adds `head(items)tail` on one line, else with each item, which may have lines of its own, on its own.
    pub(super) fn list(&mut self, depth: usize, head: &str, items: &[String], tail: &str) {
        let one = format!("{head}({}){tail}", items.join(", "));
        if fits(depth, &one) {
            return self.line(depth, &one);
        }
        self.line(depth, &format!("{head}("));
        for item in items {
            self.line(depth + 1, &format!("{item},"));
        }
        self.line(depth, &format!("){tail}"));
    }

    /// Adds a docstring of paragraphs.
    pub(super) fn docstring(&mut self, depth: usize, paragraphs: &[String]) {
        let quoted = paragraphs.iter().any(|paragraph| paragraph.contains('\\'));
        let open = if quoted { "r\"\"\"" } else { "\"\"\"" };
        let mut lines: Vec<String> = Vec::new();
        for (place, paragraph) in paragraphs.iter().enumerate() {
            if place > 0 {
                lines.push(String::new());
            }
            lines.extend(paragraph.lines().map(str::to_owned));
        }
        let last = lines.len().saturating_sub(1);
        for (place, line) in lines.iter().enumerate() {
            let start = if place == 0 { open } else { "" };
            let end = if place == 0 && last == 0 { "\"\"\"" } else { "" };
            self.line(depth, &format!("{start}{line}{end}"));
        }
        if last > 0 {
            self.line(depth, "\"\"\"");
        }
    }

    /// Everything added.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn fits(depth: usize, line: &str) -> bool {
    depth * 4 + line.chars().count() <= WIDTH
}

/// The width left for a docstring at a depth, with its quotes.
pub(super) fn doc_width(depth: usize) -> usize {
    WIDTH - depth * 4 - 6
}

/// Splits a comment into paragraphs and breaks their lines anew; what is indented or fenced stays as it is.
pub(super) fn paragraphs(comment: &str, width: usize) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let mut fenced = false;
    let mut block: Vec<&str> = Vec::new();
    let mut flush = |block: &mut Vec<&str>, fenced: bool| {
        if !block.is_empty() {
            let verbatim = fenced || block.iter().all(|line| line.starts_with("    "));
            paragraphs.push(if verbatim {
                block.join("\n")
            } else {
                wrap_items(block, width)
            });
            block.clear();
        }
    };
    for line in comment.lines() {
        let fence = line.trim_start().starts_with("```");
        if line.trim().is_empty() && !fenced {
            flush(&mut block, false);
            continue;
        }
        block.push(line);
        if fence && fenced {
            flush(&mut block, true);
        }
        fenced ^= fence;
    }
    flush(&mut block, fenced);
    paragraphs
}

/// Wraps a paragraph; each item of a list starts a line.
fn wrap_items(block: &[&str], width: usize) -> String {
    let mut items: Vec<String> = Vec::new();
    for line in block {
        let line = line.trim();
        let item = line.starts_with("- ") || line.starts_with("* ");
        match items.last_mut() {
            Some(last) if !item => {
                last.push(' ');
                last.push_str(line);
            }
            _ => items.push(line.to_owned()),
        }
    }
    let wrapped = items.iter().map(|item| {
        let hanging = if item.starts_with("- ") || item.starts_with("* ") {
            "  "
        } else {
            ""
        };
        wrap(item, width, hanging)
    });
    wrapped.collect::<Vec<_>>().join("\n")
}

/// Makes a text's spaces such that [`wrap`] breaks no line there.
pub(super) fn bound(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

fn unbound(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

/// Breaks a text at spaces; every line but the first starts with `hanging`.
pub(super) fn wrap(text: &str, width: usize, hanging: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let line = lines
            .last_mut()
            .map(|line| line.chars().count())
            .unwrap_or_default();
        if line > hanging.len() && line + 1 + word.chars().count() > width {
            lines.push(format!("{hanging}{word}"));
        } else if let Some(last) = lines.last_mut() {
            if !last.is_empty() && !last.ends_with(' ') {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    unbound(&lines.join("\n"))
}

/// Bytes as Python literals, one a line.
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
    use super::{Source, bytes_literals, paragraphs, wrap};

    #[test]
    fn long_calls_are_broken_as_a_formatter_does() {
        let items = |length: usize, count: usize| vec!["x".repeat(length); count];
        let written = |items: &[String]| {
            let mut source = Source::default();
            source.call(0, "function", items, "");
            source.finish().lines().count()
        };
        assert_eq!(written(&items(10, 3)), 1);
        assert_eq!(written(&items(34, 3)), 3);
        assert_eq!(written(&items(50, 3)), 5);
    }

    #[test]
    fn comments_are_wrapped_but_lists_and_code_keep_their_lines() {
        let comment = "One two\nthree.\n\n- first\n  item\n- second\n\n```\ncode  here\n```";
        assert_eq!(
            paragraphs(comment, 9),
            [
                "One two\nthree.",
                "- first\n  item\n- second",
                "```\ncode  here\n```"
            ]
        );
        assert_eq!(wrap("aa bb cc", 5, "  "), "aa bb\n  cc");
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
        assert_eq!(bytes_literals(b"a\"\\\x00\n", 80), ["b\"a\\x22\\\\\\x00\\n\""]);
        assert_eq!(
            bytes_literals(&[0; 4], 11),
            ["b\"\\x00\\x00\"", "b\"\\x00\\x00\""]
        );
    }
}
