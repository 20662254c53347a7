//! The imports of a client's module.

use std::collections::BTreeSet;

use prost_reflect::{FileDescriptor, MessageDescriptor};
use serde::Serialize;

use super::types::{local_name, module_of};

/// The imports of a client's module. The methods add the imports that they need.
#[derive(Default, Serialize)]
pub(super) struct ModuleImports {
    /// Modules of `google.protobuf`, with the imported names.
    google: BTreeSet<(String, String)>,
    /// Modules of this package, with the imported names.
    own: BTreeSet<(String, String)>,
    /// Modules of `scalekit._runtime`.
    helpers: BTreeSet<&'static str>,
    /// Annotations use `typing.Any`.
    pub(super) any: bool,
}

impl ModuleImports {
    /// Returns the expression for a message class.
    pub(super) fn class(&mut self, message: &MessageDescriptor) -> String {
        let file = message.parent_file();
        if file.package_name() == "google.protobuf" {
            let (package, module) = module_of(&file);
            let name = message.name().to_owned();
            self.google
                .insert((format!("{package}.{module}"), name.clone()));
            return name;
        }
        format!(
            "{}.{}",
            self.module(&file),
            local_name(message.full_name(), &file)
        )
    }

    /// Returns the expression for the message module of a schema file.
    pub(super) fn module(&mut self, file: &FileDescriptor) -> String {
        let (package, module) = module_of(file);
        self.own.insert((package, module.clone()));
        module
    }

    /// Imports a module of `scalekit._runtime`.
    pub(super) fn helper(&mut self, module: &'static str) {
        self.helpers.insert(module);
    }
}
