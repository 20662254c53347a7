//! Lookup of operations by their names.

use pyo3::prelude::*;
use scalekit::Error;
use scalekit::schema::{self, Operation};

use crate::failure::OrRaise;

/// Returns the operation called `name`, such as `OrganizationService.GetOrganization`.
pub(crate) fn find(name: &str) -> Result<&'static Operation, Error> {
    schema::find(name)
        .ok_or_else(|| Error::invalid_argument(format!("there is no operation {name:?}")))
}

/// Returns the full name of an operation's response message.
#[pyfunction]
pub(crate) fn response_type(py: Python<'_>, operation: &str) -> PyResult<&'static str> {
    find(operation)
        .map(|operation| operation.response)
        .or_raise(py)
}
