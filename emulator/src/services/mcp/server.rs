//! Virtual MCP servers: the tools that a server offers to a user, and their execution.

use scalekit::Code;
use scalekit::api::raw::connected_accounts::ConnectorStatus;
use scalekit::api::raw::mcp::{McpConfig, McpConfigConnectionToolMapping};
use scalekit::api::raw::tools::{ExecuteToolRequest, Tool};
use serde_json::{Map, Value};

use super::instances::config_of;
use super::{accounts, connections, tools};
use crate::api_error::ApiError;
use crate::state::{Ctx, McpAccess, McpServer, Source, State};

/// The server that a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum McpUrl {
    /// The id of a configuration.
    Config(String),
    /// The id of an instance.
    Instance(String),
    /// The name of a connection.
    Connection(String),
}

/// Why a server cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum McpDenied {
    /// The configuration, the instance or the connection does not exist.
    NotFound,
    /// The token is for another server or another user.
    WrongToken,
}

/// A virtual MCP server, as one user sees it.
#[derive(Clone, Debug)]
pub(crate) struct VirtualServer {
    pub(crate) name: String,
    pub(crate) description: String,
    mappings: Vec<McpConfigConnectionToolMapping>,
    identifier: String,
    read_only: bool,
}

/// A tool that a server offers.
#[derive(Clone, Debug)]
pub(crate) struct OfferedTool {
    pub(crate) tool: Tool,
    /// The connection of the account to use. Tools of the emulator need none.
    connection_name: Option<String>,
}

/// A failed execution of a tool.
#[derive(Clone, Debug)]
pub(crate) struct ToolFailure {
    pub(crate) message: String,
    /// A link for the user, if the user must authorize the account.
    pub(crate) authorization_link: Option<String>,
}

impl VirtualServer {
    /// Returns the server of a URL for the user of a token.
    pub(crate) fn open(state: &State, url: &McpUrl, access: &McpAccess) -> Result<Self, McpDenied> {
        let server = |name: &str, description: &str, mappings: &[_]| Self {
            name: name.to_owned(),
            description: description.to_owned(),
            mappings: mappings.to_vec(),
            identifier: access.identifier.clone(),
            read_only: access.read_only,
        };
        let of_config = |config: &McpConfig, name: &str| {
            let McpConfig {
                description,
                connection_tool_mappings,
                ..
            } = config;
            match &access.server {
                McpServer::Config(id) if *id == config.id => {
                    Ok(server(name, description, connection_tool_mappings))
                }
                _ => Err(McpDenied::WrongToken),
            }
        };
        match url {
            McpUrl::Config(id) => {
                let config = state.mcp_configs.get(id).ok_or(McpDenied::NotFound)?;
                of_config(config, &config.name)
            }
            McpUrl::Instance(id) => {
                let instance = state.mcp_instances.get(id).ok_or(McpDenied::NotFound)?;
                let config = config_of(state, instance).ok_or(McpDenied::NotFound)?;
                if instance.user_identifier != access.identifier {
                    return Err(McpDenied::WrongToken);
                }
                of_config(config, &instance.name)
            }
            McpUrl::Connection(name) => {
                let connection =
                    accounts::connection(state, name).map_err(|_| McpDenied::NotFound)?;
                if access.server != McpServer::Connection(connection.id.clone()) {
                    return Err(McpDenied::WrongToken);
                }
                let mapping = McpConfigConnectionToolMapping {
                    connection_name: name.clone(),
                    provider: connections::service(connection),
                    ..McpConfigConnectionToolMapping::default()
                };
                Ok(server(name, "", &[mapping]))
            }
        }
    }

    /// Returns the tools of the server. If several connections have a tool, the first connection is
    /// used.
    pub(crate) fn tools(&self, state: &State) -> Vec<OfferedTool> {
        let all = tools::all(state);
        let mut offered: Vec<OfferedTool> = Vec::new();
        for mapping in &self.mappings {
            for tool in &all {
                let is_new = offered
                    .iter()
                    .all(|other| tools::name(&other.tool) != tools::name(tool));
                if is_new && offers(mapping, tool) && (!self.read_only || is_read_only(tool)) {
                    let connection = &mapping.connection_name;
                    offered.push(OfferedTool {
                        tool: tool.clone(),
                        connection_name: (!tools::is_own(tool)).then(|| connection.clone()),
                    });
                }
            }
        }
        offered
    }

    /// Runs a tool of the server. Returns `None` if the server does not offer it.
    pub(crate) fn call(
        &self,
        state: &mut State,
        ctx: &Ctx<'_>,
        name: &str,
        params: Map<String, Value>,
    ) -> Option<Result<Map<String, Value>, ToolFailure>> {
        let mut offered = self.tools(state).into_iter();
        let offered = offered.find(|offered| tools::name(&offered.tool) == name)?;
        let connection_name = offered.connection_name;
        let request = ExecuteToolRequest {
            tool_name: name.to_owned(),
            identifier: connection_name.is_some().then(|| self.identifier.clone()),
            connector: connection_name.clone(),
            params: Some(params),
            ..ExecuteToolRequest::default()
        };
        let result = tools::run_logged(state, ctx, request, Source::Mcp);
        Some(match result {
            Ok(response) => Ok(response.data.unwrap_or_default()),
            Err(error) => {
                let link = connection_name.and_then(|name| {
                    authorization_link(state, ctx, &error, &name, &self.identifier)
                });
                Err(ToolFailure {
                    message: error.message,
                    authorization_link: link,
                })
            }
        })
    }
}

/// Returns `true` if a mapping contains a tool. A mapping without names contains all tools of its
/// provider. The emulator's test tools must be named.
fn offers(mapping: &McpConfigConnectionToolMapping, tool: &Tool) -> bool {
    let names = &mapping.tools;
    let is_named = names.iter().any(|name| name == tools::name(tool));
    if tools::is_own(tool) {
        return is_named;
    }
    tool.provider.eq_ignore_ascii_case(&mapping.provider) && (names.is_empty() || is_named)
}

fn is_read_only(tool: &Tool) -> bool {
    tools::annotations(tool).is_some_and(|hints| {
        ["read_only_hint", "readOnlyHint"]
            .iter()
            .any(|name| hints.get(*name) == Some(&Value::Bool(true)))
    })
}

/// Returns a link if the error means that the user must authorize the account. Creates the account
/// if it is missing.
fn authorization_link(
    state: &mut State,
    ctx: &Ctx<'_>,
    error: &ApiError,
    connection_name: &str,
    identifier: &str,
) -> Option<String> {
    let reference = accounts::AccountRef {
        connector: Some(connection_name),
        identifier: Some(identifier),
        ..accounts::AccountRef::default()
    };
    let account = accounts::find(state, reference).ok().cloned();
    let row = match account {
        Some(row) => {
            let status = state.show_account(ctx, &row).status;
            if status == ConnectorStatus::Active && error.code != Code::Unauthenticated {
                return None;
            }
            row
        }
        None => {
            let owners = (None, None);
            accounts::add(state, ctx, connection_name, identifier, owners, |_| {}).ok()?
        }
    };
    Some(state.new_magic_link(ctx, &row.account.id, None, None).0)
}
