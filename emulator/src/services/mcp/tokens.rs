//! Tokens for MCP servers. Nobody but an MCP server would check them, so none is kept.

use scalekit::api::mcp::{CreateMcpSessionTokenRequest, CreateMcpSessionTokenResponse};

use super::accounts;
use crate::engine::ApiError;
use crate::secrets::random_token;
use crate::state::{Ctx, State};

/// How long a token lives when the request does not say, in seconds.
const LIFETIME: i64 = 3600;

pub(super) fn create(
    state: &State,
    ctx: &Ctx<'_>,
    request: CreateMcpSessionTokenRequest,
) -> Result<CreateMcpSessionTokenResponse, ApiError> {
    match (request.mcp_config_id.as_str(), request.key_id.as_str()) {
        ("", "") => {
            return Err(ApiError::invalid(
                "the request names neither mcp_config_id nor key_id",
            ));
        }
        (id, "") => {
            state.mcp_configs.require(id)?;
        }
        ("", key) => {
            accounts::connection(state, key)?;
        }
        _ => {
            return Err(ApiError::invalid(
                "the request names both mcp_config_id and key_id",
            ));
        }
    }
    let lifetime = request.expiry.map_or(LIFETIME, |expiry| expiry.as_secs());
    if lifetime <= 0 {
        return Err(ApiError::field(
            "expiry",
            "expiry.positive",
            "must be longer than nothing",
        ));
    }
    Ok(CreateMcpSessionTokenResponse {
        token: random_token("mcp"),
        expires_at: ctx.stamp_in(lifetime),
    })
}
