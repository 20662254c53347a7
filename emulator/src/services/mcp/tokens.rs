//! Session tokens for MCP servers. They are not stored because only MCP servers check them.

use scalekit::api::raw::mcp::{CreateMcpSessionTokenRequest, CreateMcpSessionTokenResponse};

use super::accounts;
use crate::api_error::ApiError;
use crate::secrets::random_token;
use crate::state::{Ctx, State};

/// The default lifetime of a token, in seconds.
const LIFETIME: i64 = 3600;

pub(super) fn create(
    state: &State,
    ctx: &Ctx<'_>,
    request: CreateMcpSessionTokenRequest,
) -> Result<CreateMcpSessionTokenResponse, ApiError> {
    match (request.mcp_config_id.as_str(), request.key_id.as_str()) {
        ("", "") => {
            return Err(ApiError::invalid("specify mcp_config_id or key_id"));
        }
        (id, "") => {
            state.mcp_configs.require(id)?;
        }
        ("", key) => {
            accounts::connection(state, key)?;
        }
        _ => {
            return Err(ApiError::invalid(
                "specify mcp_config_id or key_id, not both",
            ));
        }
    }
    let lifetime = request.expiry.map_or(LIFETIME, |expiry| expiry.as_secs());
    if lifetime <= 0 {
        return Err(ApiError::field(
            "expiry",
            "expiry.positive",
            "must be positive",
        ));
    }
    Ok(CreateMcpSessionTokenResponse {
        token: random_token("mcp"),
        expires_at: ctx.stamp_in(lifetime),
    })
}
