//! Persistence of tables: one entry per row, with the row's place as the key.

use super::{Row, Table};
use crate::state::persist::{Entry, Kept, entry};

impl<R: Row> Kept for Table<R> {
    fn track(&mut self) {
        self.changed.track();
    }

    fn drain(&mut self, kind: &'static str, entries: &mut Vec<Entry>) {
        let changed = self.changed.take();
        let rows = changed.iter().map(|place| (place, self.rows.get(place)));
        // Big-endian keys keep the rows of the file in place order.
        entries.extend(rows.map(|(place, row)| entry(kind, place.to_be_bytes().to_vec(), row)));
    }

    fn restore(&mut self, key: &[u8], value: &[u8]) -> anyhow::Result<()> {
        let place = u64::from_be_bytes(key.try_into()?);
        let row: R = serde_json::from_slice(value)?;
        self.indexes.add(place, row.keys());
        self.by_id.insert(row.id().into(), place);
        self.rows.insert(place, Box::new(row));
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
