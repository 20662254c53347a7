//! Chooses the operation for an input. Shared by several targets.

use scalekit::schema::{OPERATIONS, Operation};

/// Returns the operation that the first two bytes choose, and the remaining input.
pub fn choose(data: &[u8]) -> Option<(&'static Operation, &[u8])> {
    let (choice, input) = data.split_first_chunk::<2>()?;
    Some((
        &OPERATIONS[usize::from(u16::from_le_bytes(*choice)) % OPERATIONS.len()],
        input,
    ))
}
