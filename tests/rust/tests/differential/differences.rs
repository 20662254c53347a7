//! Compares the results of two implementations. Differences must be listed with a reason.

use std::collections::BTreeSet;
use std::fmt::Debug;

/// How this library differs from the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    Accepts,
    Rejects,
}

/// A deliberate difference.
pub(crate) struct Difference<C> {
    pub(crate) name: &'static str,
    pub(crate) ours: Ours,
    /// Returns `true` if the difference explains the case. It examines only the case, not how the
    /// case was generated.
    pub(crate) applies: fn(&C) -> bool,
    pub(crate) reason: &'static str,
}

/// Runs all cases with both implementations, which return the parsed value or `None` if they reject
/// the case.
///
/// Panics
/// * if a difference is not listed,
/// * if no case is explained by a listed difference alone, or
/// * if fewer than `minimum` cases are accepted or rejected.
pub(crate) fn compare<C: Debug, V: PartialEq + Debug>(
    cases: impl IntoIterator<Item = C>,
    ours: impl Fn(&C) -> Option<V>,
    theirs: impl Fn(&C) -> Option<V>,
    differences: &[Difference<C>],
    minimum: usize,
) {
    let (mut accepted, mut rejected) = (0, 0);
    let mut seen = BTreeSet::new();
    let mut unlisted = Vec::new();
    for case in cases {
        let (our_result, their_result) = (ours(&case), theirs(&case));
        *if our_result.is_some() {
            &mut accepted
        } else {
            &mut rejected
        } += 1;
        let difference = match (&our_result, &their_result) {
            (Some(ours), Some(theirs)) => {
                assert_eq!(ours, theirs, "both parse the same value from {case:?}");
                continue;
            }
            (None, None) => continue,
            (Some(_), None) => Ours::Accepts,
            (None, Some(_)) => Ours::Rejects,
        };
        let explanations: Vec<_> = differences
            .iter()
            .filter(|listed| listed.ours == difference && (listed.applies)(&case))
            .collect();
        match explanations[..] {
            [] => {
                let case = format!("{case:?}");
                unlisted.push(format!(
                    "{difference:?}: {}",
                    case.chars().take(600).collect::<String>()
                ));
            }
            [only] => {
                seen.insert(only.name);
            }
            _ => {}
        }
    }
    let count = unlisted.len();
    unlisted.truncate(20);
    assert!(
        unlisted.is_empty(),
        "{count} differences are not listed:\n{}",
        unlisted.join("\n")
    );
    for listed in differences {
        let (name, reason) = (listed.name, listed.reason);
        assert!(
            seen.contains(name),
            "listed difference no longer occurs: {name} ({reason})"
        );
    }
    assert!(
        accepted >= minimum && rejected >= minimum,
        "{accepted} cases accepted, {rejected} rejected, expected at least {minimum} of each"
    );
}
