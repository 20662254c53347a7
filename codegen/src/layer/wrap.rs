//! Line wrapping of comments.

/// Splits a comment into paragraphs and wraps their lines. Indented and fenced blocks keep their
/// lines.
pub(crate) fn paragraphs(comment: &str, width: usize) -> Vec<String> {
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

/// Wraps a paragraph. Each list item starts on a new line.
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

/// Protects the spaces of a text: [`wrap`] does not break lines there.
pub(crate) fn unbreakable(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

fn restore_spaces(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

/// Wraps a text at spaces. All lines except the first one start with `hanging`.
pub(crate) fn wrap(text: &str, width: usize, hanging: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let length = lines
            .last()
            .map(|line| line.chars().count())
            .unwrap_or_default();
        if length > hanging.len() && length + 1 + word.chars().count() > width {
            lines.push(format!("{hanging}{word}"));
        } else if let Some(last) = lines.last_mut() {
            if !last.is_empty() && !last.ends_with(' ') {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    restore_spaces(&lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::{paragraphs, wrap};

    #[test]
    fn paragraphs_are_wrapped_and_lists_and_code_keep_their_lines() {
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
}
