//! Bodies that are not JSON of the API: a name for their kind, and their text for an error message.

use std::borrow::Cow;

use http::{HeaderMap, header};

/// The length of an excerpt in a message, in bytes.
const LONGEST: usize = 160;

/// Elements and comments whose content is not shown to a reader, with their ends.
const HIDDEN: [(&str, &str); 3] = [
    ("<script", "</script>"),
    ("<style", "</style>"),
    ("<!--", "-->"),
];

const ENTITIES: [(&str, &str); 6] = [
    ("&nbsp;", " "),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    // Last, so that `&amp;lt;` becomes `&lt;`.
    ("&amp;", "&"),
];

/// Returns the kind of a body with its article, such as `an HTML page`, and its readable text: the
/// title of an HTML page or else its visible text. The text is `None` for an empty body and for
/// binary data.
pub(super) fn describe(headers: &HeaderMap, body: &[u8]) -> (&'static str, Option<String>) {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return ("an empty body", None);
    }
    if text.contains('\0') {
        return ("an unexpected body that is not text", None);
    }
    let kind = if is_html(headers, text) {
        "an HTML page"
    } else {
        "an unexpected body"
    };
    let readable = if text.starts_with('<') {
        Cow::Owned(title(text).unwrap_or_else(|| visible(text)))
    } else {
        Cow::Borrowed(text)
    };
    let words: Vec<&str> = readable.split_whitespace().collect();
    (kind, Some(words.join(" ")).filter(|text| !text.is_empty()))
}

/// Shortens a text to the length of an excerpt and quotes it.
pub(super) fn quoted(text: &str) -> String {
    if text.len() <= LONGEST {
        return format!("{text:?}");
    }
    let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end));
    format!("{:?}", format!("{}…", &text[..end.unwrap_or_default()]))
}

fn is_html(headers: &HeaderMap, text: &str) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    content_type.contains("html") || (text.starts_with('<') && !text.starts_with("<?"))
}

fn title(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(decoded(&html[start..end])).filter(|title| !title.trim().is_empty())
}

/// The text outside of tags.
fn visible(html: &str) -> String {
    // The same length, so that positions fit both.
    let lower = html.to_ascii_lowercase();
    let mut text = String::with_capacity(html.len());
    let mut at = 0;
    while let Some(start) = lower[at..].find('<').map(|found| at + found) {
        text.push_str(&html[at..start]);
        // Words of neighboring elements stay apart.
        text.push(' ');
        let tag = &lower[start..];
        let hidden = HIDDEN.iter().find(|(begin, _)| tag.starts_with(begin));
        let end = hidden.map_or(">", |(_, end)| end);
        at = tag
            .find(end)
            .map_or(html.len(), |found| start + found + end.len());
    }
    text.push_str(&html[at..]);
    decoded(&text)
}

fn decoded(text: &str) -> String {
    let mut text = text.to_owned();
    for (entity, character) in ENTITIES {
        if text.contains(entity) {
            text = text.replace(entity, character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn page(html: &str) -> String {
        let (kind, text) = describe(&HeaderMap::new(), html.as_bytes());
        assert_eq!(kind, "an HTML page", "{html}");
        text.unwrap_or_default()
    }

    #[test]
    fn an_html_page_shows_its_title_or_its_visible_text() {
        for (html, text) in [
            (
                "<!DOCTYPE html><HTML><TITLE lang=en>\n 502  Bad\tGateway </TITLE><h1>x</h1>",
                "502 Bad Gateway",
            ),
            (
                "<html><title> </title><h1>Not</h1><h1>here</h1></html>",
                "Not here",
            ),
            (
                "<html><style>h1 {}</style><!-- <b> --><script>1 > 0</script>A &amp; B &lt;1&gt;",
                "A & B <1>",
            ),
            ("<html><title>&amp;lt;</title>", "&lt;"),
            ("<html>Grüße <b", "Grüße"),
            ("<html></html>", ""),
            ("<", ""),
        ] {
            assert_eq!(page(html), text, "{html}");
        }
    }

    #[test]
    fn other_bodies_are_described_by_their_content() {
        let none = HeaderMap::new();
        let kind = |body: &[u8]| describe(&none, body);
        assert_eq!(kind(b" \r\n"), ("an empty body", None));
        assert_eq!(
            kind(b"\x1f\x8b\0\x01"),
            ("an unexpected body that is not text", None)
        );
        assert_eq!(
            kind(b"\xef\xbb\xbfshort\r\n and  stout"),
            ("an unexpected body", Some("short and stout".to_owned()))
        );
        assert_eq!(
            kind(b"<?xml version='1.0'?><Error><Code>Denied</Code><Message>no</Message></Error>"),
            ("an unexpected body", Some("Denied no".to_owned()))
        );
        let mut html = HeaderMap::new();
        html.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        assert_eq!(
            describe(&html, b"down"),
            ("an HTML page", Some("down".to_owned()))
        );
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        assert_eq!(quoted("say \"no\"\u{1b}"), r#""say \"no\"\u{1b}""#);
        let long = quoted(&"é".repeat(1000));
        assert_eq!(long, format!("\"{}…\"", "é".repeat(LONGEST / 2)));
    }
}
