//! Requests to the API of a third-party service, with the credentials of a connected account.
//!
//! Scalekit forwards the request and adds the credentials of the account. The response is the
//! response of the third-party service, with any status.
//!
//! ```
//! # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
//! let response = client
//!     .proxy("gmail", "ada@acme.com")
//!     .get("/gmail/v1/users/me/messages")
//!     .query([("maxResults", "5")])
//!     .await?;
//! if response.status().is_success() {
//!     let messages: serde_json::Value = response.json().await?;
//!     println!("{}", messages["resultSizeEstimate"]);
//! }
//! # Ok(())
//! # }
//! ```

mod call;
mod request;

#[cfg(test)]
mod tests;

pub use call::ProxyResponse;
pub use request::{AccountProxy, ProxyRequest};
