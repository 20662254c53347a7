//! `McpService`, and the virtual MCP servers of its configurations and connections.

mod configs;
mod instances;
mod readiness;
mod server;
mod tokens;

use super::{Entry, accounts, connections, contains, reads, tools, writes};
pub(crate) use server::{McpDenied, McpUrl, ToolFailure, VirtualServer};

pub(super) static OPERATIONS: &[Entry] = &[
    ("McpService.CreateMcpConfig", writes!(configs::create)),
    ("McpService.CreateMcpSessionToken", writes!(tokens::create)),
    ("McpService.DeleteMcpConfig", writes!(configs::delete)),
    ("McpService.DeleteMcpInstance", writes!(instances::delete)),
    ("McpService.EnsureMcpInstance", writes!(instances::ensure)),
    ("McpService.GetMcpConfig", reads!(configs::get)),
    ("McpService.GetMcpInstance", reads!(instances::get)),
    (
        "McpService.GetMcpInstanceAuthState",
        writes!(readiness::of_instance),
    ),
    ("McpService.ListMcpConfigs", reads!(configs::list)),
    (
        "McpService.ListMcpConnectedAccounts",
        writes!(readiness::of_config),
    ),
    ("McpService.ListMcpInstances", reads!(instances::list)),
    ("McpService.UpdateMcpConfig", writes!(configs::update)),
    ("McpService.UpdateMcpInstance", writes!(instances::update)),
];
