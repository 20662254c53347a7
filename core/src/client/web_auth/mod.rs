//! Login and sessions of a web application, and bearer tokens of an API, without a framework.
//!
//! [`WebAuth`] handles the requests of the routes for login, callback and logout, and returns the
//! session of every other request. An adapter of a framework passes in the request, sends the
//! response if there is one, and adds the cookies. [`BearerAuth`] protects APIs and MCP servers.
//!
//! ```no_run
//! use scalekit::session::KeyRing;
//! use scalekit::web_auth::{WebAuth, WebAuthOptions, WebRequest};
//!
//! # async fn example(client: scalekit::Client, cookie: &str) -> Result<(), scalekit::Error> {
//! let keys = KeyRing::new(["a secret of at least thirty-two characters"])?;
//! let options = WebAuthOptions::new("https://app.example.com/callback", keys);
//! let auth = WebAuth::new(client, options)?;
//!
//! let request = WebRequest::new("GET", "/orders").header("Cookie", cookie);
//! let outcome = auth.require(&request, &Default::default()).await;
//! for cookie in &outcome.cookies {
//!     println!("Set-Cookie: {cookie}");
//! }
//! match (outcome.response, outcome.session) {
//!     (Some(response), _) => println!("{} {:?}", response.status, response.headers),
//!     (None, session) => println!("signed in: {:?}", session.and_then(|s| s.user_id().map(String::from))),
//! }
//! # Ok(())
//! # }
//! ```

mod bearer;
mod callback;
mod login;
mod logout;
mod options;
mod protected_resource;
mod refresh;
mod request;
mod requirements;
mod response;
mod revocation;
mod sessions;
mod store;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

pub use bearer::{BearerAuth, Denied};
pub use login::LoginParameters;
pub use options::WebAuthOptions;
pub use protected_resource::ProtectedResource;
pub use request::WebRequest;
pub use requirements::Requirements;
pub use response::{Event, Outcome, Reason, WebResponse};
pub use store::{MemoryStore, SessionStore, StoreError, StoreFuture};

use super::Client;
use crate::error::Error;
use options::Settings;
use refresh::Refreshes;

/// Login and sessions of a web application.
///
/// Create one per application. Clones share their state: requests of one process that arrive
/// together refresh a session once. With a [`SessionStore`], so do all processes.
#[derive(Clone)]
pub struct WebAuth {
    client: Client,
    settings: Arc<Settings>,
    refreshes: Arc<Refreshes>,
    store: Option<Arc<dyn SessionStore>>,
}

impl WebAuth {
    /// Checks the options.
    ///
    /// # Errors
    /// The redirect URI is not a URL, a path is not a path, browsers do not accept the name or the
    /// attributes of a cookie, or `server_sessions` is set without a store.
    pub fn new(client: Client, options: WebAuthOptions) -> Result<Self, Error> {
        if options.server_sessions && options.store.is_none() {
            return Err(Error::config("server_sessions requires a store"));
        }
        let store = options.store.clone();
        Ok(Self {
            client,
            settings: Arc::new(Settings::new(options)?),
            refreshes: Arc::default(),
            store,
        })
    }

    /// The client that exchanges codes and refreshes sessions.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The options.
    pub fn options(&self) -> &WebAuthOptions {
        &self.settings.options
    }

    /// A clone that uses another store, for language bindings: each request of a language has a
    /// store that calls back into the language.
    #[doc(hidden)]
    #[must_use]
    pub fn with_store(&self, store: Arc<dyn SessionStore>) -> Self {
        Self {
            store: Some(store),
            ..self.clone()
        }
    }

    /// A new instance for a forked process, which must not use the locks of its parent.
    #[doc(hidden)]
    #[must_use]
    pub fn for_new_process(&self, client: Client) -> Self {
        Self {
            client,
            settings: Arc::clone(&self.settings),
            refreshes: Arc::default(),
            store: self.store.clone(),
        }
    }
}

impl fmt::Debug for WebAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebAuth")
            .field("options", &self.settings.options)
            .finish_non_exhaustive()
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
    })
}
