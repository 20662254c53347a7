//! The codec's internal error. It does not name an operation yet.

use scalekit::Message;

/// A failed conversion. It names fields and types but never contains values, which may be secrets.
///
/// One pointer, so that results of functions without a fault fit into registers.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault(Box<Detail>);

#[derive(Debug, PartialEq)]
struct Detail {
    /// The path from the message to the field, such as `users[3].metadata`. Empty for the message
    /// itself.
    path: String,
    problem: String,
}

/// The result of the codec's functions.
pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    #[cold]
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self(Box::new(Detail {
            path: String::new(),
            problem: problem.into(),
        }))
    }

    /// Prepends a field name to the path.
    #[cold]
    pub(crate) fn within(mut self, step: &str) -> Self {
        let path = &mut self.0.path;
        let separator = if path.is_empty() || path.starts_with('[') {
            ""
        } else {
            "."
        };
        *path = format!("{step}{separator}{path}");
        self
    }

    /// Prepends the index of a list element to the path.
    #[cold]
    pub(crate) fn within_element(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }
}

impl From<Fault> for Message {
    fn from(fault: Fault) -> Self {
        let Detail { path, problem } = *fault.0;
        if path.is_empty() {
            Self::from(problem)
        } else {
            Self::about(path).text(": ").text(problem)
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Detail { path, problem } = &*self.0;
        if path.is_empty() {
            f.write_str(problem)
        } else {
            write!(f, "{path}: {problem}")
        }
    }
}
