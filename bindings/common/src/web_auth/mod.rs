//! Login and sessions of web applications, and bearer tokens of APIs. Options, requests and results
//! are JSON text.
//!
//! A language passes the request to [`Auth::try_handle`], and if that needs the network or the
//! store, to [`Auth::start`]. It then advances the [`Flow`] until it is done. In between, the flow
//! asks the language for values of its store.

mod bearer;
mod flow;
mod json;
mod options;
mod tools;

pub use flow::Flow;
pub use tools::tool;

use std::sync::Arc;

use scalekit::web_auth::{
    BearerAuth, LoginParameters, Outcome, Reason, Requirements, WebAuth, WebRequest,
};
use scalekit::{Client, Error};
use serde::Deserialize;

use crate::failure::BindingError;
use crate::process::PerProcess;
use flow::LanguageStore;
use json::{Action, Request};

/// Login and sessions of an application, or bearer tokens of an API.
pub struct Auth(Kind);

enum Kind {
    Web {
        auth: PerProcess<WebAuth>,
        /// `true` if the language has a store.
        has_store: bool,
    },
    Bearer(PerProcess<BearerAuth>),
}

/// The JSON of the options.
#[derive(Deserialize)]
#[serde(untagged)]
enum OptionsJson {
    Bearer { bearer: bearer::Options },
    Web(options::Options),
}

impl Auth {
    /// Reads the options: the fields of `options::Options`, or `{"bearer": …}` with the fields of
    /// `bearer::Options`.
    ///
    /// # Errors
    /// An option is unknown, missing or invalid.
    pub fn new(client: Client, options: &str) -> Result<Self, BindingError> {
        let options = serde_json::from_str(options);
        // The text of the error could contain a secret.
        let options =
            options.map_err(|_| Error::config("the options have unknown names or types"))?;
        Ok(Self(match options {
            OptionsJson::Web(options) => {
                let (options, has_store) = options.read()?;
                Kind::Web {
                    auth: PerProcess::new(WebAuth::new(client, options)?),
                    has_store,
                }
            }
            OptionsJson::Bearer { bearer: options } => {
                Kind::Bearer(PerProcess::new(options.create(client)?))
            }
        }))
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
        let (auth, has_store) = match &self.0 {
            Kind::Web { auth, has_store } => (auth, *has_store),
            Kind::Bearer(auth) => {
                let request = bearer::Request::read(request)?;
                return read(auth, client, BearerAuth::for_new_process, |auth| {
                    request.try_handle(auth)
                });
            }
        };
        if has_store {
            return Ok(None);
        }
        let request = Request::read(request)?;
        let outcome = read(
            auth,
            client,
            WebAuth::for_new_process,
            |auth| match &request.action {
                Action::Session => auth.try_session(&request.web()),
                Action::Peek => auth.try_peek_session(&request.web()),
                Action::RequireUnavailable => Some(unavailable(auth, &request.web())),
                Action::Require(required) => auth.try_require(&request.web(), required),
                _ => None,
            },
        )?;
        outcome.as_ref().map(json::outcome).transpose()
    }

    /// Starts to handle a request.
    ///
    /// # Errors
    /// The request is not valid.
    pub fn start(&self, client: &Client, request: &str) -> Result<Flow, BindingError> {
        let (auth, has_store) = match &self.0 {
            Kind::Web { auth, has_store } => (auth, *has_store),
            Kind::Bearer(auth) => {
                let request = bearer::Request::read(request)?;
                let auth = read(auth, client, BearerAuth::for_new_process, BearerAuth::clone)?;
                return Ok(Flow::new(request.handle(auth), None));
            }
        };
        let request = Request::read(request)?.into_owned();
        let auth = read(auth, client, WebAuth::for_new_process, WebAuth::clone)?;
        if !has_store {
            return Ok(Flow::new(handle(auth, request), None));
        }
        let (store, commands) = LanguageStore::new();
        let auth = auth.with_store(Arc::new(store));
        Ok(Flow::new(handle(auth, request), Some(commands)))
    }
}

/// Reads the value of this process.
fn read<T, R>(
    auth: &PerProcess<T>,
    client: &Client,
    for_new_process: fn(&T, Client) -> T,
    read: impl FnOnce(&T) -> R,
) -> Result<R, BindingError> {
    let create = |parents: Option<&T>| match parents {
        Some(auth) => Ok(for_new_process(auth, client.clone())),
        None => Err(BindingError::internal("the client is being destroyed")),
    };
    auth.read(create, read)
}

async fn handle(auth: WebAuth, request: Request<'static>) -> Result<String, BindingError> {
    let web = request.web();
    let outcome = match request.action {
        Action::Session => auth.session(&web).await,
        Action::Peek => auth.peek_session(&web).await,
        Action::RequireUnavailable => unavailable(&auth, &web),
        Action::Require(ref required) => auth.require(&web, required).await,
        Action::Login(ref parameters) => auth.login(&web, LoginParameters::clone(parameters)).await,
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

/// The response to a protected route, without another attempt to read the session.
fn unavailable(auth: &WebAuth, request: &WebRequest<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.reason = Some(Reason::Unavailable);
    auth.authorize(request, &Requirements::new(), outcome)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SECRET: &str = "a secret of at least thirty-two characters";

    fn client() -> Client {
        let client = Client::builder("https://acme.scalekit.com", "skc_1", "secret");
        client.build().unwrap()
    }

    fn options(store: bool) -> String {
        json!({
            "redirect_uri": "https://app.example.com/callback",
            "cookie_encryption_secret": SECRET,
            "store": store,
        })
        .to_string()
    }

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_request_without_a_session_needs_no_waiting() {
        let auth = Auth::new(client(), &options(false)).unwrap();
        let request = json!({
            "action": "require",
            "method": "GET",
            "target": "/orders",
            "headers": [["accept", "text/html"]],
        });
        let outcome = auth.try_handle(&client(), &request.to_string()).unwrap();
        let outcome = parsed(&outcome.unwrap());
        assert_eq!(outcome["reason"], "no_session");
        assert_eq!(outcome["response"]["status"], 302);
        let login = json!({ "action": "login", "method": "GET", "target": "/login" });
        assert!(
            auth.try_handle(&client(), &login.to_string())
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn an_unavailable_session_and_a_missing_one_need_no_waiting() {
        let auth = Auth::new(client(), &options(false)).unwrap();
        let handle = |request: Value| {
            let outcome = auth.try_handle(&client(), &request.to_string()).unwrap();
            parsed(&outcome.unwrap())
        };
        let request = json!({ "action": "require", "method": "GET", "unavailable": true });
        assert_eq!(handle(request)["response"]["status"], 503);
        assert_eq!(handle(json!({ "action": "peek" }))["reason"], "no_session");
    }

    #[tokio::test]
    async fn a_flow_asks_the_language_for_its_store() {
        let auth = Auth::new(client(), &options(true)).unwrap();
        let revoke = json!({ "action": "revoke", "session_id": "ses_1" }).to_string();
        let flow = auth.start(&client(), &revoke).unwrap();
        let command = parsed(&flow.advance(None).await.unwrap());
        assert_eq!(
            command,
            json!({
                "command": "set",
                "key": "scalekit:revoked:ses_1",
                "value": "1",
                "lifetime": 2_592_000,
            })
        );
        let answer = json!({ "set": true }).to_string();
        let done = flow.advance(Some(answer)).await.unwrap();
        assert_eq!(parsed(&done), json!({ "done": {} }));
        assert!(flow.advance(None).await.is_err(), "the request has ended");

        let flow = auth.start(&client(), &revoke).unwrap();
        flow.advance(None).await.unwrap();
        let answer = json!({ "error": "connection refused" }).to_string();
        let error = flow.advance(Some(answer)).await.unwrap_err().to_string();
        assert!(error.contains("connection refused"), "{error}");
    }

    #[test]
    fn wrong_options_and_requests_are_errors_without_secrets() {
        for options in [
            json!({ "redirect_uri": "https://app.example.com/callback" }),
            json!({ "redirect_uri": "", "cookie_encryption_secret": SECRET }),
            json!({ "redirect_uri": "https://a.example", "cookie_encryption_secret": SECRET, "x": 1 }),
            json!({ "redirect_uri": "https://a.example", "cookie_encryption_secret": "short" }),
        ] {
            let error = Auth::new(client(), &options.to_string()).err().unwrap();
            assert!(!error.to_string().contains(SECRET), "{error}");
        }
        let auth = Auth::new(client(), &options(false)).unwrap();
        for request in [
            "",
            "{}",
            "{\"action\":\"other\"}",
            "{\"action\":\"revoke\"}",
        ] {
            assert!(auth.try_handle(&client(), request).is_err(), "{request}");
        }
    }

    #[test]
    fn tools_encrypt_and_decrypt_cookies() {
        let run = |arguments: Value| parsed(&tool(&arguments.to_string()).unwrap());
        let content = json!({ "user": { "sub": "usr_1" } });
        let value = run(json!({
            "tool": "encrypt",
            "secrets": SECRET,
            "cookie_name": "sk_session",
            "content": content,
        }));
        let decrypt = |name: &str| {
            run(json!({
                "tool": "decrypt",
                "secrets": ["another secret of thirty-two characters", SECRET],
                "cookie_name": name,
                "value": value,
            }))
        };
        assert_eq!(decrypt("sk_session"), content);
        assert_eq!(decrypt("other"), Value::Null);
        let path = |path: &str| run(json!({ "tool": "return_path", "path": path }));
        assert_eq!((path("/a"), path("//a")), (json!("/a"), Value::Null));
    }
}
