//! Maps for state that is not stored in tables.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::persist::{Entry, Journal, Persist, entry};

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

/// A persistent map.
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

    pub(crate) fn retain(&mut self, matches: impl Fn(&K, &V) -> bool) {
        let changed = &mut self.changed;
        self.values.retain(|key, value| {
            let retained = matches(key, value);
            if !retained {
                changed.note(key);
            }
            retained
        });
    }
}

impl<K: MapKey, V: Serialize + DeserializeOwned> Persist for Map<K, V> {
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
