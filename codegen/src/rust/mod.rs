//! The generated files of the Rust core: types and services in `core/src/api/`, and the table of
//! operations in `core/src/schema/operations.rs`.

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

/// The services and their accessors on `scalekit::Client`.
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
/// Returns an error if the core has no Rust type for a schema element.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    out.text("core/src/schema/operations.rs", &operations::file(schema)?)?;
    let mut modules = BTreeMap::new();
    for file in schema.files() {
        let module = module_of(file.package_name());
        out.text(
            &format!("core/src/api/{module}.rs"),
            &package(schema, &file)?,
        )?;
        let doc = docs::first_sentence(schema.comment(&file))
            .unwrap_or_else(|| file.package_name().to_owned());
        ensure!(
            modules.insert(module.clone(), doc).is_none(),
            "two packages have the module name {module}"
        );
    }
    out.text("core/src/api/mod.rs", &index(schema, &modules)?)
}

fn index(schema: &Schema, modules: &BTreeMap<String, String>) -> anyhow::Result<String> {
    let mut code = String::from(
        "//! The typed API: one module per service, with its messages and enums.\n//!\n\
         //! The client sends its service token with every call. The methods return an\n\
         //! [`Error`](crate::Error) if the service rejects the call or cannot be reached. Their\n\
         //! documentation names the gRPC status codes of the service, such as `NOT_FOUND`.\n//!\n\
         //! | module | content | service |\n//! |---|---|---|\n",
    );
    for (module, doc) in modules {
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
            docs::markdown(doc)
        ));
    }
    code.push('\n');
    for module in modules.keys() {
        code.push_str(&format!("pub mod {module};\n"));
    }
    code.push_str("\npub use crate::types::Empty;\n");
    Ok(code)
}

/// Returns the module of one schema file: its services, messages and enums.
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

/// The code of a module and its imports.
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

    /// Returns the path of a message or enum, and imports its module if necessary.
    fn path(&mut self, package: &str, name: String) -> String {
        if package == self.package {
            return name;
        }
        let module = module_of(package);
        let path = format!("{module}::{name}");
        self.packages.insert(module);
        path
    }

    fn finish(self, doc: &str) -> String {
        let mut external = String::new();
        let mut internal: String = self
            .packages
            .iter()
            .map(|module| format!("use super::{module};\n"))
            .collect();
        let mut types = Vec::new();
        for path in &self.uses {
            match path.strip_prefix("crate::types::") {
                Some(name) => types.push(name),
                None if path.starts_with("crate::") => internal.push_str(&format!("use {path};\n")),
                None => external.push_str(&format!("use {path};\n")),
            }
        }
        if !types.is_empty() {
            internal.push_str(&format!("use crate::types::{{{}}};\n", types.join(", ")));
        }
        let blocks = [
            docs::module(if doc.is_empty() { &self.package } else { doc }),
            external,
            internal,
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

/// Returns the Rust name of a message. The name of a nested message starts with the names of its
/// parents.
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
        .with_context(|| format!("rust::ACCESSORS has no entry for {service}"))
}

/// Returns the variant of a oneof's enum for a field.
fn variant_name(field: &str) -> String {
    upper_camel(field)
}
