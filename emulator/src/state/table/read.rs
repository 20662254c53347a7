//! Queries: all rows, rows by key, and pages.

use super::{Row, Table};
use crate::api_error::ApiError;
use crate::state::page::{Order, Page, Token};

impl<R: Row> Table<R> {
    /// Returns all rows in creation order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.rows.values().map(|row| &**row)
    }

    /// Returns the rows with the key `value` in `index`, in creation order.
    pub(crate) fn by<'t>(
        &'t self,
        index: &'static str,
        value: &str,
    ) -> impl DoubleEndedIterator<Item = &'t R> + use<'t, R> {
        let positions = self.indexes.positions(index, value).iter();
        positions.filter_map(|position| Some(&**self.rows.get(position)?))
    }

    /// Returns the number of rows with the key `value` in `index`.
    pub(crate) fn count_by(&self, index: &'static str, value: &str) -> usize {
        self.indexes.positions(index, value).len()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns one page of the rows that match `matches`. A `size` of 0 means 10 rows. An empty
    /// `token` means the first page.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if the token is malformed.
    pub(crate) fn page(
        &self,
        order: Order,
        size: u32,
        token: &str,
        matches: impl Fn(&R) -> bool,
    ) -> Result<Page<'_, R>, ApiError> {
        let token = Token::parse(token)?;
        let rows = self.rows.iter().map(|(position, row)| (*position, &**row));
        let rows = in_order(rows.filter(|(_, row)| matches(row)), order);
        Ok(Page::cut(rows, order, size, token))
    }

    /// Returns one page of all rows.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if the token is malformed.
    pub(crate) fn page_of_all(
        &self,
        order: Order,
        size: u32,
        token: &str,
    ) -> Result<Page<'_, R>, ApiError> {
        Ok(Page::of_all(&self.rows, order, size, Token::parse(token)?))
    }

    /// Returns one page of the rows that have the key `value` in `index` and match `matches`.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if the token is malformed.
    pub(crate) fn page_by(
        &self,
        (index, value): (&'static str, &str),
        order: Order,
        size: u32,
        token: &str,
        matches: impl Fn(&R) -> bool,
    ) -> Result<Page<'_, R>, ApiError> {
        let token = Token::parse(token)?;
        let positions = self.indexes.positions(index, value).iter();
        let rows = positions.filter_map(|position| Some((*position, &**self.rows.get(position)?)));
        let rows = in_order(rows.filter(|(_, row)| matches(row)), order);
        Ok(Page::cut(rows, order, size, token))
    }
}

/// Collects rows in the given order. The iterator must yield them in creation order.
fn in_order<T>(rows: impl DoubleEndedIterator<Item = T>, order: Order) -> Vec<T> {
    match order {
        Order::OldestFirst => rows.collect(),
        Order::NewestFirst => rows.rev().collect(),
    }
}
