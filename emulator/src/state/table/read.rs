//! Lists of rows: all of them, those with a key, and pages of either.

use super::{Row, Table};
use crate::engine::ApiError;
use crate::state::page::{Order, Page, Token};

impl<R: Row> Table<R> {
    /// All rows in order of creation.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.rows.values().map(|row| &**row)
    }

    /// The rows that stand in `index` under `value`, in order of creation.
    pub(crate) fn by<'t>(
        &'t self,
        index: &'static str,
        value: &str,
    ) -> impl DoubleEndedIterator<Item = &'t R> + use<'t, R> {
        let places = self.indexes.places(index, value).iter();
        places.filter_map(|place| Some(&**self.rows.get(place)?))
    }

    /// The number of rows that stand in `index` under `value`.
    pub(crate) fn count_by(&self, index: &'static str, value: &str) -> usize {
        self.indexes.places(index, value).len()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// One page of the rows that `keep` picks. `size` 0 means 10 rows; an empty `token` means the first page.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a token that no page gave out.
    pub(crate) fn page(
        &self,
        order: Order,
        size: u32,
        token: &str,
        keep: impl Fn(&R) -> bool,
    ) -> Result<Page<'_, R>, ApiError> {
        let token = Token::parse(token)?;
        let rows = self.rows.iter().map(|(place, row)| (*place, &**row));
        let rows = in_order(rows.filter(|(_, row)| keep(row)), order);
        Ok(Page::cut(rows, order, size, token))
    }

    /// One page of all rows.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a token that no page gave out.
    pub(crate) fn page_of_all(&self, order: Order, size: u32, token: &str) -> Result<Page<'_, R>, ApiError> {
        Ok(Page::of_all(&self.rows, order, size, Token::parse(token)?))
    }

    /// Returns one page of the rows that `index` has under `value` and that `keep` picks.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a token that no page gave out.
    pub(crate) fn page_by(
        &self,
        (index, value): (&'static str, &str),
        order: Order,
        size: u32,
        token: &str,
        keep: impl Fn(&R) -> bool,
    ) -> Result<Page<'_, R>, ApiError> {
        let token = Token::parse(token)?;
        let places = self.indexes.places(index, value).iter();
        let rows = places.filter_map(|place| Some((*place, &**self.rows.get(place)?)));
        let rows = in_order(rows.filter(|(_, row)| keep(row)), order);
        Ok(Page::cut(rows, order, size, token))
    }
}

/// Collects rows that come in order of creation.
fn in_order<T>(rows: impl DoubleEndedIterator<Item = T>, order: Order) -> Vec<T> {
    match order {
        Order::OldestFirst => rows.collect(),
        Order::NewestFirst => rows.rev().collect(),
    }
}
