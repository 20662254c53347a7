//! The pages of links that the API creates.

pub(crate) mod connected_accounts;
pub(crate) mod portal;
