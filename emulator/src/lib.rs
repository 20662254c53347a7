//! A local Scalekit environment: the API with state, OAuth 2.0 / OpenID Connect and signed webhooks.
//!
//! The binary `scalekit-emulator` runs one by hand; tests start their own, as many as they like, each on a free port:
//!
//! ```
//! # async fn example() -> anyhow::Result<()> {
//! let emulator = scalekit_emulator::Emulator::builder().auto_approve(true).start().await?;
//! let client = emulator.client()?;
//! let roles = client.roles().list_roles(Default::default()).await?;
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

mod admin;
mod app;
mod clock;
mod config;
mod engine;
mod http;
mod interceptors;
mod keys;
mod oauth;
mod scim;
mod secrets;
mod server;
mod services;
mod state;
mod webhooks;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use config::{CLIENT_ID, CLIENT_SECRET, Seed};

use app::App;
use config::Config;

/// A running emulator; it stops when this is dropped.
#[derive(Debug)]
pub struct Emulator {
    url: String,
    client_id: String,
    client_secret: String,
    server: JoinHandle<()>,
}

impl Emulator {
    /// An emulator on a free port of 127.0.0.1 with nothing in it, unless the builder is told more.
    pub fn builder() -> Builder {
        Builder {
            config: Config::default(),
        }
    }

    /// The environment URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The id of the environment's client.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The secret of the environment's client.
    pub fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// A client of this environment.
    ///
    /// # Errors
    /// [`Builder::url`] or [`Builder::client`] set something that a client refuses.
    pub fn client(&self) -> Result<scalekit::Client, scalekit::Error> {
        self.client_builder().build()
    }

    /// The same, for a client with options of its own:
    ///
    /// ```
    /// # async fn example() -> anyhow::Result<()> {
    /// let emulator = scalekit_emulator::Emulator::builder().start().await?;
    /// let client = emulator.client_builder().max_attempts(1).build()?;
    /// # assert_eq!(client.env_url(), emulator.url());
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
    /// ```
    pub fn client_builder(&self) -> scalekit::ClientBuilder {
        scalekit::Client::builder(&self.url, &self.client_id, &self.client_secret)
    }

    /// The variables that `from_env` of the clients reads.
    pub fn environment(&self) -> [(&'static str, &str); 3] {
        [
            ("SCALEKIT_ENVIRONMENT_URL", &self.url),
            ("SCALEKIT_CLIENT_ID", &self.client_id),
            ("SCALEKIT_CLIENT_SECRET", &self.client_secret),
        ]
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Settings of an emulator that is not started yet.
#[derive(Clone, Debug)]
pub struct Builder {
    config: Config,
}

impl Builder {
    /// The address to listen on; 127.0.0.1 by default. Anything but a loopback address lets others in.
    #[must_use]
    pub fn host(mut self, host: IpAddr) -> Self {
        self.config.host = host;
        self
    }

    /// The port to listen on; 0, the default, is any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.config.port = port;
        self
    }

    /// The URL under which clients reach the emulator, if it is not `http://host:port`.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// The environment's client; [`CLIENT_ID`] and [`CLIENT_SECRET`] by default, with a random secret when others than
    /// this machine can reach the emulator.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.config.client_secret = Some(secret.into());
        self.client_id(id)
    }

    /// The id of the environment's client, if only that is to be another one.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.config.client_id = id.into();
        self
    }

    /// Whether logins succeed without the login page; off by default.
    #[must_use]
    pub fn auto_approve(mut self, on: bool) -> Self {
        self.config.auto_approve = on;
        self
    }

    /// Whether constraints go unchecked and unknown fields pass; off by default.
    #[must_use]
    pub fn lenient(mut self, on: bool) -> Self {
        self.config.lenient = on;
        self
    }

    /// A URL that logins may lead back to; without any, every URL.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.redirect_uris.push(uri.into());
        self
    }

    /// A URL that every event is posted to.
    #[must_use]
    pub fn webhook(mut self, url: impl Into<String>) -> Self {
        self.config.webhooks.push(url.into());
        self
    }

    /// Rows to start with.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.config.seeds.push(seed);
        self
    }

    /// Listens and serves in the background of the current tokio runtime.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(mut self) -> std::io::Result<Emulator> {
        let listener = TcpListener::bind(SocketAddr::new(self.config.host, self.config.port)).await?;
        let address = listener.local_addr()?;
        let url = self
            .config
            .url
            .clone()
            .unwrap_or_else(|| format!("http://{address}"));
        let loopback = self.config.host.is_loopback();
        let client_id = self.config.client_id.clone();
        let client_secret = self
            .config
            .client_secret
            .get_or_insert_with(|| match loopback {
                true => CLIENT_SECRET.to_owned(),
                false => secrets::random_token("test"),
            })
            .clone();
        let app = App::new(self.config, url.clone());
        // What the first request would wait for is made while nobody waits.
        tokio::task::spawn_blocking(engine::warm_up);
        let server = tokio::spawn(server::serve(listener, Arc::clone(&app)));
        Ok(Emulator {
            url,
            client_id,
            client_secret,
            server,
        })
    }
}
