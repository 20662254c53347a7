//! The state of the environment.
//!
//! [`State`] is one value behind one lock. Handlers validate before they write, so a failed request
//! changes nothing, and no other request sees a half-made change. Each type of object has a
//! [`Table`]. Logic that several services share is in the module named after the object.

mod accounts;
mod auth_requests;
mod browsers;
mod clients;
mod directories;
mod events;
mod grants;
mod ids;
mod index;
mod magic_links;
mod mails;
mod map;
mod organizations;
mod page;
mod passwordless;
mod persist;
mod portal_links;
mod provisioning;
mod roles;
mod rows;
mod scripts;
mod seed;
mod sessions;
mod table;
mod tokens;
mod tool_calls;
mod users;

use scalekit::api::raw::clients::Resource;
use scalekit::api::raw::connections::Connection;
use scalekit::api::raw::domains::Domain;
use scalekit::api::raw::events::ScalekitEvent;
use scalekit::api::raw::mcp::{McpConfig, McpInstance};
use scalekit::api::raw::providers::Provider;
use scalekit::api::raw::roles::Permission;
use scalekit::api::raw::tools::Tool;
use scalekit::api::raw::users::User;
use scalekit::api::raw::webauthn::WebAuthnCredential;

pub(crate) use accounts::{AccountRow, summary};
pub(crate) use auth_requests::{AuthRequest, AuthRequestRow, FAILED, INITIATED, SUCCESS};
pub(crate) use browsers::BrowserKey;
pub(crate) use clients::{ClientRow, ConsentRow, MachineRow, OAuthClient, new_secret};
pub(crate) use directories::{
    DIRECTORIES_PATH, DirectoryGroupRow, DirectoryRow, DirectoryUserRow, SCIM_PATH, scim_endpoint,
};
pub(crate) use grants::{Access, Code, Grant, Grants, McpAccess, McpServer, Redeemed};
pub(crate) use ids::Ids;
pub(crate) use index::Key;
pub(crate) use magic_links::MagicLink;
pub(crate) use mails::Mail;
pub(crate) use map::Map;
pub(crate) use organizations::{Name, OrganizationRow};
pub(crate) use page::{Order, drop_invalid_page_token, page_of};
pub(crate) use passwordless::PasswordlessRow;
pub(crate) use persist::{COUNTERS, Entry, Persist};
pub(crate) use portal_links::{PORTAL, PortalLink};
pub(crate) use roles::{RoleRow, role_permission};
pub(crate) use scripts::{Call, ProxyResponse, ToolResponse};
pub(crate) use seed::Seed;
pub(crate) use sessions::{Login, SessionRow};
pub(crate) use table::{Row, Table};
pub(crate) use tokens::TokenRow;
pub(crate) use tool_calls::{Source, ToolCall, ToolCalls};

/// The environment's id, the same in every emulator.
pub(crate) const ENVIRONMENT: &str = "env_100000000000000001";

/// Everything that a reset clears.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) organizations: Table<OrganizationRow>,
    pub(crate) domains: Table<Domain>,
    pub(crate) connections: Table<Connection>,
    pub(crate) users: Table<User>,
    pub(crate) sessions: Table<SessionRow>,
    pub(crate) roles: Table<RoleRow>,
    pub(crate) permissions: Table<Permission>,
    /// Clients of the environment.
    pub(crate) clients: Table<ClientRow>,
    /// Clients of organizations and of protected resources.
    pub(crate) machines: Table<MachineRow>,
    pub(crate) resources: Table<Resource>,
    pub(crate) consents: Table<ConsentRow>,
    pub(crate) directories: Table<DirectoryRow>,
    pub(crate) directory_users: Table<DirectoryUserRow>,
    pub(crate) directory_groups: Table<DirectoryGroupRow>,
    /// The default role for new members, by organization id. Only organizations that override the
    /// environment's default have an entry.
    pub(crate) default_member_roles: Map<String, String>,
    /// How often an invitation was resent, by user id and organization id.
    pub(crate) invites: Map<(String, String), i32>,
    pub(crate) events: Table<ScalekitEvent>,
    pub(crate) tokens: Table<TokenRow>,
    pub(crate) credentials: Table<WebAuthnCredential>,
    pub(crate) passwordless: Table<PasswordlessRow>,
    pub(crate) mails: Table<Mail>,
    /// Custom providers of this environment.
    pub(crate) providers: Table<Provider>,
    pub(crate) accounts: Table<AccountRow>,
    pub(crate) magic_links: Table<MagicLink>,
    /// Links to the admin portal.
    pub(crate) portal_links: Table<PortalLink>,
    /// Custom tools, in addition to the built-in ones.
    pub(crate) tools: Table<Tool>,
    /// Scripted results of tools.
    pub(crate) tool_responses: Table<ToolResponse>,
    /// Scripted responses of third-party services.
    pub(crate) proxy_responses: Table<ProxyResponse>,
    pub(crate) tool_calls: ToolCalls,
    pub(crate) mcp_configs: Table<McpConfig>,
    pub(crate) mcp_instances: Table<McpInstance>,
    /// The log of login attempts.
    pub(crate) auth_requests: Table<AuthRequestRow>,
    /// The session ids of each browser, oldest first.
    pub(crate) browsers: Map<BrowserKey, Vec<String>>,
    /// Issued codes and tokens.
    pub(crate) grants: Grants,
    /// Allowed redirect URIs, in addition to the configured ones.
    pub(crate) redirect_uris: Vec<String>,
    /// Events that have not been sent yet. `App` empties the outbox after each change.
    pub(crate) outbox: Vec<ScalekitEvent>,
    /// The counters as last written to the data file.
    counters: Option<persist::Counters>,
}

/// The current time and the environment's URL, for handlers.
#[derive(Clone, Debug)]
pub(crate) struct Ctx<'a> {
    /// The current time of the emulator's clock.
    pub(crate) now: jiff::Timestamp,
    /// The environment's URL, without a trailing slash.
    pub(crate) url: &'a str,
}

impl Ctx<'_> {
    /// Returns the current time with millisecond precision, as API messages contain it.
    pub(crate) fn stamp(&self) -> Option<scalekit::Timestamp> {
        stamp(self.now)
    }

    /// Returns the time `seconds` from now with millisecond precision.
    pub(crate) fn stamp_in(&self, seconds: i64) -> Option<scalekit::Timestamp> {
        stamp(
            self.now
                .checked_add(jiff::SignedDuration::from_secs(seconds))
                .unwrap_or(self.now),
        )
    }
}

fn stamp(time: jiff::Timestamp) -> Option<scalekit::Timestamp> {
    let milliseconds = jiff::Timestamp::from_millisecond(time.as_millisecond()).ok()?;
    Some(milliseconds.into())
}
