//! Secondary indexes, such as users by email address.

use std::collections::HashMap;

use smallvec::SmallVec;

/// The name of an index and the key of a row in it.
pub(crate) type Key = (&'static str, String);

/// All indexes of one table. Each maps a key to the positions of its rows, in creation order.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes(HashMap<&'static str, HashMap<Box<str>, Positions>>);

/// The positions of rows with the same key. Most keys have one row, which is stored inline.
type Positions = SmallVec<[u64; 2]>;

impl Indexes {
    pub(super) fn add(&mut self, position: u64, keys: Vec<Key>) {
        for (index, value) in keys {
            let positions = self
                .0
                .entry(index)
                .or_default()
                .entry(value.into())
                .or_default();
            if let Err(at) = positions.binary_search(&position) {
                positions.insert(at, position);
            }
        }
    }

    pub(super) fn remove(&mut self, position: u64, keys: &[Key]) {
        for (index, value) in keys {
            let Some(values) = self.0.get_mut(index) else {
                continue;
            };
            let Some(positions) = values.get_mut(value.as_str()) else {
                continue;
            };
            if let Ok(at) = positions.binary_search(&position) {
                positions.remove(at);
            }
            if positions.is_empty() {
                values.remove(value.as_str());
            }
        }
    }

    pub(super) fn positions(&self, index: &'static str, value: &str) -> &[u64] {
        let positions = self.0.get(index).and_then(|values| values.get(value));
        positions.map_or(&[], SmallVec::as_slice)
    }
}
