//! Rows of one kind, in order of creation.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ids::Ids;
use super::page::{Order, Page, Token};
use crate::engine::ApiError;

/// What a table holds. A row is the API's own message, or a struct around one that adds what the API does not show;
/// its JSON is the form in which rows are seeded and exported.
pub(crate) trait Row: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What people call it, in messages: `organization`.
    const KIND: &'static str;
    /// What its ids start with: `org`.
    const PREFIX: &'static str;

    fn id(&self) -> &str;
    fn set_id(&mut self, id: String);
}

/// Rows by id and in the order in which they were made.
#[derive(Clone, Debug)]
pub(crate) struct Table<R> {
    rows: BTreeMap<u64, R>,
    by_id: HashMap<String, u64>,
    next: u64,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            by_id: HashMap::new(),
            next: 1,
        }
    }
}

impl<R: Row> Table<R> {
    /// Adds a row and gives it an id if it has none. A row with the same id is replaced in its place.
    pub(crate) fn insert(&mut self, ids: &mut Ids, mut row: R) -> &R {
        if row.id().is_empty() {
            row.set_id(ids.next(R::PREFIX));
        }
        let place = *self.by_id.entry(row.id().to_owned()).or_insert_with(|| {
            self.next += 1;
            self.next - 1
        });
        let slot = self.rows.entry(place);
        match slot {
            std::collections::btree_map::Entry::Occupied(mut old) => {
                old.insert(row);
                old.into_mut()
            }
            std::collections::btree_map::Entry::Vacant(free) => free.insert(row),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        self.rows.get(self.by_id.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut R> {
        self.rows.get_mut(self.by_id.get(id)?)
    }

    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn require(&self, id: &str) -> Result<&R, ApiError> {
        self.get(id).ok_or_else(|| ApiError::not_found(R::KIND, id))
    }

    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn require_mut(&mut self, id: &str) -> Result<&mut R, ApiError> {
        self.get_mut(id).ok_or_else(|| ApiError::not_found(R::KIND, id))
    }

    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn remove(&mut self, id: &str) -> Result<R, ApiError> {
        let row = self.by_id.remove(id).and_then(|place| self.rows.remove(&place));
        row.ok_or_else(|| ApiError::not_found(R::KIND, id))
    }

    /// Removes every row that `gone` picks, and answers with them.
    pub(crate) fn remove_all(&mut self, gone: impl Fn(&R) -> bool) -> Vec<R> {
        let ids: Vec<String> = self
            .iter()
            .filter(|row| gone(row))
            .map(|row| row.id().to_owned())
            .collect();
        ids.iter().filter_map(|id| self.remove(id).ok()).collect()
    }

    /// All rows in order of creation.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.rows.values()
    }

    /// All rows, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut R> {
        self.rows.values_mut()
    }

    /// The first row that fits.
    pub(crate) fn find(&self, fits: impl Fn(&R) -> bool) -> Option<&R> {
        self.iter().find(|row| fits(row))
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
        let rows = self
            .rows
            .iter()
            .filter(|(_, row)| keep(row))
            .map(|(place, row)| (*place, row));
        Ok(match order {
            Order::OldestFirst => Page::cut(rows.collect(), order, size, token),
            Order::NewestFirst => Page::cut(rows.rev().collect(), order, size, token),
        })
    }
}
