//! `McpService`. The emulator manages configurations, instances and tokens, but has no MCP server.

mod configs;
mod instances;
mod readiness;
mod tokens;

use super::{Entry, accounts, connections, contains, reads, writes};

pub(super) static OPERATIONS: &[Entry] = &[
    ("McpService.CreateMcpConfig", writes!(configs::create)),
    ("McpService.CreateMcpSessionToken", reads!(tokens::create)),
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
