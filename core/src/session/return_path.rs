//! Return paths.

use percent_encoding::percent_decode_str;

/// The maximum length of a return path, in bytes. It is stored in a cookie.
const MAX_LENGTH: usize = 2048;

/// Returns `path` if a browser resolves it to the own origin, else `None`.
///
/// A path is accepted if it starts with a single `/`, has at most 2048 bytes, and contains neither a
/// backslash nor a control character. Browsers read a backslash as `/` and remove tabs and line
/// feeds (URL Standard, section 4.4), so that `/\evil.example` and `/<tab>/evil.example` lead to
/// another origin. The path is also checked percent-decoded and without dot segments, because a
/// server or a proxy may normalize it before it redirects.
///
/// ```
/// use scalekit::session::return_path;
///
/// assert_eq!(return_path("/orders?page=2#last"), Some("/orders?page=2#last"));
/// assert_eq!(return_path("//evil.example"), None);
/// assert_eq!(return_path("/\\evil.example"), None);
/// assert_eq!(return_path("https://evil.example"), None);
/// ```
pub fn return_path(path: &str) -> Option<&str> {
    if path.len() > MAX_LENGTH || !stays(path) || path.contains(is_hidden) {
        return None;
    }
    // The query may contain encoded slashes and URLs.
    let before_query = path.split(['?', '#']).next().unwrap_or_default();
    let mut decoded = before_query.to_owned();
    // Twice, for a proxy and a server that both decode.
    for _ in 0..2 {
        decoded = percent_decode_str(&decoded)
            .decode_utf8()
            .ok()?
            .into_owned();
        if decoded.contains(is_hidden) || !stays(&decoded) || !stays(&without_dots(&decoded)) {
            return None;
        }
    }
    Some(path)
}

/// Returns `true` if `path` starts with exactly one slash and has no backslash.
fn stays(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')
}

/// Returns `true` for characters that browsers or servers remove or treat as white space.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}'..='\u{200f}'
        )
}

/// Removes dot segments (RFC 3986, section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}
