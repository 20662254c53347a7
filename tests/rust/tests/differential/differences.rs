//! Comparing verdicts: they agree, or the difference is listed with its reason.

use std::collections::BTreeSet;
use std::fmt::Debug;

/// How we differ from the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    Accepts,
    Refuses,
}

/// A case in which we deliberately decide otherwise.
pub(crate) struct Difference<C> {
    pub(crate) name: &'static str,
    pub(crate) ours: Ours,
    /// Told by the case itself, never by how it was made.
    pub(crate) applies: fn(&C) -> bool,
    pub(crate) reason: &'static str,
}

/// Puts every case before both judges, who return what they read or `None` where they refuse. Panics on a difference
/// that is not listed, on a listed one that no case shows by itself, and if fewer than `fewest` cases were accepted or
/// refused.
pub(crate) fn compare<C: Debug, V: PartialEq + Debug>(
    cases: impl IntoIterator<Item = C>,
    ours: impl Fn(&C) -> Option<V>,
    theirs: impl Fn(&C) -> Option<V>,
    table: &[Difference<C>],
    fewest: usize,
) {
    let (mut accepted, mut refused) = (0, 0);
    let mut shown = BTreeSet::new();
    let mut unexplained = Vec::new();
    for case in cases {
        let (mine, other) = (ours(&case), theirs(&case));
        *if mine.is_some() {
            &mut accepted
        } else {
            &mut refused
        } += 1;
        let verdict = match (&mine, &other) {
            (Some(mine), Some(other)) => {
                assert_eq!(mine, other, "the same is read in {case:?}");
                continue;
            }
            (None, None) => continue,
            (Some(_), None) => Ours::Accepts,
            (None, Some(_)) => Ours::Refuses,
        };
        let known: Vec<_> = table
            .iter()
            .filter(|listed| listed.ours == verdict && (listed.applies)(&case))
            .collect();
        match known[..] {
            [] => {
                let case = format!("{case:?}");
                unexplained.push(format!(
                    "{verdict:?}: {}",
                    case.chars().take(600).collect::<String>()
                ));
            }
            [alone] => {
                shown.insert(alone.name);
            }
            _ => {}
        }
    }
    let count = unexplained.len();
    unexplained.truncate(20);
    assert!(
        unexplained.is_empty(),
        "{count} differences are not listed:\n{}",
        unexplained.join("\n")
    );
    for listed in table {
        let (name, reason) = (listed.name, listed.reason);
        assert!(shown.contains(name), "no longer occurs: {name} ({reason})");
    }
    assert!(
        accepted >= fewest && refused >= fewest,
        "{accepted} accepted, {refused} refused"
    );
}
