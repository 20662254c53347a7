#![doc = include_str!("../README.md")]

// Runs the snippets of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sessions-axum.md")]
mod guide {}

mod auth;
mod bearer;
mod context;
mod extract;
mod layers;

pub use auth::ScalekitAuth;
pub use bearer::{Bearer, BearerLayer, BearerService, metadata_routes};
pub use extract::{MaybeSignedIn, SignedIn};
pub use layers::{RequireLayer, SessionLayer, SessionService};
