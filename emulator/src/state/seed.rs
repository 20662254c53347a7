//! Rows that a test or a file brings along.

use scalekit::api::connections::Connection;
use scalekit::api::domains::Domain;
use scalekit::api::roles::Permission;
use scalekit::api::users::User;
use serde::{Deserialize, Serialize};

use super::{Ctx, ENVIRONMENT, OrganizationRow, RoleRow, SessionRow, State};

/// Rows to be added, each as the API shows it. All are optional; a row without an id gets one, a row whose id exists
/// replaces that one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Seed {
    pub(crate) organizations: Vec<OrganizationRow>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) users: Vec<User>,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) roles: Vec<RoleRow>,
    pub(crate) sessions: Vec<SessionRow>,
    /// Where logins may lead back to; once there is one, nowhere else.
    pub(crate) redirect_uris: Vec<String>,
}

/// Fills in the times that a seeded row leaves out.
macro_rules! dated {
    ($row:expr, $ctx:expr) => {
        $row.create_time = $row.create_time.or_else(|| $ctx.stamp());
        $row.update_time = $row.update_time.or($row.create_time);
    };
}

impl State {
    /// Adds the rows of a seed; nobody is told about them. Answers with the ids in the order of the seed.
    pub(crate) fn seed(&mut self, ctx: &Ctx<'_>, seed: Seed) -> SeededIds {
        let mut ids = SeededIds::default();
        for mut row in seed.organizations {
            dated!(row.organization, ctx);
            ids.organizations.push(
                self.organizations
                    .insert(&mut self.ids, row)
                    .organization
                    .id
                    .clone(),
            );
        }
        for mut row in seed.domains {
            dated!(row, ctx);
            row.environment_id = ENVIRONMENT.to_owned();
            ids.domains
                .push(self.domains.insert(&mut self.ids, row).id.clone());
        }
        for mut row in seed.connections {
            dated!(row, ctx);
            ids.connections
                .push(self.connections.insert(&mut self.ids, row).id.clone());
        }
        for mut row in seed.users {
            dated!(row, ctx);
            row.environment_id = ENVIRONMENT.to_owned();
            ids.users.push(self.users.insert(&mut self.ids, row).id.clone());
        }
        for mut row in seed.permissions {
            dated!(row, ctx);
            ids.permissions
                .push(self.permissions.insert(&mut self.ids, row).id.clone());
        }
        for row in seed.roles {
            ids.roles
                .push(self.roles.insert(&mut self.ids, row).role.id.clone());
        }
        for row in seed.sessions {
            ids.sessions.push(
                self.sessions
                    .insert(&mut self.ids, row)
                    .session
                    .session_id
                    .clone(),
            );
        }
        self.redirect_uris.extend(seed.redirect_uris);
        ids
    }
}

/// The ids of seeded rows.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct SeededIds {
    organizations: Vec<String>,
    domains: Vec<String>,
    connections: Vec<String>,
    users: Vec<String>,
    permissions: Vec<String>,
    roles: Vec<String>,
    sessions: Vec<String>,
}
