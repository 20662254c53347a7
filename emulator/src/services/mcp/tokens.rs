//! Session tokens for MCP servers.

use jiff::SignedDuration;
use scalekit::api::raw::mcp::{CreateMcpSessionTokenRequest, CreateMcpSessionTokenResponse};

use super::accounts;
use crate::api_error::ApiError;
use crate::secrets::random_token;
use crate::state::{Access, Ctx, McpAccess, McpServer, State};

/// The default lifetime of a token, in seconds.
const LIFETIME: i64 = 3600;

/// The shortest and the longest lifetime of a token, in seconds.
const LIMITS: std::ops::RangeInclusive<i64> = 60..=24 * 3600;

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateMcpSessionTokenRequest,
) -> Result<CreateMcpSessionTokenResponse, ApiError> {
    let server = match (request.mcp_config_id.as_str(), request.key_id.as_str()) {
        ("", "") => {
            return Err(ApiError::invalid("specify mcp_config_id or key_id"));
        }
        (id, "") => McpServer::Config(state.mcp_configs.require(id)?.id.clone()),
        ("", key) => McpServer::Connection(accounts::connection(state, key)?.id.clone()),
        _ => {
            return Err(ApiError::invalid(
                "specify mcp_config_id or key_id, not both",
            ));
        }
    };
    let lifetime = request.expiry.map_or(LIFETIME, |expiry| expiry.as_secs());
    if !LIMITS.contains(&lifetime) {
        return Err(ApiError::field(
            "expiry",
            "expiry.range",
            "must be from 60 s to 24 h",
        ));
    }
    let token = random_token("mcp");
    let access = Access::Mcp(McpAccess {
        server,
        identifier: request.identifier,
        read_only: request.access_level == "READ_ONLY",
    });
    let expires = ctx.now.checked_add(SignedDuration::from_secs(lifetime));
    let expires = expires.unwrap_or(ctx.now);
    state.grants.add_access(&token, access, expires);
    Ok(CreateMcpSessionTokenResponse {
        token,
        expires_at: ctx.stamp_in(lifetime),
    })
}
