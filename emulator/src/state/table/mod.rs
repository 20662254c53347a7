//! Rows of one kind, in order of creation.

mod kept;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ctx;
use super::ids::Ids;
use super::index::{Indexes, Key};
use super::kept::Journal;
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

    /// What it is found by beside its id.
    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    /// Fills in what a seed may leave out. The row has its id.
    fn complete(&mut self, _ctx: &Ctx<'_>) {}
}

/// Rows by id, by their keys, and in the order in which they were made.
#[derive(Clone, Debug)]
pub(crate) struct Table<R> {
    /// Boxed, because the nodes of the tree are little more than half full.
    rows: BTreeMap<u64, Box<R>>,
    by_id: HashMap<Box<str>, u64>,
    indexes: Indexes,
    next: u64,
    changed: Journal<u64>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            by_id: HashMap::new(),
            indexes: Indexes::default(),
            next: 1,
            changed: Journal::default(),
        }
    }
}

impl<R: Row> Table<R> {
    /// Adds a row and gives it an id if it has none. A row with the same id is replaced in its place.
    pub(crate) fn insert(&mut self, ids: &mut Ids, mut row: R) -> &R {
        if row.id().is_empty() {
            row.set_id(ids.next(R::PREFIX));
        }
        let place = *self.by_id.entry(row.id().into()).or_insert_with(|| {
            self.next += 1;
            self.next - 1
        });
        if let Some(old) = self.rows.get(&place) {
            self.indexes.remove(place, &old.keys());
        }
        self.indexes.add(place, row.keys());
        self.changed.note(&place);
        match self.rows.entry(place) {
            std::collections::btree_map::Entry::Occupied(mut old) => {
                **old.get_mut() = row;
                old.into_mut()
            }
            std::collections::btree_map::Entry::Vacant(free) => free.insert(Box::new(row)),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        Some(self.rows.get(self.by_id.get(id)?)?)
    }

    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn require(&self, id: &str) -> Result<&R, ApiError> {
        self.get(id).ok_or_else(|| ApiError::not_found(R::KIND, id))
    }

    /// Changes a row, but not its id, and answers with it as it is now.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut R)) -> Result<&R, ApiError> {
        let place = self.by_id.get(id).copied();
        let row = place.and_then(|place| Some((place, self.rows.get_mut(&place)?)));
        let (place, row) = row.ok_or_else(|| ApiError::not_found(R::KIND, id))?;
        let before = row.keys();
        change(row);
        let after = row.keys();
        if before != after {
            self.indexes.remove(place, &before);
            self.indexes.add(place, after);
        }
        self.changed.note(&place);
        Ok(row)
    }

    /// Changes every row, but no ids.
    pub(crate) fn change_all(&mut self, mut change: impl FnMut(&mut R)) {
        for (place, row) in &mut self.rows {
            let before = row.keys();
            change(row);
            let after = row.keys();
            if before != after {
                self.indexes.remove(*place, &before);
                self.indexes.add(*place, after);
            }
            self.changed.note(place);
        }
    }

    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn remove(&mut self, id: &str) -> Result<R, ApiError> {
        let place = self.by_id.remove(id);
        let row = place.and_then(|place| Some((place, self.rows.remove(&place)?)));
        let (place, row) = row.ok_or_else(|| ApiError::not_found(R::KIND, id))?;
        self.indexes.remove(place, &row.keys());
        self.changed.note(&place);
        Ok(*row)
    }

    /// Removes every row that stands in `index` under `value`, and answers with them.
    pub(crate) fn remove_by(&mut self, index: &'static str, value: &str) -> Vec<R> {
        let ids: Vec<String> = self.by(index, value).map(|row| row.id().to_owned()).collect();
        ids.iter().filter_map(|id| self.remove(id).ok()).collect()
    }

    /// Removes the oldest rows: those beyond `count`, and any that are `over`, up to the first one that is neither.
    pub(crate) fn drop_oldest(&mut self, count: usize, over: impl Fn(&R) -> bool) {
        while let Some((_, oldest)) = self.rows.first_key_value()
            && (self.len() > count || over(oldest))
        {
            let id = oldest.id().to_owned();
            let _ = self.remove(&id);
        }
    }

    /// Removes every row.
    pub(crate) fn clear(&mut self) {
        for place in self.rows.keys() {
            self.changed.note(place);
        }
        self.rows.clear();
        self.by_id.clear();
        self.indexes = Indexes::default();
    }
}
