//! Shared by the targets: which operation an input is for.

use scalekit::operation::{OPERATIONS, Operation};

/// The first two bytes choose the operation, the rest is the input.
pub fn choose(data: &[u8]) -> Option<(&'static Operation, &[u8])> {
    let (choice, input) = data.split_first_chunk::<2>()?;
    Some((
        &OPERATIONS[usize::from(u16::from_le_bytes(*choice)) % OPERATIONS.len()],
        input,
    ))
}
