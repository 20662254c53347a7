//! Long texts with repetition in them, described instead of spelled out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

/// Bytes and how often they are repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The bytes, in base64.
    pub base64: String,
    /// How often.
    pub times: usize,
}

/// Shorter repetitions are not worth a piece of their own.
const WORTHWHILE: usize = 4096;

/// One byte, three of them in base64, and an entry of a signature list.
const PERIODS: [usize; 2] = [4, 48];

/// Describes bytes by their repetitions.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        let repeated = PERIODS
            .into_iter()
            .map(|period| (period, repeats(&bytes[at..], period)))
            .find(|(period, times)| period * times >= WORTHWHILE);
        if let Some((period, times)) = repeated {
            found.push(piece(&bytes[start..at], 1));
            found.push(piece(&bytes[at..at + period], times));
            at += period * times;
            start = at;
        } else {
            at += 1;
        }
    }
    found.push(piece(&bytes[start..], 1));
    found.retain(|piece| !piece.base64.is_empty());
    found
}

/// How often the first `period` bytes follow each other.
fn repeats(bytes: &[u8], period: usize) -> usize {
    let mut chunks = bytes.chunks_exact(period);
    chunks
        .next()
        .map_or(0, |first| 1 + chunks.take_while(|chunk| *chunk == first).count())
}

fn piece(bytes: &[u8], times: usize) -> Piece {
    Piece {
        base64: STANDARD.encode(bytes),
        times,
    }
}

/// For `serde(serialize_with)`.
pub(super) fn serialize<S: Serializer>(bytes: impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    pieces(bytes.as_ref()).serialize(serializer)
}

/// The same for pairs of name and value.
pub(super) fn serialize_pairs<S: Serializer>(
    pairs: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let pairs = pairs.iter().map(|(name, value)| (name, pieces(value.as_bytes())));
    serializer.collect_seq(pairs)
}
