//! `McpService`. The emulator manages configurations, instances and tokens, but has no MCP server.

mod configs;
mod instances;
mod readiness;
mod tokens;

use super::{Entry, accounts, connections, contains, read, write};

pub(super) static OPERATIONS: &[Entry] = &[
    ("McpService.CreateMcpConfig", write!(configs::create)),
    ("McpService.CreateMcpSessionToken", read!(tokens::create)),
    ("McpService.DeleteMcpConfig", write!(configs::delete)),
    ("McpService.DeleteMcpInstance", write!(instances::delete)),
    ("McpService.EnsureMcpInstance", write!(instances::ensure)),
    ("McpService.GetMcpConfig", read!(configs::get)),
    ("McpService.GetMcpInstance", read!(instances::get)),
    (
        "McpService.GetMcpInstanceAuthState",
        write!(readiness::of_instance),
    ),
    ("McpService.ListMcpConfigs", read!(configs::list)),
    (
        "McpService.ListMcpConnectedAccounts",
        write!(readiness::of_config),
    ),
    ("McpService.ListMcpInstances", read!(instances::list)),
    ("McpService.UpdateMcpConfig", write!(configs::update)),
    ("McpService.UpdateMcpInstance", write!(instances::update)),
];
