//! Tools and connected accounts for agents.
//!
//! An agent acts at third-party services with the connected accounts of your users.
//! [`Client::actions`] returns the methods for it:
//!
//! | task | methods |
//! |---|---|
//! | connect an account | [`get_or_create_account`](Actions::get_or_create_account), [`authorization_link`](Actions::authorization_link), [`verify_account_user`](Actions::verify_account_user) |
//! | read and change accounts | [`get_account`](Actions::get_account), [`get_account_with_credentials`](Actions::get_account_with_credentials), [`create_account`](Actions::create_account), [`update_account`](Actions::update_account), [`delete_account`](Actions::delete_account), [`list_accounts`](Actions::list_accounts) |
//! | give the tools of a user to a model | [`user_tools`](Actions::user_tools), [`AgentTool`], [`describe_failure`] |
//! | execute a tool | [`execute_tool`](Actions::execute_tool), [`list_tools`](Actions::list_tools) |
//! | change the inputs and outputs of tools | [`pre_modifier`](Actions::pre_modifier), [`post_modifier`](Actions::post_modifier) |
//! | call the API of a third-party service | [`proxy`](Actions::proxy) |
//! | serve tools to MCP clients | [`mcp`](Actions::mcp), [`mcp_session_token`](Actions::mcp_session_token) |
//! | manage connections and providers | [`list_connections`](Actions::list_connections), [`providers`](Actions::providers) |
//!
//! ```
//! # use scalekit::actions::AgentTool;
//! # struct Step { tool: usize, input: serde_json::Value }
//! # fn model(_: &[AgentTool], _: &[String]) -> Option<Step> { None }
//! # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
//! let tools = client.actions().user_tools("ada").await?;
//! let mut messages = vec!["Send the report to Grace".to_owned()];
//! while let Some(step) = model(&tools, &messages) {
//!     let tool = &tools[step.tool];
//!     messages.push(match tool.call(step.input).await {
//!         Ok(output) => serde_json::Value::from(output).to_string(),
//!         Err(error) => tool.describe_failure(&error).await,
//!     });
//! }
//! # Ok(())
//! # }
//! ```

mod account;
mod accounts;
mod authorization;
mod definition;
mod mcp;
mod modifiers;
mod tool_set;
mod tools;
mod write_account;

pub use account::Account;
pub use authorization::{AuthorizationLink, describe_failure};
pub use definition::ToolAnnotations;
pub use mcp::{AccessLevel, CreateSessionToken, McpSessionToken};
pub use tool_set::{AgentTool, UserTools};
pub use tools::ExecuteTool;
pub use write_account::WriteAccount;

use serde::Serialize;
use serde_json::{Map, Value};

use self::modifiers::{Modifiers, Stage};
use crate::Result;
use crate::api::connections::ConnectionsListAppConnections;
use crate::api::mcp::Mcp;
use crate::api::providers::Providers;
use crate::client::Client;
use crate::client::proxy::AccountProxy;
use crate::error::{Error, Message};

/// Tools and connected accounts for agents; see the [module](self).
///
/// Created by [`Client::actions`]. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Actions {
    client: Client,
    modifiers: Modifiers,
}

impl Client {
    /// Returns the methods of [`Actions`], without modifiers.
    pub fn actions(&self) -> Actions {
        Actions {
            client: self.clone(),
            modifiers: Modifiers::default(),
        }
    }
}

impl Actions {
    /// Adds a function that changes the inputs of tools, before they are sent.
    ///
    /// The modifiers of a tool are applied in the order in which they were added.
    ///
    /// ```
    /// # fn example(client: scalekit::Client) {
    /// let actions = client.actions().pre_modifier(["gmail_fetch_mails"], |input| {
    ///     input.insert("max_results".to_owned(), 5.into());
    /// });
    /// # }
    /// ```
    #[must_use = "the modifier is part of the returned value"]
    pub fn pre_modifier(
        mut self,
        tool_names: impl IntoIterator<Item = impl Into<String>>,
        change: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static,
    ) -> Self {
        self.modifiers.add(Stage::Before, tool_names, change);
        self
    }

    /// Adds a function that changes the outputs of tools.
    ///
    /// ```
    /// # fn example(client: scalekit::Client) {
    /// let actions = client.actions().post_modifier(["gmail_fetch_mails"], |output| {
    ///     output.remove("raw");
    /// });
    /// # }
    /// ```
    #[must_use = "the modifier is part of the returned value"]
    pub fn post_modifier(
        mut self,
        tool_names: impl IntoIterator<Item = impl Into<String>>,
        change: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static,
    ) -> Self {
        self.modifiers.add(Stage::After, tool_names, change);
        self
    }

    /// Returns the requests that are sent with the credentials of a connected account. The same as
    /// [`Client::proxy`].
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let gmail = client.actions().proxy("gmail", "ada");
    /// let response = gmail.get("/gmail/v1/users/me/messages").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn proxy(
        &self,
        connection_name: impl Into<String>,
        identifier: impl Into<String>,
    ) -> AccountProxy {
        self.client.proxy(connection_name, identifier)
    }

    /// Lists the connections to third-party services, page by page.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let connections = client.actions().list_connections().provider("GMAIL").all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_connections(&self) -> ConnectionsListAppConnections {
        self.client.connections().list_app_connections()
    }

    /// Returns the methods for MCP configurations and their instances. The same as
    /// [`Client::mcp`](crate::Client::mcp).
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use scalekit::api::mcp::{McpConfig, McpConfigConnectionToolMapping};
    ///
    /// let gmail = McpConfigConnectionToolMapping::new("gmail").tools(["gmail_fetch_mails"]);
    /// let config = McpConfig::new("mails").connection_tool_mappings([gmail]);
    /// let config = client.actions().mcp().create_config(config).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn mcp(&self) -> Mcp {
        self.client.mcp()
    }

    /// Returns the methods for providers: the third-party services, built in or custom. The same as
    /// [`Client::providers`](crate::Client::providers).
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// let providers = client.actions().providers().list().all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn providers(&self) -> Providers {
        self.client.providers()
    }
}

/// Encodes an argument as a JSON object. `null` means that it is not set. Errors contain no values.
fn json_object(name: &'static str, value: &impl Serialize) -> Result<Option<Map<String, Value>>> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => Ok(Some(fields)),
        Ok(Value::Null) => Ok(None),
        _ => Err(Error::invalid_argument(
            Message::about(name).text(" must be a JSON object"),
        )),
    }
}
