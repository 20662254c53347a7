//! Pages of a list, and their opaque page tokens.

use std::collections::BTreeMap;
use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::api_error::ApiError;

/// The default page size.
pub(crate) const DEFAULT_SIZE: u32 = 10;

/// The maximum page size where the schema sets no limit.
const MAX_SIZE: u32 = 1000;

/// The sort order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    OldestFirst,
    NewestFirst,
}

/// A page of rows.
#[derive(Debug)]
pub(crate) struct Page<'a, R> {
    pub(crate) rows: Vec<&'a R>,
    /// The token of the next page; empty on the last page.
    pub(crate) next: String,
    /// The token of the previous page; empty on the first page.
    pub(crate) previous: String,
    /// The number of rows on all pages.
    pub(crate) total: u32,
}

/// The start or end of a page. Tokens contain row positions instead of offsets, so that rows that
/// are added or removed between two requests do not shift the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    First,
    After(u64),
    Before(u64),
}

impl Token {
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        if text.is_empty() {
            return Ok(Self::First);
        }
        let decoded = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let token = decoded.as_deref().and_then(|text| {
            let position = text.get(1..)?.parse().ok()?;
            match text.as_bytes().first()? {
                b'a' => Some(Self::After(position)),
                b'b' => Some(Self::Before(position)),
                _ => None,
            }
        });
        token.ok_or_else(|| {
            ApiError::field(
                "page_token",
                "page_token",
                "is not a page token of this list",
            )
        })
    }

    fn text(self) -> String {
        match self {
            Self::First => String::new(),
            Self::After(position) => URL_SAFE_NO_PAD.encode(format!("a{position}")),
            Self::Before(position) => URL_SAFE_NO_PAD.encode(format!("b{position}")),
        }
    }
}

/// Returns the page size for the requested size; 0 means the default.
fn clamped(size: u32) -> usize {
    let size = if size == 0 {
        DEFAULT_SIZE
    } else {
        size.min(MAX_SIZE)
    };
    size as usize
}

impl<'a, R> Page<'a, R> {
    /// Returns a page of `rows`, which must be in list order and paired with their positions.
    pub(super) fn cut(rows: Vec<(u64, &'a R)>, order: Order, size: u32, token: Token) -> Self {
        let size = clamped(size);
        // The number of rows before `position` in list order.
        let before = |position: u64, inclusive: bool| {
            rows.partition_point(|(row, _)| match order {
                Order::OldestFirst => *row < position || (inclusive && *row == position),
                Order::NewestFirst => *row > position || (inclusive && *row == position),
            })
        };
        let (start, end) = match token {
            Token::First => (0, size),
            Token::After(position) => {
                let start = before(position, true);
                (start, start + size)
            }
            Token::Before(position) => {
                let end = before(position, false);
                (end.saturating_sub(size), end)
            }
        };
        let end = end.min(rows.len());
        let page = &rows[start.min(end)..end];
        let next = match page.last() {
            Some((position, _)) if end < rows.len() => Token::After(*position),
            _ => Token::First,
        };
        let previous = match page.first() {
            Some((position, _)) if start > 0 => Token::Before(*position),
            _ => Token::First,
        };
        Self {
            rows: page.iter().map(|(_, row)| *row).collect(),
            next: next.text(),
            previous: previous.text(),
            total: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        }
    }

    /// Returns a page of a whole table without reading the rows of other pages.
    pub(super) fn of_all(
        rows: &'a BTreeMap<u64, Box<R>>,
        order: Order,
        size: u32,
        token: Token,
    ) -> Self {
        let size = clamped(size);
        let newest = order == Order::NewestFirst;
        let above = |position: u64| rows.range((Bound::Excluded(position), Bound::Unbounded));
        let below = |position: u64| rows.range(..position);
        // In position order; reversed at the end if the list is newest first.
        let mut page: Vec<(&u64, &Box<R>)> = match (token, newest) {
            (Token::First, false) => rows.iter().take(size).collect(),
            (Token::First, true) => rows.iter().rev().take(size).collect(),
            (Token::After(position), false) | (Token::Before(position), true) => {
                above(position).take(size).collect()
            }
            (Token::Before(position), false) | (Token::After(position), true) => {
                below(position).rev().take(size).collect()
            }
        };
        page.sort_by_key(|(position, _)| **position);
        let lowest = page.first().map(|(position, _)| **position);
        let highest = page.last().map(|(position, _)| **position);
        let down = lowest.filter(|position| below(*position).next().is_some());
        let up = highest.filter(|position| above(*position).next().is_some());
        let (next, previous) = if newest { (down, up) } else { (up, down) };
        if newest {
            page.reverse();
        }
        Self {
            rows: page.into_iter().map(|(_, row)| &**row).collect(),
            next: next.map_or(Token::First, Token::After).text(),
            previous: previous.map_or(Token::First, Token::Before).text(),
            total: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        }
    }

    /// Converts the rows to the form that the API returns.
    pub(crate) fn map<T>(&self, show: impl FnMut(&&'a R) -> T) -> Vec<T> {
        self.rows.iter().map(show).collect()
    }
}

/// Removes a malformed page token from a request, so that the first page is returned.
pub(crate) fn drop_invalid_page_token(request: &mut serde_json::Value) {
    let token = request
        .get("page_token")
        .and_then(serde_json::Value::as_str);
    let invalid = token.is_some_and(|token| Token::parse(token).is_err());
    if let Some(fields) = request.as_object_mut().filter(|_| invalid) {
        fields.remove("page_token");
    }
}

/// Returns a page of rows that are not in a table.
///
/// # Errors
/// INVALID_ARGUMENT if the token is malformed.
pub(crate) fn page_of<'a, R>(
    rows: &'a [R],
    size: u32,
    token: &str,
) -> Result<Page<'a, R>, ApiError> {
    let token = Token::parse(token)?;
    let positions = (0..).zip(rows).collect();
    Ok(Page::cut(positions, Order::OldestFirst, size, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(order: Order, size: u32, token: &str) -> (Vec<u64>, String, String) {
        static ROWS: [u64; 5] = [1, 3, 4, 7, 9];
        let mut rows: Vec<(u64, &u64)> = ROWS.iter().map(|row| (*row, row)).collect();
        if order == Order::NewestFirst {
            rows.reverse();
        }
        let page = Page::cut(rows, order, size, Token::parse(token).expect("a token"));
        assert_eq!(page.total, 5);
        (page.map(|row| **row), page.next, page.previous)
    }

    #[test]
    fn page_tokens_lead_to_the_next_and_previous_page() {
        for (order, pages) in [
            (Order::OldestFirst, [vec![1, 3], vec![4, 7], vec![9]]),
            (Order::NewestFirst, [vec![9, 7], vec![4, 3], vec![1]]),
        ] {
            let (first, next, previous) = cut(order, 2, "");
            assert_eq!((&first, previous.as_str()), (&pages[0], ""));
            let (second, next, previous) = cut(order, 2, &next);
            assert_eq!(second, pages[1]);
            assert_eq!(cut(order, 2, &previous).0, pages[0]);
            let (third, next, previous) = cut(order, 2, &next);
            assert_eq!((&third, next.as_str()), (&pages[2], ""));
            assert_eq!(cut(order, 2, &previous).0, pages[1]);
        }
    }

    #[test]
    fn a_page_of_a_whole_table_equals_a_page_of_its_rows() {
        let table: BTreeMap<u64, Box<u64>> = [1, 3, 4, 7, 9].map(|row| (row, Box::new(row))).into();
        for order in [Order::OldestFirst, Order::NewestFirst] {
            for size in [0, 1, 2, 3, 5, 9] {
                let mut tokens = vec![String::new()];
                // Positions of existing and of removed rows.
                for position in 0..=10 {
                    tokens.extend([
                        Token::After(position).text(),
                        Token::Before(position).text(),
                    ]);
                }
                for token in tokens {
                    let parsed = Token::parse(&token).expect("a token");
                    let page = Page::of_all(&table, order, size, parsed);
                    let found = (page.map(|row| **row), page.next, page.previous);
                    let expected = cut(order, size, &token);
                    // If the page is empty, the two implementations return different tokens.
                    if !expected.0.is_empty() {
                        assert_eq!(found, expected, "{order:?} {size} {parsed:?}");
                    }
                    assert_eq!((found.0, page.total), (expected.0, 5));
                }
            }
        }
    }

    #[test]
    fn a_malformed_token_is_rejected() {
        for token in ["x", "%%", "Yg", "YS0x"] {
            assert!(Token::parse(token).is_err(), "{token}");
        }
    }
}
