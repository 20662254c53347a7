//! Login and sessions of web applications. Options, requests and results are JSON text.
//!
//! A language passes the request to [`Auth::try_handle`], and if that needs the network or the
//! store, to [`Auth::start`]. It then advances the [`Flow`] until it is done. In between, the flow
//! asks the language for values of its store.

mod flow;
mod json;
mod options;
mod tools;

pub use flow::Flow;
pub use tools::tool;

use std::sync::Arc;

use scalekit::Client;
use scalekit::web_auth::{Outcome, WebAuth};

use crate::failure::BindingError;
use crate::process::PerProcess;
use flow::LanguageStore;
use json::{Action, Request};

/// Login and sessions of one application.
pub struct Auth {
    auth: PerProcess<WebAuth>,
    /// `true` if the language has a store.
    has_store: bool,
}

impl Auth {
    /// Reads the options, a JSON object with the fields of [`Options`](options::Options).
    ///
    /// # Errors
    /// An option is unknown, missing or invalid.
    pub fn new(client: Client, options: &str) -> Result<Self, BindingError> {
        let (options, has_store) = options::read(options)?;
        Ok(Self {
            auth: PerProcess::new(WebAuth::new(client, options)?),
            has_store,
        })
    }

    /// Handles a request without waiting. `None` if it needs the network or the store.
    ///
    /// # Errors
    /// The request is not valid.
    pub fn try_handle(
        &self,
        client: &Client,
        request: &str,
    ) -> Result<Option<String>, BindingError> {
        let request = Request::read(request)?;
        if self.has_store {
            return Ok(None);
        }
        let outcome = self.read(client, |auth| match &request.action {
            Action::Session => auth.try_session(&request.web()),
            Action::Require(required) => auth.try_require(&request.web(), required),
            _ => None,
        })?;
        outcome.as_ref().map(json::outcome).transpose()
    }

    /// Starts to handle a request.
    ///
    /// # Errors
    /// The request is not valid.
    pub fn start(&self, client: &Client, request: &str) -> Result<Flow, BindingError> {
        let request = Request::read(request)?.into_owned();
        let auth = self.read(client, WebAuth::clone)?;
        if !self.has_store {
            return Ok(Flow::new(async move { handle(&auth, request).await }, None));
        }
        let (store, commands) = LanguageStore::new();
        let auth = auth.with_store(Arc::new(store));
        Ok(Flow::new(
            async move { handle(&auth, request).await },
            Some(commands),
        ))
    }

    fn read<R>(
        &self,
        client: &Client,
        read: impl FnOnce(&WebAuth) -> R,
    ) -> Result<R, BindingError> {
        let create = |parents: Option<&WebAuth>| match parents {
            Some(auth) => Ok(auth.for_new_process(client.clone())),
            None => Err(BindingError::internal("the client is being destroyed")),
        };
        self.auth.read(create, read)
    }
}

async fn handle(auth: &WebAuth, request: Request<'static>) -> Result<String, BindingError> {
    let web = request.web();
    let outcome = match request.action {
        Action::Session => auth.session(&web).await,
        Action::Require(ref required) => auth.require(&web, required).await,
        Action::Login(ref parameters) => auth.login(&web, parameters.clone()).await,
        Action::Callback => auth.callback(&web).await,
        Action::Logout => auth.logout(&web).await,
        Action::Revoke(ref id) => {
            auth.revoke(id).await?;
            Outcome::default()
        }
        Action::Event(ref event) => {
            let id = auth.handle_event(event).await?;
            return Ok(serde_json::json!({ "revoked": id }).to_string());
        }
    };
    json::outcome(&outcome)
}
