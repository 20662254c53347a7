//! The client: cheap to clone, everything behind one `Arc`.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::call::Transport;
use crate::config::{ClientBuilder, Config};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::secret::Secret;
use crate::token::KeyCache;
use crate::webhook::KeptVerifiers;

/// A client of one Scalekit environment.
///
/// Making one opens no connection: the first call does, and fetches the service token. Clones share connections, token
/// and signing keys, so make one for the whole program.
///
/// ```no_run
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
    config: Config,
    transport: Transport,
    credentials: Credentials,
    keys: KeyCache,
    verifiers: KeptVerifiers,
}

impl Client {
    /// A client of the environment at `env_url` with the credentials of one of its machine clients.
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

    /// A public client, without a secret: it signs users in with PKCE and validates tokens, but calls no operation.
    ///
    /// ```
    /// let client = scalekit::Client::public("https://acme.scalekit.com", "skc_123").build()?;
    /// # Ok::<(), scalekit::Error>(())
    /// ```
    pub fn public(env_url: impl Into<String>, client_id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(env_url.into(), client_id.into(), None)
    }

    /// A client with the settings of the process: `SCALEKIT_ENVIRONMENT_URL` (or `SCALEKIT_ENV_URL`),
    /// `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`. See [`ClientBuilder::from_env`] to set more.
    ///
    /// # Errors
    /// A variable is missing, empty or wrong; the message names it.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    pub(crate) fn from_config(config: Config) -> Self {
        let inner = Inner {
            config,
            transport: Transport::new(),
            credentials: Credentials::new(None),
            keys: KeyCache::new(None),
            verifiers: KeptVerifiers::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The same client for another process: settings, token and signing keys as here, connections and locks new.
    ///
    /// A child made by `fork` must not use its parent's client, whose connections belong to the parent and whose locks
    /// may be held by threads that no longer exist.
    #[must_use]
    pub fn for_new_process(&self) -> Self {
        let inner = Inner {
            config: self.inner.config.clone(),
            transport: self.inner.transport.renewed(),
            credentials: Credentials::new(self.inner.credentials.token()),
            keys: KeyCache::new(self.inner.keys.snapshot()),
            verifiers: KeptVerifiers::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The environment URL, without a trailing slash.
    pub fn env_url(&self) -> &str {
        self.inner.config.env_url.as_str()
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.inner.config.client_id
    }

    /// The `user-agent` that is sent.
    pub fn user_agent(&self) -> &str {
        self.inner.config.user_agent.to_str().unwrap_or_default()
    }

    /// The `x-sdk-version` that is sent.
    pub fn sdk_version(&self) -> &str {
        self.inner.config.sdk_version.to_str().unwrap_or_default()
    }

    /// Closes all connections. Calls under way go on; later ones fail with
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled). Validating tokens with keys at hand and everything else
    /// that needs no network still works. Closing twice is fine.
    pub fn close(&self) {
        self.inner.transport.close();
    }

    /// The URL of a path below the environment URL.
    pub(crate) fn url(&self, path: &str, query: Option<&str>) -> Url {
        self.inner.config.env_url.below(path, query)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.inner.config
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.inner.credentials
    }

    pub(crate) fn keys(&self) -> &KeyCache {
        &self.inner.keys
    }

    pub(crate) fn verifiers(&self) -> &KeptVerifiers {
        &self.inner.verifiers
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("env_url", &self.env_url())
            .field("client_id", &self.client_id())
            .finish_non_exhaustive()
    }
}
