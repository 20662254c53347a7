//! Persistence of tables: one entry per row, with the row's position as the key.

use super::{Row, Table};
use crate::state::persist::{Entry, Persist, entry};

impl<R: Row> Persist for Table<R> {
    fn track(&mut self) {
        self.changed.track();
    }

    fn drain(&mut self, kind: &'static str, entries: &mut Vec<Entry>) {
        let changed = self.changed.take();
        let rows = changed
            .iter()
            .map(|position| (position, self.rows.get(position)));
        // Big-endian keys keep the rows of the file in position order.
        entries
            .extend(rows.map(|(position, row)| entry(kind, position.to_be_bytes().to_vec(), row)));
    }

    fn restore(&mut self, key: &[u8], value: &[u8]) -> anyhow::Result<()> {
        let position = u64::from_be_bytes(key.try_into()?);
        let row: R = serde_json::from_slice(value)?;
        self.indexes.add(position, row.keys());
        self.by_id.insert(row.id().into(), position);
        self.rows.insert(position, Box::new(row));
        self.reserve(position + 1);
        Ok(())
    }

    fn reserve(&mut self, position: u64) {
        self.next = self.next.max(position);
    }

    fn next_position(&self) -> u64 {
        self.next
    }
}
