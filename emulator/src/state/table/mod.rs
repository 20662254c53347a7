//! Tables: rows of one type, in creation order.

mod persist;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ctx;
use super::ids::Ids;
use super::index::{Indexes, Key};
use super::persist::Journal;
use crate::api_error::ApiError;

/// A row of a [`Table`]. It is an API message, or a struct that wraps one to add fields that the
/// API does not show. Its JSON is used in seeds and exports.
pub(crate) trait Row: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The type's name in messages, such as `organization`.
    const KIND: &'static str;
    /// The prefix of generated ids, such as `org`.
    const PREFIX: &'static str;

    fn id(&self) -> &str;
    fn set_id(&mut self, id: String);

    /// Returns the secondary index keys.
    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    /// Checks a row of a seed.
    ///
    /// # Errors
    /// Returns a message if a field is invalid.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// Sets fields that a seed may omit. The row already has its id.
    fn complete(&mut self, _ctx: &Ctx<'_>) {}
}

/// Rows with lookups by id and by secondary keys, in creation order.
#[derive(Clone, Debug)]
pub(crate) struct Table<R> {
    /// Boxed to save memory: B-tree nodes are only a little more than half full.
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
    /// Adds a row. A row without an id gets one. A row with an existing id replaces the old row and
    /// keeps its position.
    pub(crate) fn insert(&mut self, ids: &mut Ids, mut row: R) -> &R {
        if row.id().is_empty() {
            row.set_id(ids.next(R::PREFIX));
        }
        let position = *self.by_id.entry(row.id().into()).or_insert_with(|| {
            self.next += 1;
            self.next - 1
        });
        if let Some(old) = self.rows.get(&position) {
            self.indexes.remove(position, &old.keys());
        }
        self.indexes.add(position, row.keys());
        self.changed.note(&position);
        match self.rows.entry(position) {
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

    /// Changes a row and returns it. The id must stay the same.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut R)) -> Result<&R, ApiError> {
        let position = self.by_id.get(id).copied();
        let row = position.and_then(|position| Some((position, self.rows.get_mut(&position)?)));
        let (position, row) = row.ok_or_else(|| ApiError::not_found(R::KIND, id))?;
        let before = row.keys();
        change(row);
        let after = row.keys();
        if before != after {
            self.indexes.remove(position, &before);
            self.indexes.add(position, after);
        }
        self.changed.note(&position);
        Ok(row)
    }

    /// Changes all rows. The ids must stay the same.
    pub(crate) fn change_all(&mut self, mut change: impl FnMut(&mut R)) {
        for (position, row) in &mut self.rows {
            let before = row.keys();
            change(row);
            let after = row.keys();
            if before != after {
                self.indexes.remove(*position, &before);
                self.indexes.add(*position, after);
            }
            self.changed.note(position);
        }
    }

    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn remove(&mut self, id: &str) -> Result<R, ApiError> {
        let position = self.by_id.remove(id);
        let row = position.and_then(|position| Some((position, self.rows.remove(&position)?)));
        let (position, row) = row.ok_or_else(|| ApiError::not_found(R::KIND, id))?;
        self.indexes.remove(position, &row.keys());
        self.changed.note(&position);
        Ok(*row)
    }

    /// Removes all rows with the key `value` in `index` and returns them.
    pub(crate) fn remove_by(&mut self, index: &'static str, value: &str) -> Vec<R> {
        let ids: Vec<String> = self
            .by(index, value)
            .map(|row| row.id().to_owned())
            .collect();
        ids.iter().filter_map(|id| self.remove(id).ok()).collect()
    }

    /// Removes rows, oldest first, while there are more than `count` rows or the oldest row is
    /// expired.
    pub(crate) fn drop_oldest(&mut self, count: usize, is_expired: impl Fn(&R) -> bool) {
        while let Some((_, oldest)) = self.rows.first_key_value()
            && (self.len() > count || is_expired(oldest))
        {
            let id = oldest.id().to_owned();
            let _ = self.remove(&id);
        }
    }

    pub(crate) fn clear(&mut self) {
        for position in self.rows.keys() {
            self.changed.note(position);
        }
        self.rows.clear();
        self.by_id.clear();
        self.indexes = Indexes::default();
    }
}
