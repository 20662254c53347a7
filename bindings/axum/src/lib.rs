#![doc = include_str!("../README.md")]

mod auth;
mod bearer;
mod context;
mod extract;
mod layers;

pub use auth::ScalekitAuth;
pub use bearer::{Bearer, BearerLayer, BearerService, metadata_routes};
pub use extract::{MaybeSignedIn, SignedIn};
pub use layers::{RequireLayer, SessionLayer, SessionService};
