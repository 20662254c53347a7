//! `/_emulator/faults`: adds faults.

use super::AdminError;
use crate::app::App;
use crate::endpoints::Endpoint;
use crate::traffic::Fault;
use crate::{mcp, proxy, scim};

/// Adds a fault and returns it with its id.
pub(super) fn add(app: &App, fault: Fault) -> Result<Fault, AdminError> {
    if !is_known(&fault.operation) {
        let message = format!("unknown operation or endpoint {:?}", fault.operation);
        return Err(AdminError::bad(message));
    }
    app.faults.add(fault).map_err(AdminError::bad)
}

/// Returns `true` for the name of an operation or an endpoint, for a service followed by `.*`, and
/// for `*`.
fn is_known(name: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => start.is_empty() || start.ends_with('.'),
        None => {
            Endpoint::named(name).is_some()
                || [mcp::NAME, proxy::NAME, scim::NAME].contains(&name)
                || scalekit::schema::find(name).is_some()
        }
    }
}
