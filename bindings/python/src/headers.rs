//! Headers of a reply, converted only if somebody asks for them.

use pyo3::prelude::*;
use scalekit::Reply;

/// Headers of a reply.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Headers {
    reply: Reply,
}

impl Headers {
    /// Those of a reply whose body has been taken out.
    pub(crate) fn of(reply: Reply) -> Self {
        Self { reply }
    }
}

#[pymethods]
impl Headers {
    /// Names, in lower case, and values.
    fn items(&self) -> Vec<(&str, String)> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        self.reply
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), text(value.as_bytes())))
            .collect()
    }
}
