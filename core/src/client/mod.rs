//! The client.

mod builder;
mod call;
pub(crate) mod decode;
mod login;
mod operations;
mod options;
mod pages;
mod pending;
pub mod proxy;
mod rpc;
mod tokens;
pub(crate) mod typed;
#[cfg(feature = "session")]
pub mod web_auth;
mod webhooks;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use builder::ClientBuilder;
pub use call::{Call, CallFuture};
pub use options::CallOptions;
pub use pages::{Page, Pages};
pub use rpc::Rpc;

use crate::config::Config;
use crate::credentials::{Credentials, ServiceToken};
use crate::error::Error;
use crate::http::Pipeline;
use crate::secret::Secret;
use crate::token::{KeyCache, Snapshot};
use crate::webhook::SecretCache;

/// A client of one Scalekit environment.
///
/// Cheap to clone: clones share connections, access token and signing keys, so create one client
/// per program. Constructing a client opens no connection. The first call connects and fetches the
/// client's access token.
///
/// ```
/// # async fn example() -> Result<(), scalekit::Error> {
/// let client = scalekit::Client::builder("https://acme.scalekit.com", "skc_123", "secret").build()?;
/// let organization = client
///     .call("OrganizationService.CreateOrganization", serde_json::json!({"organization": {"display_name": "Acme"}}))
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    pipeline: Arc<Pipeline>,
    credentials: Arc<Credentials>,
    keys: Arc<KeyCache>,
    secrets: SecretCache,
}

impl Client {
    /// Returns a builder for a client with the credentials of an environment's machine client.
    pub fn builder(
        env_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> ClientBuilder {
        ClientBuilder::new(
            env_url.into(),
            client_id.into(),
            Some(Secret::from(client_secret.into())),
        )
    }

    /// Returns a builder for a public client, which has no secret: it logs users in with PKCE and
    /// validates tokens, but cannot call operations.
    ///
    /// ```
    /// let client = scalekit::Client::public("https://acme.scalekit.com", "skc_123").build()?;
    /// # Ok::<(), scalekit::Error>(())
    /// ```
    pub fn public(env_url: impl Into<String>, client_id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(env_url.into(), client_id.into(), None)
    }

    /// Creates a client from the environment variables `SCALEKIT_ENVIRONMENT_URL` (or
    /// `SCALEKIT_ENV_URL`), `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`.
    /// [`ClientBuilder::from_env`] allows further options.
    ///
    /// # Errors
    /// A variable is missing, empty or invalid; the message contains its name.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    pub(crate) fn from_config(config: Config) -> Self {
        Self::assemble(Pipeline::new(config), None, None)
    }

    fn assemble(
        pipeline: Pipeline,
        token: Option<Arc<ServiceToken>>,
        keys: Option<Arc<Snapshot>>,
    ) -> Self {
        let pipeline = Arc::new(pipeline);
        Self {
            inner: Arc::new(Inner {
                credentials: Arc::new(Credentials::new(Arc::clone(&pipeline), token)),
                keys: Arc::new(KeyCache::new(Arc::clone(&pipeline), keys)),
                secrets: SecretCache::default(),
                pipeline,
            }),
        }
    }

    /// Returns a client for a forked process, for language bindings: it has the same options, token
    /// and signing keys, but new connections and locks.
    ///
    /// A forked process must not use its parent's client. The connections belong to the parent, and
    /// locks may be held by threads that do not exist in the child.
    #[doc(hidden)]
    #[must_use]
    pub fn for_new_process(&self) -> Self {
        let inner = &self.inner;
        Self::assemble(
            inner.pipeline.renewed(),
            inner.credentials.current(),
            inner.keys.snapshot(),
        )
    }

    /// The environment URL without a trailing slash.
    pub fn env_url(&self) -> &str {
        self.config().env_url.as_str()
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.config().client_id
    }

    /// The `user-agent` header of requests.
    pub fn user_agent(&self) -> &str {
        self.config().user_agent.to_str().unwrap_or_default()
    }

    /// The `x-sdk-version` header of requests.
    pub fn sdk_version(&self) -> &str {
        self.config().sdk_version.to_str().unwrap_or_default()
    }

    /// Closes all connections. Active calls continue; later calls fail with
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled). Functions without network access
    /// continue to work, such as token validation with cached keys. Closing a closed client has no
    /// effect.
    pub fn close(&self) {
        self.inner.pipeline.close();
    }

    pub(crate) fn config(&self) -> &Config {
        self.inner.pipeline.config()
    }

    fn pipeline(&self) -> &Pipeline {
        &self.inner.pipeline
    }

    fn credentials(&self) -> &Arc<Credentials> {
        &self.inner.credentials
    }

    pub(crate) fn keys(&self) -> &Arc<KeyCache> {
        &self.inner.keys
    }

    fn secrets(&self) -> &SecretCache {
        &self.inner.secrets
    }
}

/// Clients are shared between threads.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Client>();
};

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("env_url", &self.env_url())
            .field("client_id", &self.client_id())
            .finish_non_exhaustive()
    }
}
