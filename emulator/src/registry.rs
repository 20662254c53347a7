//! A list of items with increasing ids.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// An item of a [`Registry`].
pub(crate) trait Numbered {
    /// Returns the id that the registry assigned.
    fn id(&self) -> u64;
}

/// Items in the order in which they were added. Ids are not reused. As JSON, it is a list of the
/// last id and the items.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Registry<T>(u64, VecDeque<T>);

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self(0, VecDeque::new())
    }
}

impl<T: Numbered> Registry<T> {
    /// Adds an item, which `create` makes for a new id.
    pub(crate) fn add(&mut self, create: impl FnOnce(u64) -> T) -> &T {
        let Self(last_id, items) = self;
        *last_id += 1;
        items.push_back(create(*last_id));
        &items[items.len() - 1]
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.1.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.1.len()
    }

    pub(crate) fn get(&self, id: u64) -> Option<&T> {
        self.1.get(self.index(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let index = self.index(id)?;
        self.1.get_mut(index)
    }

    fn index(&self, id: u64) -> Option<usize> {
        // Ids are consecutive unless an item was removed.
        let distance = id.checked_sub(self.1.front()?.id())?;
        let guess = usize::try_from(distance).ok()?;
        if self.1.get(guess).is_some_and(|item| item.id() == id) {
            return Some(guess);
        }
        self.1.binary_search_by_key(&id, T::id).ok()
    }

    /// Removes one item, or all items if `id` is `None`.
    pub(crate) fn remove(&mut self, id: Option<u64>) {
        self.1.retain(|item| id.is_some_and(|id| id != item.id()));
    }

    /// Removes the oldest items until at most `count` remain.
    pub(crate) fn drop_oldest(&mut self, count: usize) {
        self.1.drain(..self.1.len().saturating_sub(count));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Id(u64);

    impl Numbered for Id {
        fn id(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn ids_are_not_reused() {
        let mut registry = Registry::default();
        for _ in 0..3 {
            registry.add(Id);
        }
        registry.remove(Some(2));
        assert_eq!(registry.get(3), Some(&Id(3)));
        assert!(registry.get(2).is_none() && registry.get(4).is_none());
        registry.remove(None);
        assert_eq!(registry.add(Id), &Id(4));
        registry.add(Id);
        registry.drop_oldest(1);
        assert_eq!(registry.iter().collect::<Vec<_>>(), [&Id(5)]);
    }

    #[test]
    fn the_json_is_a_list_of_the_last_id_and_the_items() {
        let mut registry = Registry::default();
        registry.add(Id);
        registry.add(Id);
        registry.remove(Some(1));
        let json = serde_json::to_value(&registry).unwrap();
        assert_eq!(json, json!([2, [2]]));
        let mut read: Registry<Id> = serde_json::from_value(json).unwrap();
        assert_eq!(read.add(Id), &Id(3));
    }
}
