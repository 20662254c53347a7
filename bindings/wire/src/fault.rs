//! What went wrong and where, before it is known in which operation.

/// A failed conversion. Names fields and types, never values: those may be secrets.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    /// From the message down to the field, such as `users[3].metadata`; empty for the message itself.
    path: String,
    problem: String,
}

/// The usual result inside the codec.
pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    #[cold]
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            problem: problem.into(),
        }
    }

    /// The same fault seen from the message around it.
    #[cold]
    pub(crate) fn within(mut self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }

    /// The same fault seen from the list around it.
    #[cold]
    pub(crate) fn within_element(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
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
