//! Persistence of the state. Each part of the state tracks its changes and turns them into entries
//! of the data file.

use std::collections::{BTreeSet, HashMap};

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
pub(crate) trait Persist {
    /// Starts tracking changes.
    fn track(&mut self);
    /// Adds an entry for each change since the last call.
    fn drain(&mut self, kind: &'static str, entries: &mut Vec<Entry>);
    /// Restores one entry. Entries must be passed in key order.
    ///
    /// # Errors
    /// Returns an error if the key or the value cannot be decoded.
    fn restore(&mut self, key: &[u8], value: &[u8]) -> anyhow::Result<()>;
    /// Ensures that new rows get `position` or a later position.
    fn reserve(&mut self, _position: u64) {}
    /// Returns the position of the next row.
    fn next_position(&self) -> u64 {
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

/// The name of the entry that contains the counters. A data file without this entry is empty.
pub(crate) const COUNTERS: &str = "counters";

/// State that is not stored in tables or maps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counters {
    last_id: u64,
    families: u64,
    /// All rows so far, deleted ones included, have a lower position. Page tokens therefore stay
    /// valid after a restart.
    #[serde(rename = "places")]
    positions: u64,
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
        let mut positions = 0;
        for (kind, part) in self.parts() {
            part.drain(kind, &mut entries);
            positions = positions.max(part.next_position());
        }
        let counters = Counters {
            last_id: self.ids.last(),
            families: self.grants.families(),
            positions,
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
        let mut parts: HashMap<&str, &mut dyn Persist> = state.parts().into_iter().collect();
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
            part.reserve(counters.positions);
        }
        state.ids.reserve(counters.last_id);
        state.grants.reserve(counters.families);
        state.redirect_uris.clone_from(&counters.redirect_uris);
        state.counters = Some(counters);
        Ok(state)
    }
}
