//! Oneofs: groups of fields of which at most one is set.

use std::fmt;

/// More than one field of a oneof is set.
#[derive(Debug)]
pub(crate) struct OneOfError(&'static str);

impl fmt::Display for OneOfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than one field of the oneof `{}` is set", self.0)
    }
}

/// Returns the member that is set, if any.
pub(crate) fn one_of<T>(
    name: &'static str,
    members: impl IntoIterator<Item = Option<T>>,
) -> Result<Option<T>, OneOfError> {
    let mut members = members.into_iter().flatten();
    let first = members.next();
    match members.next() {
        None => Ok(first),
        Some(_) => Err(OneOfError(name)),
    }
}
