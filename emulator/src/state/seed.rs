//! Seeds: rows to load into the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use scalekit::api::raw::clients::Resource;
use scalekit::api::raw::connections::Connection;
use scalekit::api::raw::domains::Domain;
use scalekit::api::raw::mcp::{McpConfig, McpInstance};
use scalekit::api::raw::providers::Provider;
use scalekit::api::raw::roles::Permission;
use scalekit::api::raw::tools::Tool;
use scalekit::api::raw::users::User;
use scalekit::api::raw::webauthn::WebAuthnCredential;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::persist::Persist;
use super::{
    AccountRow, AuthRequestRow, ClientRow, ConsentRow, Ctx, DirectoryGroupRow, DirectoryRow,
    DirectoryUserRow, MachineRow, MagicLink, Mail, OrganizationRow, PasswordlessRow, PortalLink,
    ProxyResponse, RoleRow, Row, SessionRow, State, TokenRow, ToolResponse,
};

/// Deserializes and checks a list of rows. Each row is cloned because a clone has no spare
/// capacity. In freshly deserialized rows, spare capacity would take most of the memory.
fn compact_rows<'de, D, R>(deserializer: D) -> Result<Vec<Box<R>>, D::Error>
where
    D: Deserializer<'de>,
    R: Row,
{
    struct Rows<R>(PhantomData<R>);

    impl<'de, R: Row> Visitor<'de> for Rows<R> {
        type Value = Vec<Box<R>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut rows = Vec::new();
            while let Some(row) = list.next_element::<R>()? {
                row.check().map_err(A::Error::custom)?;
                rows.push(Box::new(row.clone()));
            }
            Ok(rows)
        }
    }

    deserializer.deserialize_seq(Rows(PhantomData))
}

/// Declares the lists of a seed. Each list has the name of its table.
macro_rules! seeds {
    ($($table:ident: $row:ty,)*) => {
        /// Rows to add, in the form that the API returns. All fields are optional. A row without an
        /// id gets one. A row with an existing id replaces the existing row.
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct Seed {
            $(
                #[serde(deserialize_with = "compact_rows", skip_serializing_if = "Vec::is_empty")]
                $table: Vec<Box<$row>>,
            )*
            /// The default role for new members, by organization id.
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            default_member_roles: BTreeMap<String, String>,
            /// Allowed redirect URIs. If there are none, every redirect URI is allowed.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            redirect_uris: Vec<String>,
        }

        /// The ids of the seeded rows.
        #[derive(Clone, Debug, Default, Serialize)]
        pub(crate) struct SeededIds {
            $(#[serde(skip_serializing_if = "Vec::is_empty")] $table: Vec<String>,)*
        }

        impl State {
            /// Adds the rows of a seed without emitting events. Returns the ids in seed order.
            pub(crate) fn seed(&mut self, ctx: &Ctx<'_>, seed: Seed) -> SeededIds {
                let mut ids = SeededIds::default();
                $(for mut row in seed.$table {
                    if Row::id(&*row).is_empty() {
                        row.set_id(self.ids.next(<$row>::PREFIX));
                    }
                    row.complete(ctx);
                    ids.$table.push(Row::id(&*row).to_owned());
                    self.$table.insert(&mut self.ids, *row);
                })*
                for (organization, role) in seed.default_member_roles {
                    self.default_member_roles.insert(organization, role);
                }
                for uri in seed.redirect_uris {
                    if !self.redirect_uris.contains(&uri) {
                        self.redirect_uris.push(uri);
                    }
                }
                ids
            }

            /// Returns a seed that recreates this environment, without events and issued tokens.
            pub(crate) fn export(&self) -> Seed {
                let defaults = self.default_member_roles.iter();
                Seed {
                    $($table: self.$table.iter().cloned().map(Box::new).collect(),)*
                    default_member_roles: defaults.map(|(id, name)| (id.clone(), name.clone())).collect(),
                    redirect_uris: self.redirect_uris.clone(),
                }
            }

            /// Returns all persistent parts with their names in the data file.
            pub(super) fn parts(&mut self) -> Vec<(&'static str, &mut dyn Persist)> {
                let [codes, refresh, access] = self.grants.parts();
                vec![
                    $((stringify!($table), &mut self.$table as &mut dyn Persist),)*
                    ("events", &mut self.events),
                    ("default_member_roles", &mut self.default_member_roles),
                    ("invites", &mut self.invites),
                    ("browsers", &mut self.browsers),
                    ("grants.codes", codes),
                    ("grants.refresh", refresh),
                    ("grants.access", access),
                ]
            }
        }
    };
}

seeds! {
    organizations: OrganizationRow,
    domains: Domain,
    connections: Connection,
    users: User,
    permissions: Permission,
    roles: RoleRow,
    sessions: SessionRow,
    clients: ClientRow,
    machines: MachineRow,
    resources: Resource,
    consents: ConsentRow,
    directories: DirectoryRow,
    directory_users: DirectoryUserRow,
    directory_groups: DirectoryGroupRow,
    auth_requests: AuthRequestRow,
    tokens: TokenRow,
    credentials: WebAuthnCredential,
    passwordless: PasswordlessRow,
    mails: Mail,
    providers: Provider,
    accounts: AccountRow,
    magic_links: MagicLink,
    portal_links: PortalLink,
    tools: Tool,
    tool_responses: ToolResponse,
    proxy_responses: ProxyResponse,
    mcp_configs: McpConfig,
    mcp_instances: McpInstance,
}
