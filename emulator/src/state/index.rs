//! Secondary indexes, such as users by e-mail address.

use std::collections::HashMap;

use smallvec::SmallVec;

/// The name of an index and the key of a row in it.
pub(crate) type Key = (&'static str, String);

/// All indexes of one table. Each maps a key to the places of its rows, in creation order.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes(HashMap<&'static str, HashMap<Box<str>, Places>>);

/// The places of rows with the same key. Most keys have one row, which is stored inline.
type Places = SmallVec<[u64; 2]>;

impl Indexes {
    pub(super) fn add(&mut self, place: u64, keys: Vec<Key>) {
        for (index, value) in keys {
            let places = self
                .0
                .entry(index)
                .or_default()
                .entry(value.into())
                .or_default();
            if let Err(at) = places.binary_search(&place) {
                places.insert(at, place);
            }
        }
    }

    pub(super) fn remove(&mut self, place: u64, keys: &[Key]) {
        for (index, value) in keys {
            let Some(values) = self.0.get_mut(index) else {
                continue;
            };
            let Some(places) = values.get_mut(value.as_str()) else {
                continue;
            };
            if let Ok(at) = places.binary_search(&place) {
                places.remove(at);
            }
            if places.is_empty() {
                values.remove(value.as_str());
            }
        }
    }

    pub(super) fn places(&self, index: &'static str, value: &str) -> &[u64] {
        let places = self.0.get(index).and_then(|values| values.get(value));
        places.map_or(&[], SmallVec::as_slice)
    }
}
