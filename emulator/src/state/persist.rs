//! Persistence of the state. Each part of the state tracks its changes and turns them into entries
//! of the data file.

use std::collections::{BTreeSet, HashMap};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::State;

/// An entry of the data file. The value is JSON, or `None` if the entry was deleted.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The name of the table or map that contains the entry.
    pub(crate) kind: &'static str,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Option<Vec<u8>>,
}

/// A part of the state that is saved in the data file.
pub(crate) trait Kept {
    /// Starts tracking changes.
    fn track(&mut self);
    /// Adds an entry for each change since the last call.
    fn drain(&mut self, kind: &'static str, entries: &mut Vec<Entry>);
    /// Restores one entry. Entries must be passed in key order.
    ///
    /// # Errors
    /// Returns an error if the key or the value cannot be decoded.
    fn restore(&mut self, key: &[u8], value: &[u8]) -> anyhow::Result<()>;
    /// Ensures that new rows get `place` or a later place.
    fn reserve(&mut self, _place: u64) {}
    /// Returns the place of the next row.
    fn place(&self) -> u64 {
        0
    }
}

/// The keys of changed entries. Empty until tracking starts.
#[derive(Clone, Debug)]
pub(super) struct Journal<K>(Option<BTreeSet<K>>);

impl<K> Default for Journal<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Ord + Clone> Journal<K> {
    pub(super) fn track(&mut self) {
        self.0.get_or_insert_default();
    }

    pub(super) fn note(&mut self, key: &K) {
        if let Some(changed) = &mut self.0 {
            changed.insert(key.clone());
        }
    }

    pub(super) fn take(&mut self) -> BTreeSet<K> {
        self.0.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

/// Creates an entry with the current value.
///
/// If the value cannot be serialized, the entry is empty and the next start fails. Otherwise the
/// data would be lost silently.
pub(super) fn entry(kind: &'static str, key: Vec<u8>, value: Option<&impl Serialize>) -> Entry {
    let value = value.map(|value| serde_json::to_vec(value).unwrap_or_default());
    Entry { kind, key, value }
}

/// The key of a [`Map`].
pub(crate) trait MapKey: Ord + Clone + std::hash::Hash {
    fn to_bytes(&self) -> Vec<u8>;
    /// # Errors
    /// Returns an error if `bytes` is not a valid key.
    fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self>;
}

impl MapKey for String {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        Ok(Self::from_utf8(bytes.to_vec())?)
    }
}

impl MapKey for (String, String) {
    fn to_bytes(&self) -> Vec<u8> {
        format!("{}\n{}", self.0, self.1).into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        let text = String::from_utf8(bytes.to_vec())?;
        let parts = text.split_once('\n');
        let (first, second) =
            parts.ok_or_else(|| anyhow::anyhow!("{text:?} is not a pair of ids"))?;
        Ok((first.to_owned(), second.to_owned()))
    }
}

impl MapKey for [u8; 32] {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        Ok(bytes.try_into()?)
    }
}

/// A persistent map for state that is not stored in tables.
#[derive(Clone, Debug)]
pub(crate) struct Map<K, V> {
    values: HashMap<K, V>,
    changed: Journal<K>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self {
            values: HashMap::new(),
            changed: Journal::default(),
        }
    }
}

impl<K: MapKey, V> Map<K, V> {
    pub(crate) fn get<Q: std::hash::Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.values.get(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.values.iter()
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.changed.note(&key);
        self.values.insert(key, value)
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.changed.note(key);
        self.values.remove(key)
    }

    /// Returns a mutable value and marks it as changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.changed.note(key);
        self.values.get_mut(key)
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        let changed = &mut self.changed;
        self.values.retain(|key, value| {
            let is_kept = keep(key, value);
            if !is_kept {
                changed.note(key);
            }
            is_kept
        });
    }
}

impl<K: MapKey, V: Serialize + DeserializeOwned> Kept for Map<K, V> {
    fn track(&mut self) {
        self.changed.track();
    }

    fn drain(&mut self, kind: &'static str, entries: &mut Vec<Entry>) {
        let changed = self.changed.take();
        entries.extend(
            changed
                .iter()
                .map(|key| entry(kind, key.to_bytes(), self.values.get(key))),
        );
    }

    fn restore(&mut self, key: &[u8], value: &[u8]) -> anyhow::Result<()> {
        self.values
            .insert(K::from_bytes(key)?, serde_json::from_slice(value)?);
        Ok(())
    }
}

/// The name of the entry that contains the counters. A data file without this entry is empty.
pub(crate) const COUNTERS: &str = "counters";

/// State that is not stored in tables or maps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counters {
    last_id: u64,
    families: u64,
    /// All rows so far, deleted ones included, have a lower place. Page tokens therefore stay valid
    /// after a restart.
    places: u64,
    redirect_uris: Vec<String>,
}

impl State {
    /// Starts tracking changes for [`Self::drain`].
    pub(crate) fn track(&mut self) {
        for (_, part) in self.parts() {
            part.track();
        }
    }

    /// Returns the entries that changed since the last call.
    pub(crate) fn drain(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut places = 0;
        for (kind, part) in self.parts() {
            part.drain(kind, &mut entries);
            places = places.max(part.place());
        }
        let counters = Counters {
            last_id: self.ids.last(),
            families: self.grants.families(),
            places,
            redirect_uris: self.redirect_uris.clone(),
        };
        if self.counters.as_ref() != Some(&counters) {
            entries.push(entry(COUNTERS, Vec::new(), Some(&counters)));
            self.counters = Some(counters);
        }
        entries
    }

    /// Restores the state from entries in key order.
    ///
    /// # Errors
    /// Returns an error for the first entry that cannot be decoded.
    pub(crate) fn restore(entries: &[(String, Vec<u8>, Vec<u8>)]) -> anyhow::Result<Self> {
        use anyhow::Context as _;
        let mut state = Self::default();
        let mut parts: HashMap<&str, &mut dyn Kept> = state.parts().into_iter().collect();
        let mut counters = Counters::default();
        for (kind, key, value) in entries {
            let read = match parts.get_mut(kind.as_str()) {
                Some(part) => part.restore(key, value),
                None if kind == COUNTERS => serde_json::from_slice(value)
                    .map(|read| counters = read)
                    .map_err(Into::into),
                None => Err(anyhow::anyhow!("unknown table")),
            };
            read.with_context(|| format!("cannot read an entry of {kind:?}"))?;
        }
        for part in parts.into_values() {
            part.reserve(counters.places);
        }
        state.ids.reserve(counters.last_id);
        state.grants.reserve(counters.families);
        state.redirect_uris.clone_from(&counters.redirect_uris);
        state.counters = Some(counters);
        Ok(state)
    }
}
