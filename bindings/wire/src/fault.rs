//! The codec's internal error. It does not name an operation yet.

use scalekit::Message;

/// A failed conversion. It names fields and types but never contains values, which may be secrets.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
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
        Self {
            path: String::new(),
            problem: problem.into(),
        }
    }

    /// Prepends a field name to the path.
    #[cold]
    pub(crate) fn within(mut self, step: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{step}{separator}{}", self.path);
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
        if fault.path.is_empty() {
            Self::from(fault.problem)
        } else {
            Self::about(fault.path).text(": ").text(fault.problem)
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.problem)
        } else {
            write!(f, "{}: {}", self.path, self.problem)
        }
    }
}
