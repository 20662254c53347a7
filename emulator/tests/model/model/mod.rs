//! What the emulator must do, in plain lists, with none of its code.
//!
//! Each file has the operations on its kinds. An operation answers with the message that the emulator must answer with,
//! or with how it must refuse, and changes the lists only if it succeeds.

mod access;
mod connections;
mod directories;
mod domains;
mod members;
mod organizations;
mod permissions;
mod role_use;
mod roles;
mod sessions;
mod tokens;
mod users;

use serde_json::Value;

use crate::machine::{Process, What};
use crate::step::{Fail, Step};

/// The value that a pick stands for: one in sixteen stands for something unknown.
const UNKNOWN: u8 = 15;

/// The digits of ids that nothing has.
const NOWHERE: &str = "9000000000000009";

/// What the environment holds, each list in order of creation.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    organizations: Vec<organizations::Organization>,
    domains: Vec<domains::Domain>,
    users: Vec<users::User>,
    roles: Vec<roles::Role>,
    permissions: Vec<permissions::Permission>,
    connections: Vec<connections::Connection>,
    directories: Vec<directories::Directory>,
    clients: Vec<access::Client>,
    sessions: Vec<sessions::Session>,
    tokens: Vec<tokens::Token>,
    made: u32,
    /// What the last operation must have done.
    pub(crate) last: Option<Step>,
    pub(crate) steps: usize,
}

/// The choices of one step, taken one after the other.
pub(crate) struct Picks<'p> {
    picks: &'p [u8],
    taken: usize,
}

impl<'p> Picks<'p> {
    pub(crate) fn new(picks: &'p [u8]) -> Self {
        Self { picks, taken: 0 }
    }

    pub(crate) fn next(&mut self) -> u8 {
        let pick = self.picks[self.taken % self.picks.len()];
        self.taken += 1;
        pick
    }

    /// One of a few.
    pub(crate) fn of<T: Copy>(&mut self, few: &[T]) -> T {
        few[usize::from(self.next()) % few.len()]
    }

    /// One of these ids, or now and then an id of the same kind that nothing has.
    pub(crate) fn id<'i>(&mut self, prefix: &str, ids: impl Iterator<Item = &'i String>) -> String {
        let ids: Vec<&String> = ids.collect();
        let pick = self.next();
        if ids.is_empty() || pick % 16 == UNKNOWN {
            return format!("{prefix}_{NOWHERE}");
        }
        ids[usize::from(pick) % ids.len()].clone()
    }
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            organizations: Vec::new(),
            domains: Vec::new(),
            users: Vec::new(),
            roles: roles::first(),
            permissions: Vec::new(),
            connections: Vec::new(),
            directories: Vec::new(),
            clients: Vec::new(),
            sessions: Vec::new(),
            tokens: Vec::new(),
            made: 10,
            last: None,
            steps: 0,
        }
    }

    /// A symbol for an id that the emulator will choose.
    fn symbol(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("${kind}.{}", self.made)
    }

    /// Does one operation, and says what the emulator must answer.
    pub(crate) fn act(&mut self, what: What, picks: &mut Picks<'_>) {
        let step = match what {
            What::Organizations(what) => self.act_organizations(what, picks),
            What::Domains(what) => self.act_domains(what, picks),
            What::Users(what) => self.act_users(what, picks),
            What::Members(what) => self.act_members(what, picks),
            What::Roles(what) => self.act_roles(what, picks),
            What::RoleUse(what) => self.act_role_use(what, picks),
            What::Permissions(what) => self.act_permissions(what, picks),
            What::Connections(what) => self.act_connections(what, picks),
            What::Directories(what) => self.act_directories(what, picks),
            What::Clients(what) => self.act_clients(what, picks),
            What::Sessions(what) => self.act_sessions(what, picks),
            What::Tokens(what) => self.act_tokens(what, picks),
            // Nothing is lost, so nothing changes here.
            What::Process(Process::Restart) => Step::Restart,
        };
        self.last = Some(step);
        self.steps += 1;
    }

    /// Every list as it must be now.
    pub(crate) fn lists(&self) -> Vec<Step> {
        let mut lists = self.environment_lists();
        for organization in &self.organizations {
            lists.extend(self.organization_lists(&organization.id));
        }
        for user in &self.users {
            lists.push(self.list_sessions(&user.id, None, 3));
        }
        lists
    }

    fn environment_lists(&self) -> Vec<Step> {
        vec![
            self.list_organizations(3),
            self.list_users(4),
            self.list_permissions(3),
            self.list_roles("permissions:all"),
            self.list_connections(None, true),
        ]
    }

    fn organization_lists(&self, id: &str) -> Vec<Step> {
        vec![
            self.get_organization(id),
            self.list_domains(id, 10, 1),
            self.list_members(id, 2),
            self.list_organization_roles(id, "permissions"),
            self.list_connections(Some(id), true),
            self.list_directories(id),
            self.list_clients(id, 2),
            self.list_tokens(id, None, 2),
        ]
    }

    fn organization(&self, id: &str) -> Result<&organizations::Organization, Fail> {
        let found = self.organizations.iter().find(|one| one.id == id);
        found.ok_or_else(|| Fail::not_found("organization", id))
    }

    fn pick_organization(&self, picks: &mut Picks<'_>) -> String {
        picks.id("org", self.organizations.iter().map(|one| &one.id))
    }

    /// Something of an organization, and mostly that organization.
    fn pick_owned<'i>(
        &self,
        prefix: &str,
        all: impl Iterator<Item = (&'i String, &'i String)>,
        picks: &mut Picks<'_>,
    ) -> (String, String) {
        let all: Vec<(&String, &String)> = all.collect();
        let id = picks.id(prefix, all.iter().map(|(id, _)| *id));
        let owner = all.iter().find(|(known, _)| **known == id);
        match owner.filter(|_| !picks.next().is_multiple_of(8)) {
            Some((_, organization)) => (id, (*organization).clone()),
            None => (id, self.pick_organization(picks)),
        }
    }

    fn pick_user(&self, picks: &mut Picks<'_>) -> String {
        picks.id("usr", self.users.iter().map(|one| &one.id))
    }
}

/// Answers with the only field of a message.
fn only(field: &str, value: Value) -> Value {
    serde_json::json!({ field: value })
}
