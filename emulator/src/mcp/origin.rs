//! The origin of a request. Servers must reject web pages of other origins, to prevent DNS
//! rebinding.

use http::StatusCode;
use http::header::ORIGIN;

use super::Rejected;
use crate::app::App;
use crate::http::Request;

/// Checks that a request does not come from a web page of another machine.
pub(super) fn check(app: &App, request: &Request) -> Result<(), Rejected> {
    match request.header(ORIGIN) {
        Some(origin) if !app.hosts.allows_origin(origin) => {
            let message = format!("the origin {origin} is not allowed");
            Err(Rejected::invalid(StatusCode::FORBIDDEN, message))
        }
        _ => Ok(()),
    }
}
