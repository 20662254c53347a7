//! A local Scalekit environment: the API with state, OAuth 2.0 / OpenID Connect and signed
//! webhooks.
//!
//! Run it with the binary `scalekit-emulator`. Tests can start any number of emulators, each on a
//! free port:
//!
//! ```
//! # async fn example() -> anyhow::Result<()> {
//! let emulator = scalekit_emulator::Emulator::builder().auto_approve(true).start().await?;
//! let client = emulator.client()?;
//! let roles = client.roles().list().await?;
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

mod admin;
mod api;
mod api_error;
mod app;
mod clock;
mod config;
mod dashboard;
mod endpoints;
mod hosts;
mod http;
mod interceptors;
mod keys;
mod links;
mod login;
mod mcp;
mod oauth;
mod pages;
mod proxy;
mod registry;
mod schema;
mod scim;
mod secrets;
mod server;
mod services;
mod state;
mod storage;
mod ticket;
mod tls;
mod traffic;
mod updates;
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

/// A running emulator. It stops when it is dropped.
pub struct Emulator {
    app: Arc<App>,
    ca: Option<String>,
    server: JoinHandle<()>,
}

impl Emulator {
    /// Returns a builder. By default, the emulator is empty and listens on a free port of
    /// 127.0.0.1.
    pub fn builder() -> Builder {
        Builder {
            config: Config::default(),
        }
    }

    /// Returns the environment URL.
    pub fn url(&self) -> &str {
        &self.app.url
    }

    /// Returns the id of the environment's client.
    pub fn client_id(&self) -> &str {
        &self.app.client.id
    }

    /// Returns the secret of the environment's client.
    pub fn client_secret(&self) -> &str {
        &self.app.client.secret
    }

    /// Returns the PEM certificate of the CA created by [`Builder::tls_new_ca`].
    pub fn ca_certificate(&self) -> Option<&str> {
        self.ca.as_deref()
    }

    /// Stops the emulator. Returns after the address and the data file are released.
    pub async fn stop(mut self) {
        self.server.abort();
        let _ = (&mut self.server).await;
    }

    /// Returns all rows as a seed. Events and issued tokens are not included.
    pub fn export(&self) -> Seed {
        Seed(self.app.read().export())
    }

    /// Adds rows. Rows with existing ids are replaced.
    ///
    /// # Errors
    /// Returns an error if the data file cannot be written.
    pub fn import(&self, seed: Seed) -> io::Result<()> {
        self.app.change(|state| state.seed(&self.app.ctx(), seed.0));
        match self.app.failure() {
            Some(failure) => Err(io::Error::other(failure)),
            None => Ok(()),
        }
    }

    /// Creates a client of this environment.
    ///
    /// # Errors
    /// Returns an error if the values of [`Builder::url`] or [`Builder::client`] are invalid for a
    /// client.
    pub fn client(&self) -> Result<scalekit::Client, scalekit::Error> {
        self.client_builder().build()
    }

    /// Returns a client builder for this environment, to set more options:
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

    /// Returns the environment variables for `from_env` of the clients.
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
        // Release the data file immediately, even if connections are still open.
        if let Some(file) = &self.app.data_file {
            file.close();
        }
    }
}

/// Configures and starts an [`Emulator`].
#[derive(Clone, Debug)]
pub struct Builder {
    config: Config,
}

impl Builder {
    /// Sets the address to listen on. Default: 127.0.0.1. With an address other than loopback,
    /// other machines can connect.
    #[must_use]
    pub fn host(mut self, host: IpAddr) -> Self {
        self.config.host = host;
        self
    }

    /// Sets the port to listen on. Default: 0, which selects a free port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.config.port = port;
        self
    }

    /// Serves HTTPS with a PEM certificate chain and its PEM private key. The certificate must be
    /// valid for the host of the URL. Default: plain HTTP.
    #[must_use]
    pub fn tls(mut self, certificates: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        self.config.tls = Some(Tls::Given {
            certificates: certificates.into(),
            key: key.into(),
        });
        self
    }

    /// Serves HTTPS with a certificate issued by a new CA. [`Emulator::ca_certificate`] returns the
    /// CA, and [`Emulator::client`] trusts it. The certificate is valid for one year, and for the
    /// address, the host of the URL, `localhost`, `127.0.0.1` and `::1`.
    #[must_use]
    pub fn tls_new_ca(mut self) -> Self {
        self.config.tls = Some(Tls::NewCa);
        self
    }

    /// Sets the URL that clients use. Default: `http://host:port`, or `https://host:port` with TLS.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// Allows a host name or IP address for the admin API and the dashboard, such as the name of a
    /// container. They reject requests for other hosts. Loopback hosts and the host of
    /// [`Self::url`] are always allowed.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.config.allowed_hosts.push(host.into());
        self
    }

    /// Sets the id and secret of the environment's client. Default: [`CLIENT_ID`] and
    /// [`CLIENT_SECRET`], or a random secret if the address is not a loopback address.
    #[must_use]
    pub fn client(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client_id(id).client_secret(secret)
    }

    /// Sets the secret of the environment's client. See [`Self::client`].
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.config.client_secret = Some(secret.into());
        self
    }

    /// Sets the id of the environment's client. See [`Self::client`].
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.config.client_id = Some(id.into());
        self
    }

    /// Approves logins without showing the login page. Default: off.
    #[must_use]
    pub fn auto_approve(mut self, on: bool) -> Self {
        self.config.auto_approve = on;
        self
    }

    /// Skips validation and ignores unknown fields. Default: off.
    #[must_use]
    pub fn lenient(mut self, on: bool) -> Self {
        self.config.lenient = on;
        self
    }

    /// Adds an allowed redirect URI. Without any, all redirect URIs are allowed.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.redirect_uris.push(uri.into());
        self
    }

    /// Adds a webhook URL that receives all events.
    #[must_use]
    pub fn webhook(mut self, url: impl Into<String>) -> Self {
        self.config.webhooks.push(url.into());
        self
    }

    /// Stores the state in a file. The file is created if it does not exist, and restored at the
    /// next start. Seeds are applied only to a new file and by a reset.
    #[must_use]
    pub fn data(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.data_file = Some(file.into());
        self
    }

    /// Adds initial rows.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.config.seeds.push(seed);
        self
    }

    /// Starts the emulator in the background of the current Tokio runtime.
    ///
    /// # Errors
    /// Returns an error if a setting is invalid, the TLS certificate or key is invalid, the address
    /// is not available, or the data file cannot be opened.
    pub async fn start(self) -> io::Result<Emulator> {
        self.config
            .check()
            .map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
        let identity = self.config.identity()?;
        let address = SocketAddr::new(self.config.host, self.config.port);
        let listener = TcpListener::bind(address).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
        })?;
        let address = listener.local_addr()?;
        let new_secret = match self.config.host.is_loopback() {
            true => CLIENT_SECRET.to_owned(),
            false => secrets::random_token("test"),
        };
        // `0.0.0.0` and `::` are not connectable; advertise the loopback address instead.
        let advertised = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let scheme = if identity.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", SocketAddr::new(advertised, address.port()));
        let app = App::new(self.config, url, &new_secret)
            .map_err(|error| io::Error::other(format!("{error:#}")))?;
        // Compile the validation rules in the background, so that the first request is not delayed.
        tokio::task::spawn_blocking(api::warm_up);
        let (acceptor, ca) = identity.map_or((None, None), |Identity { acceptor, ca }| {
            (Some(acceptor), ca)
        });
        let server = tokio::spawn(server::serve(listener, acceptor, Arc::clone(&app)));
        Ok(Emulator { app, ca, server })
    }
}
