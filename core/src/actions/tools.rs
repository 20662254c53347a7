//! Execution of tools.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::modifiers::{Modifiers, Stage};
use super::{Account, Actions, json_object};
use crate::Result;
use crate::api::tools::{ExecuteToolResponse, ToolsList};
use crate::client::decode::Decoder;
use crate::client::{Call, CallFuture, CallOptions};
use crate::error::{Error, Message};
use crate::schema;

impl Actions {
    /// Executes a tool with a connected account. Applies the modifiers of the tool.
    ///
    /// The account is one with an id or both names, or [`Account::of_owner`]. The default timeout
    /// is [`tool_timeout`](crate::ClientBuilder::tool_timeout) of the client. The call is never
    /// retried, because the tool may have acted.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use serde_json::json;
    ///
    /// let response = client
    ///     .actions()
    ///     .execute_tool("gmail_fetch_mails", ("gmail", "ada"))
    ///     .input(json!({"query": "is:unread"}))
    ///     .await?;
    /// println!("{:?}", response.data);
    /// # Ok(())
    /// # }
    /// ```
    pub fn execute_tool(
        &self,
        tool_name: impl Into<String>,
        account: impl Into<Account>,
    ) -> ExecuteTool {
        let tool_name = tool_name.into();
        let mut call = Call::new(
            &self.client,
            const { schema::named("ToolService.ExecuteTool") },
            Decoder::whole(),
        );
        if tool_name.is_empty() {
            let message = Message::about("tool_name").text(" must not be empty");
            call.request().fail(Error::invalid_argument(message));
        }
        call.request().text("tool_name", &tool_name);
        account.into().name_for_tool(&mut call);
        ExecuteTool {
            call,
            tool_name,
            input: Ok(Map::new()),
            modifiers: self.modifiers.clone(),
        }
    }

    /// Lists the tools of the environment that match the filter, page by page. The same as
    /// [`list`](crate::api::tools::Tools::list) of [`Client::tools`](crate::Client::tools).
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use scalekit::api::tools::Filter;
    ///
    /// let filter = Filter::new().provider("GMAIL");
    /// let tools = client.actions().list_tools().filter(filter).all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_tools(&self) -> ToolsList {
        self.client.tools().list()
    }
}

/// A call of [`Actions::execute_tool`]. It is sent when it is awaited.
#[must_use = "a call is sent when it is awaited"]
#[derive(Clone)]
pub struct ExecuteTool {
    call: Call<ExecuteToolResponse>,
    tool_name: String,
    input: Result<Map<String, Value>>,
    modifiers: Modifiers,
}

impl ExecuteTool {
    /// Sets the input of the tool: a JSON object that matches its definition. Default: empty.
    pub fn input(mut self, input: impl Serialize) -> Self {
        self.input = json_object("input", &input).map(Option::unwrap_or_default);
        self
    }

    /// Sets an id chosen by you that groups the executions of one agent run, at most 255
    /// characters.
    pub fn agent_run_id(mut self, agent_run_id: impl Into<String>) -> Self {
        self.call.request().text("agent_run_id", agent_run_id);
        self
    }

    /// Sets the time limit of this call. See [`Call::timeout`](crate::Call::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.call = self.call.timeout(timeout);
        self
    }

    /// Adds a header to the request. See [`Call::header`](crate::Call::header).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.call = self.call.header(name, value);
        self
    }

    /// Replaces all options of this call.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.call = self.call.options(options);
        self
    }

    async fn send(mut self) -> Result<ExecuteToolResponse> {
        match self.input {
            Ok(mut input) => {
                self.modifiers
                    .apply(Stage::Before, &self.tool_name, &mut input);
                if !input.is_empty() {
                    self.call.request().set("params", input);
                }
            }
            Err(error) => self.call.request().fail(error),
        }
        let mut response = self.call.await?;
        if self.modifiers.any(Stage::After, &self.tool_name) {
            let output = response.data.get_or_insert_default();
            self.modifiers.apply(Stage::After, &self.tool_name, output);
        }
        Ok(response)
    }
}

impl IntoFuture for ExecuteTool {
    type Output = Result<ExecuteToolResponse>;
    type IntoFuture = CallFuture<ExecuteToolResponse>;

    fn into_future(self) -> Self::IntoFuture {
        CallFuture::new(self.send())
    }
}

/// Shows the names of the fields without their values.
impl fmt::Debug for ExecuteTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecuteTool")
            .field("tool_name", &self.tool_name)
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
