//! A compact form of long byte strings with repetitions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

/// Bytes that occur one or more times in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The bytes, in base64.
    pub base64: String,
    /// The number of repetitions.
    pub times: usize,
}

/// The minimum length of a repetition in bytes. Shorter ones are not compacted.
const MIN_LENGTH: usize = 4096;

/// The periods of the repetitions in the tables: four base64 characters, and an entry of a
/// signature list.
const PERIODS: [usize; 2] = [4, 48];

/// Splits bytes into pieces.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut start, mut position) = (0, 0);
    while position < bytes.len() {
        let repetition = PERIODS
            .into_iter()
            .map(|period| (period, repeats(&bytes[position..], period)))
            .find(|(period, times)| period * times >= MIN_LENGTH);
        if let Some((period, times)) = repetition {
            pieces.push(piece(&bytes[start..position], 1));
            pieces.push(piece(&bytes[position..position + period], times));
            position += period * times;
            start = position;
        } else {
            position += 1;
        }
    }
    pieces.push(piece(&bytes[start..], 1));
    pieces.retain(|piece| !piece.base64.is_empty());
    pieces
}

/// Returns how many times the first `period` bytes occur in a row.
fn repeats(bytes: &[u8], period: usize) -> usize {
    let mut chunks = bytes.chunks_exact(period);
    chunks.next().map_or(0, |first| {
        1 + chunks.take_while(|chunk| *chunk == first).count()
    })
}

fn piece(bytes: &[u8], times: usize) -> Piece {
    Piece {
        base64: STANDARD.encode(bytes),
        times,
    }
}

/// Serializes bytes as pieces. For `serde(serialize_with)`.
pub(super) fn serialize<S: Serializer>(
    bytes: impl AsRef<[u8]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    pieces(bytes.as_ref()).serialize(serializer)
}

/// Serializes pairs of a name and a value, with the values as pieces.
pub(super) fn serialize_pairs<S: Serializer>(
    pairs: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name, pieces(value.as_bytes())));
    serializer.collect_seq(pairs)
}
