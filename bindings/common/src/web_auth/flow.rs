//! A request in progress. The language answers its commands for the store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use scalekit::web_auth::{SessionStore, StoreError, StoreFuture};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::failure::BindingError;

/// A command for the store of the language.
#[derive(Debug, Serialize)]
pub(super) struct Command {
    command: &'static str,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    if_absent: bool,
}

/// The answer of the store of the language.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Answer {
    /// The value of `get`.
    value: Option<String>,
    /// The result of `set`.
    set: bool,
    /// The message of an exception of the store.
    error: Option<String>,
}

type Commands = mpsc::UnboundedReceiver<(Command, oneshot::Sender<Answer>)>;
type Work = Pin<Box<dyn Future<Output = Result<String, BindingError>> + Send>>;

/// The store of the language: its commands leave through a [`Flow`].
pub(super) struct LanguageStore(mpsc::UnboundedSender<(Command, oneshot::Sender<Answer>)>);

impl LanguageStore {
    pub(super) fn new() -> (Self, Commands) {
        let (sender, commands) = mpsc::unbounded_channel();
        (Self(sender), commands)
    }

    async fn ask(&self, command: Command) -> Result<Answer, StoreError> {
        let ended = || StoreError("the request has ended".to_owned());
        let (sender, answer) = oneshot::channel();
        self.0.send((command, sender)).map_err(|_| ended())?;
        let answer = answer.await.map_err(|_| ended())?;
        match answer.error {
            Some(error) => Err(StoreError(error)),
            None => Ok(answer),
        }
    }
}

impl SessionStore for LanguageStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<String>> {
        let command = Command::new("get", key);
        Box::pin(async { Ok(self.ask(command).await?.value) })
    }

    fn set<'a>(
        &'a self,
        key: &'a str,
        value: &'a str,
        lifetime: Duration,
        if_absent: bool,
    ) -> StoreFuture<'a, bool> {
        let command = Command {
            value: Some(value.to_owned()),
            lifetime: Some(lifetime.as_secs().max(1)),
            if_absent,
            ..Command::new("set", key)
        };
        Box::pin(async { Ok(self.ask(command).await?.set) })
    }

    fn delete<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        let command = Command::new("delete", key);
        Box::pin(async { self.ask(command).await.map(|_| ()) })
    }
}

impl Command {
    fn new(command: &'static str, key: &str) -> Self {
        Self {
            command,
            key: key.to_owned(),
            value: None,
            lifetime: None,
            if_absent: false,
        }
    }
}

/// A request in progress. Dropping it cancels the request.
pub struct Flow(Arc<Mutex<State>>);

struct State {
    /// `None` after the request has ended.
    work: Option<Work>,
    /// `None` without a store.
    commands: Option<Commands>,
    /// The command that waits for its answer.
    asked: Option<oneshot::Sender<Answer>>,
}

impl Flow {
    pub(super) fn new(
        work: impl Future<Output = Result<String, BindingError>> + Send + 'static,
        commands: Option<Commands>,
    ) -> Self {
        Self(Arc::new(Mutex::new(State {
            work: Some(Box::pin(work)),
            commands,
            asked: None,
        })))
    }

    /// Continues until the request is done: `{"done": outcome}`, or needs the store:
    /// `{"command": "get" | "set" | "delete", "key", "value", "lifetime", "if_absent"}`.
    ///
    /// `answer` answers the previous command: `{"value"}`, `{"set"}` or `{"error"}`.
    pub fn advance(
        &self,
        answer: Option<String>,
    ) -> impl Future<Output = Result<String, BindingError>> + Send + use<> {
        let state = Arc::clone(&self.0);
        async move { state.lock().await.advance(answer).await }
    }
}

impl State {
    async fn advance(&mut self, answer: Option<String>) -> Result<String, BindingError> {
        if let (Some(asked), Some(answer)) = (self.asked.take(), answer) {
            let answer = serde_json::from_str(&answer).map_err(BindingError::internal)?;
            // The request may have given up waiting.
            let _ = asked.send(answer);
        }
        let Some(work) = &mut self.work else {
            return Err(BindingError::internal("the request has ended"));
        };
        let Some(commands) = &mut self.commands else {
            let outcome = work.await?;
            self.work = None;
            return Ok(done(&outcome));
        };
        tokio::select! {
            biased;
            outcome = work => {
                self.work = None;
                Ok(done(&outcome?))
            }
            Some((command, asked)) = commands.recv() => {
                self.asked = Some(asked);
                Ok(json!(command).to_string())
            }
        }
    }
}

fn done(outcome: &str) -> String {
    format!("{{\"done\":{outcome}}}")
}
