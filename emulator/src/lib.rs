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
mod dashboard;
mod data;
mod engine;
mod hosts;
mod http;
mod interceptors;
mod keys;
mod oauth;
mod pages;
mod pulse;
mod scim;
mod secrets;
mod server;
mod services;
mod state;
mod tls;
mod webhooks;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::{fmt, io};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use config::{CLIENT_ID, CLIENT_SECRET, Seed};

use app::App;
use config::Config;
use tls::{Identity, Tls};

/// A running emulator; it stops when this is dropped.
pub struct Emulator {
    app: Arc<App>,
    ca: Option<String>,
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
        &self.app.url
    }

    /// The id of the environment's client.
    pub fn client_id(&self) -> &str {
        &self.app.client.id
    }

    /// The secret of the environment's client.
    pub fn client_secret(&self) -> &str {
        &self.app.client.secret
    }

    /// The PEM certificate of the CA that [`Builder::tls_new_ca`] asked for.
    pub fn ca_certificate(&self) -> Option<&str> {
        self.ca.as_deref()
    }

    /// Stops, and returns once the address and the data file are free.
    pub async fn stop(mut self) {
        self.server.abort();
        let _ = (&mut self.server).await;
    }

    /// All rows as a seed, which makes the same environment again but for its events and the tokens it gave out.
    pub fn export(&self) -> Seed {
        Seed(self.app.read().export())
    }

    /// Adds rows; those whose ids exist are replaced.
    ///
    /// # Errors
    /// The data file cannot be written.
    pub fn import(&self, seed: Seed) -> io::Result<()> {
        self.app.change(|state| state.seed(&self.app.ctx(), seed.0));
        match self.app.failure() {
            Some(failure) => Err(io::Error::other(failure)),
            None => Ok(()),
        }
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
        let builder = scalekit::Client::builder(self.url(), self.client_id(), self.client_secret());
        match &self.ca {
            Some(ca) => builder.ca_certificate_pem(ca.as_bytes()),
            None => builder,
        }
    }

    /// The variables that `from_env` of the clients reads.
    pub fn environment(&self) -> [(&'static str, &str); 3] {
        [
            ("SCALEKIT_ENVIRONMENT_URL", self.url()),
            ("SCALEKIT_CLIENT_ID", self.client_id()),
            ("SCALEKIT_CLIENT_SECRET", self.client_secret()),
        ]
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Emulator");
        shown.field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
        // Another emulator may take the data file from now on, even while a connection still lingers here.
        if let Some(data) = &self.app.data {
            data.close();
        }
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

    /// Serves HTTPS with this PEM certificate and its chain, and its PEM private key. The certificate must be valid for
    /// the host of the URL. Default: plain HTTP.
    #[must_use]
    pub fn tls(mut self, certificates: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        self.config.tls = Some(Tls::Given {
            certificates: certificates.into(),
            key: key.into(),
        });
        self
    }

    /// Serves HTTPS with a certificate of a new CA, which [`Emulator::ca_certificate`] returns and
    /// [`Emulator::client`] trusts. The certificate is valid for a year and for the address, the host of the URL,
    /// `localhost`, `127.0.0.1` and `::1`.
    #[must_use]
    pub fn tls_new_ca(mut self) -> Self {
        self.config.tls = Some(Tls::NewCa);
        self
    }

    /// The URL under which clients reach the emulator, if it is not `http://host:port`, or `https://` with TLS.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// A name or an IP address under which others reach the emulator, such as the name of its container. The admin API
    /// and the dashboard refuse requests for other hosts than loopback names, the host of [`Self::url`], and these.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.config.allowed_hosts.push(host.into());
        self
    }

    /// The environment's client; [`CLIENT_ID`] and [`CLIENT_SECRET`] by default, with a random secret when others than
    /// this machine can reach the emulator.
    #[must_use]
    pub fn client(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client_id(id).client_secret(secret)
    }

    /// The secret of the environment's client, if only that is to be another one.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.config.client_secret = Some(secret.into());
        self
    }

    /// The id of the environment's client, if only that is to be another one.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.config.client_id = Some(id.into());
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

    /// The file that keeps the state: made if it is not there, and found again by the next start. Seeds are sown only
    /// when it is made, and by a reset.
    #[must_use]
    pub fn data(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.data = Some(file.into());
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
    /// A setting is no URL, the TLS certificate or key cannot be used, the address cannot be listened on, or the data
    /// file cannot be used.
    pub async fn start(self) -> io::Result<Emulator> {
        self.config
            .check()
            .map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
        let identity = self.config.identity()?;
        let address = SocketAddr::new(self.config.host, self.config.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))?;
        let address = listener.local_addr()?;
        let new_secret = match self.config.host.is_loopback() {
            true => CLIENT_SECRET.to_owned(),
            false => secrets::random_token("test"),
        };
        // What means every address is none that a client could call.
        let reached = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let scheme = if identity.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", SocketAddr::new(reached, address.port()));
        let app = App::new(self.config, url, &new_secret)
            .map_err(|error| io::Error::other(format!("{error:#}")))?;
        // What the first request would wait for is made while nobody waits.
        tokio::task::spawn_blocking(engine::warm_up);
        let (acceptor, ca) = identity.map_or((None, None), |Identity { acceptor, ca }| (Some(acceptor), ca));
        let server = tokio::spawn(server::serve(listener, acceptor, Arc::clone(&app)));
        Ok(Emulator { app, ca, server })
    }
}
