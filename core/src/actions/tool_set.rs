//! The tools of a user, independent of frameworks.

use std::collections::BTreeSet;
use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::definition::{ToolAnnotations, schema_of};
use super::{Account, Actions, AuthorizationLink, describe_failure};
use crate::Result;
use crate::api::tools::{ScopedTool, ScopedToolFilter};
use crate::client::{CallFuture, CallOptions};
use crate::error::{Error, Message};

/// The number of tools that one request fetches, if it is not set.
const TOOLS_PER_PAGE: u32 = 100;
/// The number of accounts that one request fetches.
const ACCOUNTS_PER_PAGE: u32 = 50;

impl Actions {
    /// Returns the tools that a user can call with their connected accounts, of all pages.
    ///
    /// - `identifier`: Your identifier of the user.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use serde_json::json;
    ///
    /// let tools = client.actions().user_tools("ada").connection_names(["gmail"]).await?;
    /// let definitions: Vec<_> = tools
    ///     .iter()
    ///     .map(|tool| json!({"name": tool.name(), "input_schema": tool.input_schema()}))
    ///     .collect();
    /// # Ok(())
    /// # }
    /// ```
    pub fn user_tools(&self, identifier: impl Into<String>) -> UserTools {
        UserTools {
            actions: self.clone(),
            identifier: identifier.into(),
            filter: ScopedToolFilter::new(),
            page_size: TOOLS_PER_PAGE,
            options: Ok(CallOptions::default()),
        }
    }
}

/// A call of [`Actions::user_tools`]. It is sent when it is awaited.
///
/// Without a filter, it first lists the connected accounts of the user: the service returns tools
/// only for given connections, providers or names. The options apply to each request.
#[must_use = "a call is sent when it is awaited"]
#[derive(Clone)]
pub struct UserTools {
    actions: Actions,
    identifier: String,
    filter: ScopedToolFilter,
    page_size: u32,
    /// The options, or the error of an argument, which is returned when the call is sent.
    options: Result<CallOptions>,
}

impl UserTools {
    /// Only tools of these third-party services, such as `GMAIL`.
    pub fn providers(mut self, providers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filter = self.filter.providers(providers);
        self
    }

    /// Only tools with these names.
    pub fn tool_names(mut self, tool_names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filter = self.filter.tool_names(tool_names);
        self
    }

    /// Only tools of these connections.
    pub fn connection_names(
        mut self,
        connection_names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.filter = self.filter.connection_names(connection_names);
        self
    }

    /// Sets the number of tools that one request fetches. Default: 100.
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = page_size;
        self
    }

    /// Sets the time limit of each request. See [`Call::timeout`](crate::Call::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.map(|options| options.with_timeout(timeout));
        self
    }

    /// Adds a header to each request. See [`Call::header`](crate::Call::header).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.options = self
            .options
            .and_then(|options| options.with_header(name, value));
        self
    }

    /// Replaces the options of the requests.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = self.options.map(|_| options);
        self
    }

    async fn fetch(mut self) -> Result<Vec<AgentTool>> {
        let invalid = |error: Error| error.with_operation("ToolService.ListScopedTools");
        let options = self.options.clone().map_err(invalid)?;
        if self.identifier.is_empty() {
            let message = Message::about("identifier").text(" must not be empty");
            return Err(invalid(Error::invalid_argument(message)));
        }
        if self.filter == ScopedToolFilter::new() {
            // The service requires a filter, and a query cannot contain an empty one.
            self.filter.connection_names = self.connection_names_of_accounts(&options).await?;
            if self.filter.connection_names.is_empty() {
                return Ok(Vec::new());
            }
        }
        let actions = self.actions;
        let tools = actions.client.tools();
        let mut found = tools
            .list_scoped(self.identifier, self.filter)
            .page_size(self.page_size)
            .options(options);
        let mut tools = Vec::new();
        while let Some(scoped) = found.try_next().await? {
            tools.push(AgentTool::new(&actions, scoped));
        }
        Ok(tools)
    }

    async fn connection_names_of_accounts(&self, options: &CallOptions) -> Result<Vec<String>> {
        let mut accounts = self
            .actions
            .list_accounts()
            .identifier(&self.identifier)
            .page_size(ACCOUNTS_PER_PAGE)
            .options(options.clone());
        let mut names = BTreeSet::new();
        while let Some(account) = accounts.try_next().await? {
            names.insert(account.connector);
        }
        Ok(names.into_iter().collect())
    }
}

impl IntoFuture for UserTools {
    type Output = Result<Vec<AgentTool>>;
    type IntoFuture = CallFuture<Vec<AgentTool>>;

    fn into_future(self) -> Self::IntoFuture {
        CallFuture::new(self.fetch())
    }
}

/// Leaves out the options, because values of headers may be secret.
impl fmt::Debug for UserTools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserTools")
            .field("identifier", &self.identifier)
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

/// A tool of one user.
#[derive(Clone)]
pub struct AgentTool {
    actions: Actions,
    name: String,
    description: String,
    input_schema: Map<String, Value>,
    annotations: ToolAnnotations,
    provider: String,
    connected_account_id: String,
}

impl AgentTool {
    fn new(actions: &Actions, scoped: ScopedTool) -> Self {
        let tool = scoped.tool.unwrap_or_default();
        let definition = tool.definition.unwrap_or_default();
        let text = |name| definition.get(name).and_then(Value::as_str);
        let text = |name| text(name).filter(|text| !text.is_empty());
        Self {
            actions: actions.clone(),
            name: text("name").map_or_else(
                || format!("{}_tool", tool.provider.to_lowercase()),
                str::to_owned,
            ),
            description: text("description").unwrap_or("Scalekit tool").to_owned(),
            input_schema: schema_of(&definition),
            annotations: ToolAnnotations::of(&definition),
            provider: tool.provider,
            connected_account_id: scoped.connected_account_id,
        }
    }

    /// The name, such as `gmail_fetch_mails`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The description for the model.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The JSON schema of the input. Its type is `object`.
    pub fn input_schema(&self) -> &Map<String, Value> {
        &self.input_schema
    }

    /// Hints about the tool.
    pub fn annotations(&self) -> &ToolAnnotations {
        &self.annotations
    }

    /// The third-party service, such as `GMAIL`.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The id of the connected account that the tool uses.
    pub fn connected_account_id(&self) -> &str {
        &self.connected_account_id
    }

    /// Executes the tool with the modifiers of its [`Actions`], and returns its output.
    ///
    /// To set options of the call, use [`Actions::execute_tool`].
    ///
    /// ```
    /// # async fn example(tool: scalekit::actions::AgentTool) -> scalekit::Result<()> {
    /// use serde_json::json;
    ///
    /// let output = tool.call(json!({"query": "is:unread"})).await?;
    /// println!("{:?}", output.get("mails"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The tool failed ([`Error::is_tool`]), the service rejected the call, or `input` is not a
    /// JSON object.
    pub fn call(&self, input: impl Serialize) -> CallFuture<Map<String, Value>> {
        let call = self.actions.execute_tool(&self.name, self.account());
        let call = call.input(input);
        CallFuture::new(async move { Ok(call.await?.data.unwrap_or_default()) })
    }

    /// Creates a link with which the user authorizes the connected account of the tool.
    pub fn authorization_link(&self) -> AuthorizationLink {
        self.actions.authorization_link(self.account())
    }

    /// Returns a text about the failure of the tool, for the model. If the user must authorize the
    /// account again, the text contains a fresh link. See [`describe_failure`].
    pub async fn describe_failure(&self, error: &Error) -> String {
        describe_failure(error, self.authorization_link()).await
    }

    fn account(&self) -> Account {
        Account::with_id(&self.connected_account_id)
    }
}

impl fmt::Debug for AgentTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentTool")
            .field("name", &self.name)
            .field("provider", &self.provider)
            .field("connected_account_id", &self.connected_account_id)
            .finish_non_exhaustive()
    }
}
