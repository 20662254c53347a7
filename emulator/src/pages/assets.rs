//! Style sheet, script and icon of the pages.

use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use http::{Method, StatusCode};

use crate::http::{Request, Response};

/// Path prefix of the assets.
const ASSETS: &str = "/_emulator/assets/";

/// Returns the response to a request for an asset, or `None` for other requests.
pub(crate) fn handle(request: &Request) -> Option<Response> {
    // Browsers request this file automatically. It must not appear in the log as an unmatched
    // request.
    let name = match request.path.as_str() {
        "/favicon.ico" => "icon.svg",
        path => path.strip_prefix(ASSETS)?,
    };
    let (content_type, text) = match name {
        "style.css" => (
            "text/css; charset=utf-8",
            include_str!("../assets/style.css"),
        ),
        "live.js" => (
            "text/javascript; charset=utf-8",
            include_str!("../assets/live.js"),
        ),
        "icon.svg" => ("image/svg+xml", include_str!("../assets/icon.svg")),
        _ => return None,
    };
    (request.method == Method::GET).then(|| {
        Response::new(StatusCode::OK, content_type, text)
            .header(CACHE_CONTROL, "no-cache")
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
    })
}
