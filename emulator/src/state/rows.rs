//! [`Row`](super::Row) implementations for API messages, and helpers for implementing it.

use scalekit::api::raw::connections::Connection;
use scalekit::api::raw::domains::Domain;
use scalekit::api::raw::events::ScalekitEvent;
use scalekit::api::raw::mcp::{McpConfig, McpInstance};
use scalekit::api::raw::providers::Provider;
use scalekit::api::raw::roles::Permission;
use scalekit::api::raw::tools::Tool;
use scalekit::api::raw::users::User;
use scalekit::api::raw::webauthn::WebAuthnCredential;

use super::index::Key;
use super::{Ctx, ENVIRONMENT};

/// Returns the index keys whose value is present and not empty.
pub(super) fn keys<'a>(
    values: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
) -> Vec<Key> {
    let present = values
        .into_iter()
        .filter_map(|(index, value)| Some((index, value?)));
    present
        .filter(|(_, value)| !value.is_empty())
        .map(|(index, value)| (index, value.to_owned()))
        .collect()
}

/// Sets the creation and update times if they are missing.
macro_rules! dated {
    ($row:expr, $ctx:expr) => {
        dated!($row, $ctx, create_time, update_time)
    };
    ($row:expr, $ctx:expr, $created:ident, $updated:ident) => {
        $row.$created = $row.$created.or_else(|| $ctx.stamp());
        $row.$updated = $row.$updated.or($row.$created);
    };
}

/// Implements [`Row`](super::Row) for a message. The id is in the field `id` unless another path is
/// given. The methods in braces are added to the implementation.
macro_rules! row {
    ($message:ty, $kind:literal, $prefix:literal, { $($more:tt)* }) => {
        row!($message, $kind, $prefix, id, { $($more)* });
    };
    ($message:ty, $kind:literal, $prefix:literal, $($id:ident).+, { $($more:tt)* }) => {
        impl $crate::state::Row for $message {
            const KIND: &'static str = $kind;
            const PREFIX: &'static str = $prefix;

            fn id(&self) -> &str {
                &self.$($id).+
            }

            fn set_id(&mut self, id: String) {
                self.$($id).+ = id;
            }

            $($more)*
        }
    };
}

pub(super) use {dated, row};

row!(Connection, "connection", "conn", {
    fn keys(&self) -> Vec<Key> {
        keys([
            ("organization", self.organization_id.as_deref()),
            ("key_id", self.key_id.as_deref()),
        ])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self, ctx);
    }
});

row!(Domain, "domain", "dom", {
    fn keys(&self) -> Vec<Key> {
        let name = self.domain.to_ascii_lowercase();
        keys([
            ("organization", Some(self.organization_id.as_str())),
            ("domain", Some(&name)),
        ])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self, ctx);
        ENVIRONMENT.clone_into(&mut self.environment_id);
    }
});

row!(WebAuthnCredential, "credential", "cred", {
    fn keys(&self) -> Vec<Key> {
        keys([("user", Some(self.user_id.as_str()))])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self, ctx, created_at, updated_at);
    }
});

row!(Provider, "provider", "prv", {
    fn keys(&self) -> Vec<Key> {
        keys([("identifier", Some(self.identifier.as_str()))])
    }

    fn complete(&mut self, _: &Ctx<'_>) {
        self.is_custom = true;
    }
});

row!(Tool, "tool", "tool", {
    fn keys(&self) -> Vec<Key> {
        let name = self
            .definition
            .as_ref()
            .and_then(|all| all.get("name")?.as_str());
        keys([("name", name)])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.updated_at = self.updated_at.or_else(|| ctx.stamp());
    }
});

row!(McpConfig, "MCP configuration", "mcpc", {
    fn keys(&self) -> Vec<Key> {
        keys([("name", Some(self.name.as_str()))])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        if self.mcp_server_url.is_empty() {
            self.mcp_server_url = format!("{}/mcp/{}", ctx.url, self.id);
        }
    }
});

row!(McpInstance, "MCP instance", "mcpi", {
    fn keys(&self) -> Vec<Key> {
        let config = self.config.as_ref().map(|config| config.id.as_str());
        keys([("config", config)])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.updated_at = self.updated_at.or_else(|| ctx.stamp());
        if self.url.is_empty() {
            self.url = format!("{}/mcp/instances/{}", ctx.url, self.id);
        }
    }
});

row!(ScalekitEvent, "event", "evt", {});

row!(Permission, "permission", "perm", {
    fn keys(&self) -> Vec<Key> {
        keys([("name", Some(self.name.as_str()))])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self, ctx);
    }
});

row!(User, "user", "usr", {
    fn keys(&self) -> Vec<Key> {
        let email = self.email.to_ascii_lowercase();
        let mut all = keys([
            ("email", Some(email.as_str())),
            ("external_id", self.external_id.as_deref()),
        ]);
        for membership in &self.memberships {
            all.push(("organization", membership.organization_id.clone()));
            let roles = membership.roles.iter();
            all.extend(roles.map(|role| ("role", role.name.clone())));
        }
        all
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self, ctx);
        ENVIRONMENT.clone_into(&mut self.environment_id);
    }
});
