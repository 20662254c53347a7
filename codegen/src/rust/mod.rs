//! The Rust core: `core/src/api/`, the types, the operations and the typed services.

mod docs;
mod enums;
mod messages;
mod operations;
mod services;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use prost_reflect::{FileDescriptor, MessageDescriptor};

use crate::Output;
use crate::schema::{Schema, upper_camel};

/// The accessor of each service on `scalekit::Client`.
const ACCESSORS: &[(&str, &str)] = &[
    ("ApiTokenService", "tokens"),
    ("AuditLogsService", "audit_logs"),
    ("AuthService", "auth"),
    ("ClientService", "clients"),
    ("ConnectedAccountService", "connected_accounts"),
    ("ConnectionService", "connections"),
    ("DirectoryService", "directories"),
    ("DomainService", "domains"),
    ("EventsService", "events"),
    ("McpService", "mcp"),
    ("OrganizationService", "organizations"),
    ("PasswordlessService", "passwordless"),
    ("ProviderService", "providers"),
    ("RolesService", "roles"),
    ("SessionService", "sessions"),
    ("ToolService", "tools"),
    ("UserService", "users"),
    ("WebAuthnService", "webauthn"),
];

/// Adds the files of the Rust core to `out`.
///
/// # Errors
/// What the core has no type for.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    out.text("core/src/schema/operations.rs", &operations::file(schema)?)?;
    let mut modules = BTreeMap::new();
    for file in schema.files() {
        let module = module_of(file.package_name());
        out.text(&format!("core/src/api/{module}.rs"), &package(schema, &file)?)?;
        let about =
            docs::first_sentence(schema.comment(&file)).unwrap_or_else(|| file.package_name().to_owned());
        ensure!(
            modules.insert(module.clone(), about).is_none(),
            "two packages end in {module}"
        );
    }
    out.text("core/src/api/mod.rs", &index(schema, &modules)?)
}

fn index(schema: &Schema, modules: &BTreeMap<String, String>) -> anyhow::Result<String> {
    let mut code = String::from(
        "//! The API in types: one module for each package of the schema, with its messages, its enums\n\
         //! and its service.\n//!\n//! | module | about | service |\n//! |---|---|---|\n",
    );
    for (module, about) in modules {
        let services = schema
            .services()
            .into_iter()
            .filter(|service| module_of(service.package_name()) == *module);
        let services = services
            .map(|service| accessor(service.name()))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let services = services
            .iter()
            .map(|name| format!("[`Client::{name}`](crate::Client::{name})"));
        let services = services.collect::<Vec<_>>().join(", ");
        code.push_str(&format!(
            "//! | [`{module}`] | {} | {services} |\n",
            docs::markdown(about)
        ));
    }
    code.push('\n');
    for module in modules.keys() {
        code.push_str(&format!("pub mod {module};\n"));
    }
    code.push_str("\npub use crate::types::Empty;\n");
    Ok(code)
}

/// One file of the API: messages, then enums, then the service.
fn package(schema: &Schema, file: &FileDescriptor) -> anyhow::Result<String> {
    let mut body = Body::new(file);
    for service in file.services() {
        services::add(schema, &service, &mut body)?;
    }
    for message in schema.messages(file) {
        messages::add(schema, &message, &mut body)?;
    }
    for values in schema.enums(file) {
        enums::add(schema, &values, &mut body)?;
    }
    Ok(body.finish(schema.comment(file)))
}

/// The code of a module and what it uses from elsewhere.
struct Body {
    package: String,
    code: String,
    uses: BTreeSet<&'static str>,
    packages: BTreeSet<String>,
}

impl Body {
    fn new(file: &FileDescriptor) -> Self {
        Body {
            package: file.package_name().to_owned(),
            code: String::new(),
            uses: BTreeSet::new(),
            packages: BTreeSet::new(),
        }
    }

    /// The name of a message or enum of `package` in here.
    fn path(&mut self, package: &str, name: String) -> String {
        if package == self.package {
            return name;
        }
        let module = module_of(package);
        let path = format!("{module}::{name}");
        self.packages.insert(module);
        path
    }

    fn finish(self, about: &str) -> String {
        let mut foreign = String::new();
        let mut own: String = self
            .packages
            .iter()
            .map(|module| format!("use super::{module};\n"))
            .collect();
        let mut types = Vec::new();
        for path in &self.uses {
            match path.strip_prefix("crate::types::") {
                Some(name) => types.push(name),
                None if path.starts_with("crate::") => own.push_str(&format!("use {path};\n")),
                None => foreign.push_str(&format!("use {path};\n")),
            }
        }
        if !types.is_empty() {
            own.push_str(&format!("use crate::types::{{{}}};\n", types.join(", ")));
        }
        let blocks = [
            docs::module(if about.is_empty() { &self.package } else { about }),
            foreign,
            own,
            self.code,
        ];
        let blocks = blocks
            .iter()
            .map(|block| block.trim_matches('\n'))
            .filter(|block| !block.is_empty());
        blocks.collect::<Vec<_>>().join("\n\n") + "\n"
    }
}

/// `scalekit.v1.auth.passwordless` → `passwordless`.
fn module_of(package: &str) -> String {
    package.rsplit('.').next().unwrap_or(package).to_owned()
}

/// The Rust name of a message: a nested one carries the names of those around it.
fn message_name(message: &MessageDescriptor) -> String {
    match message.parent_message() {
        Some(parent) => message_name(&parent) + message.name(),
        None => message.name().to_owned(),
    }
}

pub(crate) fn accessor(service: &str) -> anyhow::Result<&'static str> {
    let found = ACCESSORS.iter().find(|(name, _)| *name == service);
    found
        .map(|(_, accessor)| *accessor)
        .with_context(|| format!("rust::ACCESSORS has no name for {service}"))
}

/// The variant of a oneof's enum.
fn variant_name(field: &str) -> String {
    upper_camel(field)
}
