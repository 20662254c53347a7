//! Rows of one kind, in order of creation.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ctx;
use super::ids::Ids;
use super::index::{Indexes, Key};
use super::kept::{Entry, Journal, Kept, entry};
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
    rows: BTreeMap<u64, R>,
    by_id: HashMap<String, u64>,
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
        let place = *self.by_id.entry(row.id().to_owned()).or_insert_with(|| {
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
                old.insert(row);
                old.into_mut()
            }
            std::collections::btree_map::Entry::Vacant(free) => free.insert(row),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        self.rows.get(self.by_id.get(id)?)
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
        Ok(row)
    }

    /// Removes every row that stands in `index` under `value`, and answers with them.
    pub(crate) fn remove_by(&mut self, index: &'static str, value: &str) -> Vec<R> {
        let ids: Vec<String> = self.by(index, value).map(|row| row.id().to_owned()).collect();
        ids.iter().filter_map(|id| self.remove(id).ok()).collect()
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

    /// All rows in order of creation.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.rows.values()
    }

    /// The rows that stand in `index` under `value`, in order of creation.
    pub(crate) fn by<'t>(
        &'t self,
        index: &'static str,
        value: &str,
    ) -> impl DoubleEndedIterator<Item = &'t R> + use<'t, R> {
        let places = self.indexes.places(index, value).iter();
        places.filter_map(|place| self.rows.get(place))
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

    /// One page of all rows.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a token that no page gave out.
    pub(crate) fn page_of_all(&self, order: Order, size: u32, token: &str) -> Result<Page<'_, R>, ApiError> {
        Ok(Page::of_all(&self.rows, order, size, Token::parse(token)?))
    }

    /// One page, the oldest first, of the rows that stand in `index` under `value` and that `keep` picks.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a token that no page gave out.
    pub(crate) fn page_by(
        &self,
        (index, value): (&'static str, &str),
        size: u32,
        token: &str,
        keep: impl Fn(&R) -> bool,
    ) -> Result<Page<'_, R>, ApiError> {
        let token = Token::parse(token)?;
        let places = self.indexes.places(index, value).iter();
        let rows = places.filter_map(|place| Some((*place, self.rows.get(place)?)));
        let rows = rows.filter(|(_, row)| keep(row)).collect();
        Ok(Page::cut(rows, Order::OldestFirst, size, token))
    }
}

impl<R: Row> Kept for Table<R> {
    fn track(&mut self) {
        self.changed.track();
    }

    fn drain(&mut self, kind: &'static str, entries: &mut Vec<Entry>) {
        let changed = self.changed.take();
        let rows = changed.iter().map(|place| (place, self.rows.get(place)));
        // Big-endian, so that the file has rows in the order of their places.
        entries.extend(rows.map(|(place, row)| entry(kind, place.to_be_bytes().to_vec(), row)));
    }

    fn restore(&mut self, key: &[u8], value: &[u8]) -> anyhow::Result<()> {
        let place = u64::from_be_bytes(key.try_into()?);
        let row: R = serde_json::from_slice(value)?;
        self.indexes.add(place, row.keys());
        self.by_id.insert(row.id().to_owned(), place);
        self.rows.insert(place, row);
        self.reserve(place + 1);
        Ok(())
    }

    fn reserve(&mut self, place: u64) {
        self.next = self.next.max(place);
    }

    fn place(&self) -> u64 {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use scalekit::api::users::User;

    use super::*;

    fn user(id: &str, email: &str) -> User {
        User {
            id: id.to_owned(),
            email: email.to_owned(),
            ..User::default()
        }
    }

    fn found(table: &Table<User>, email: &str) -> Vec<String> {
        table.by("email", email).map(|user| user.id.clone()).collect()
    }

    /// Ten thousand changes at random, and the index always says what a look at every row says.
    #[test]
    fn an_index_agrees_with_a_scan() {
        let (mut table, mut ids) = (Table::default(), Ids::default());
        let mut random = fastrand::Rng::with_seed(4);
        for step in 0..10_000 {
            let (id, email) = (
                format!("usr_{}", random.u8(..20)),
                format!("{}@acme.com", random.u8(..8)),
            );
            match random.u8(..8) {
                0..4 => {
                    table.insert(&mut ids, user(&id, &email));
                }
                4..6 => {
                    let _ = table.change(&id, |user| user.email.clone_from(&email));
                }
                6 => {
                    let _ = table.remove(&id);
                }
                _ if random.u8(..10) == 0 => {
                    table.remove_by("email", &email);
                }
                _ => table.change_all(|user| {
                    if user.id == id {
                        user.email.clone_from(&email);
                    }
                }),
            }
            let scanned: Vec<String> = table
                .iter()
                .filter(|user| user.email == email)
                .map(|user| user.id.clone())
                .collect();
            assert_eq!(found(&table, &email), scanned, "step {step}");
        }
    }

    #[test]
    fn an_index_follows_every_change() {
        let (mut table, mut ids) = (Table::default(), Ids::default());
        table.insert(&mut ids, user("usr_1", "Ann@acme.com"));
        table.insert(&mut ids, user("usr_2", "bob@acme.com"));
        assert_eq!(found(&table, "ann@acme.com"), ["usr_1"]);

        // A row that takes the place of another one leaves no trace of it.
        table.insert(&mut ids, user("usr_1", "eve@acme.com"));
        assert!(found(&table, "ann@acme.com").is_empty());
        let renamed = table.change("usr_2", |user| user.email = "eve@acme.com".to_owned());
        assert!(renamed.is_ok());
        assert_eq!(found(&table, "eve@acme.com"), ["usr_1", "usr_2"]);
        table.change_all(|user| user.email = format!("{}@acme.com", user.id));
        assert_eq!(found(&table, "usr_2@acme.com"), ["usr_2"]);

        assert!(table.remove("usr_2").is_ok() && found(&table, "usr_2@acme.com").is_empty());
        let gone = table.remove_by("email", "usr_1@acme.com");
        assert_eq!((gone.len(), table.len()), (1, 0));
        assert!(table.change("usr_1", |_| ()).is_err());
    }
}
