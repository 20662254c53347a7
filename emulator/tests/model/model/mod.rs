//! A simple model of the emulator. It stores the state in lists and does not use the emulator's
//! code.
//!
//! Each file contains the operations of a resource. An operation returns the response that the
//! emulator must return, or the expected error. It changes the lists only if it succeeds.

mod clients;
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

use crate::machine::{Operation, Process};
use crate::step::{ExpectedError, Step};

/// The remainder of a random number modulo 16 for which an unknown ID is used.
const UNKNOWN: u8 = 15;

/// The digits of IDs that do not exist.
const UNKNOWN_DIGITS: &str = "9000000000000009";

/// The state of the environment. Each list is in order of creation.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    organizations: Vec<organizations::Organization>,
    domains: Vec<domains::Domain>,
    users: Vec<users::User>,
    roles: Vec<roles::Role>,
    permissions: Vec<permissions::Permission>,
    connections: Vec<connections::Connection>,
    directories: Vec<directories::Directory>,
    clients: Vec<clients::Client>,
    sessions: Vec<sessions::Session>,
    tokens: Vec<tokens::Token>,
    last_symbol: u32,
    /// The last step with its expected result.
    pub(crate) last: Option<Step>,
    pub(crate) steps: usize,
}

/// The random choices of one step.
pub(crate) struct Choices<'p> {
    choices: &'p [u8],
    taken: usize,
}

impl<'p> Choices<'p> {
    pub(crate) fn new(choices: &'p [u8]) -> Self {
        Self { choices, taken: 0 }
    }

    pub(crate) fn next(&mut self) -> u8 {
        let choice = self.choices[self.taken % self.choices.len()];
        self.taken += 1;
        choice
    }

    /// Chooses one of the values.
    pub(crate) fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::from(self.next()) % values.len()]
    }

    /// Chooses one of the IDs, or sometimes an unknown ID with the same prefix.
    pub(crate) fn id<'i>(&mut self, prefix: &str, ids: impl Iterator<Item = &'i String>) -> String {
        let ids: Vec<&String> = ids.collect();
        let choice = self.next();
        if ids.is_empty() || choice % 16 == UNKNOWN {
            return format!("{prefix}_{UNKNOWN_DIGITS}");
        }
        ids[usize::from(choice) % ids.len()].clone()
    }
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            organizations: Vec::new(),
            domains: Vec::new(),
            users: Vec::new(),
            roles: roles::initial(),
            permissions: Vec::new(),
            connections: Vec::new(),
            directories: Vec::new(),
            clients: Vec::new(),
            sessions: Vec::new(),
            tokens: Vec::new(),
            last_symbol: 10,
            last: None,
            steps: 0,
        }
    }

    /// Creates a symbol for an ID that the emulator will choose.
    fn symbol(&mut self, prefix: &str) -> String {
        self.last_symbol += 1;
        format!("${prefix}.{}", self.last_symbol)
    }

    /// Performs one operation and stores the expected step.
    pub(crate) fn perform(&mut self, operation: Operation, choices: &mut Choices<'_>) {
        let step = match operation {
            Operation::Organizations(operation) => self.perform_organizations(operation, choices),
            Operation::Domains(operation) => self.perform_domains(operation, choices),
            Operation::Users(operation) => self.perform_users(operation, choices),
            Operation::Members(operation) => self.perform_members(operation, choices),
            Operation::Roles(operation) => self.perform_roles(operation, choices),
            Operation::RoleUse(operation) => self.perform_role_use(operation, choices),
            Operation::Permissions(operation) => self.perform_permissions(operation, choices),
            Operation::Connections(operation) => self.perform_connections(operation, choices),
            Operation::Directories(operation) => self.perform_directories(operation, choices),
            Operation::Clients(operation) => self.perform_clients(operation, choices),
            Operation::Sessions(operation) => self.perform_sessions(operation, choices),
            Operation::Tokens(operation) => self.perform_tokens(operation, choices),
            // A restart must not change the state.
            Operation::Process(Process::Restart) => Step::Restart,
        };
        self.last = Some(step);
        self.steps += 1;
    }

    /// Returns steps that compare all lists.
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

    fn organization(&self, id: &str) -> Result<&organizations::Organization, ExpectedError> {
        let found = self.organizations.iter().find(|one| one.id == id);
        found.ok_or_else(|| ExpectedError::not_found("organization", id))
    }

    fn choose_organization(&self, choices: &mut Choices<'_>) -> String {
        choices.id("org", self.organizations.iter().map(|one| &one.id))
    }

    /// Chooses a resource of an organization. Usually with its own organization, sometimes with
    /// another one.
    fn choose_owned<'i>(
        &self,
        prefix: &str,
        all: impl Iterator<Item = (&'i String, &'i String)>,
        choices: &mut Choices<'_>,
    ) -> (String, String) {
        let all: Vec<(&String, &String)> = all.collect();
        let id = choices.id(prefix, all.iter().map(|(id, _)| *id));
        let owner = all.iter().find(|(known, _)| **known == id);
        match owner.filter(|_| !choices.next().is_multiple_of(8)) {
            Some((_, organization)) => (id, (*organization).clone()),
            None => (id, self.choose_organization(choices)),
        }
    }

    fn choose_user(&self, choices: &mut Choices<'_>) -> String {
        choices.id("usr", self.users.iter().map(|one| &one.id))
    }
}

/// Returns a message with a single field.
fn only(field: &str, value: Value) -> Value {
    serde_json::json!({ field: value })
}
