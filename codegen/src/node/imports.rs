//! The imports of a client's module.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FileDescriptor, MessageDescriptor};
use serde::Serialize;

use super::names::{camel, local_name};

/// The imports of a client's module. The methods add the imports that they need.
#[derive(Default, Serialize)]
pub(super) struct Imports {
    /// Variable → module that is loaded by the first call.
    loaded: BTreeMap<String, String>,
    /// Module → names of types. Type imports have no cost at run time.
    types: BTreeMap<String, BTreeSet<String>>,
    /// Functions of `runtime/conversions`.
    conversions: BTreeSet<&'static str>,
    /// Other handwritten functions: module and names.
    functions: BTreeSet<(String, String)>,
    /// Types that the module exports again.
    exported: BTreeSet<String>,
    /// The name of the module's own class.
    class: String,
}

impl Imports {
    /// Creates an empty set of imports for the module of a class.
    pub(super) fn new(class: &str) -> Self {
        Imports {
            class: class.to_owned(),
            ..Imports::default()
        }
    }

    /// Imports a value from the module of a schema file. Returns the expression for the value.
    pub(super) fn value(&mut self, file: &FileDescriptor, name: &str) -> String {
        let variable = if is_well_known(file) {
            "wkt".to_owned()
        } else {
            let path = file.name().trim_end_matches(".proto");
            format!("{}Pb", camel(path.rsplit('/').next().unwrap_or(path)))
        };
        self.loaded.insert(variable.clone(), path(file));
        format!("{variable}().{name}")
    }

    /// Imports the schema of a message. Returns the expression for it.
    pub(super) fn schema(&mut self, message: &MessageDescriptor) -> String {
        let file = message.parent_file();
        let name = format!("{}Schema", local_name(message.full_name(), &file));
        self.value(&file, &name)
    }

    /// Imports a type from the module of a schema file. Returns the name of the type. A type with
    /// the name of the module's class is renamed.
    pub(super) fn type_name(&mut self, file: &FileDescriptor, name: &str) -> String {
        let names = self.types.entry(path(file)).or_default();
        if name == self.class {
            names.insert(format!("{name} as {name}Message"));
            return format!("{name}Message");
        }
        names.insert(name.to_owned());
        name.to_owned()
    }

    /// Imports the type of a message and exports it again. Returns the name of the type.
    pub(super) fn exported_type(&mut self, message: &MessageDescriptor) -> String {
        let file = message.parent_file();
        let name = self.type_name(&file, &local_name(message.full_name(), &file));
        if !is_well_known(&file) {
            self.export(&name);
        }
        name
    }

    /// Exports a type.
    pub(super) fn export(&mut self, name: &str) {
        self.exported.insert(name.to_owned());
    }

    /// Imports a type from a module that does not belong to a schema file.
    pub(super) fn library_type(&mut self, module: &str, name: &str) {
        let names = self.types.entry(module.to_owned()).or_default();
        names.insert(name.to_owned());
    }

    /// Imports a conversion.
    pub(super) fn conversion(&mut self, function: &'static str) {
        self.conversions.insert(function);
    }

    /// Imports a conversion. Returns the expression for its call.
    pub(super) fn convert(&mut self, function: &'static str, arguments: &str) -> String {
        self.conversion(function);
        format!("{function}({arguments})")
    }

    /// Imports names from another handwritten module.
    pub(super) fn functions(&mut self, module: &str, names: &str) {
        self.functions.insert((module.to_owned(), names.to_owned()));
    }
}

fn is_well_known(file: &FileDescriptor) -> bool {
    file.package_name() == "google.protobuf"
}

fn path(file: &FileDescriptor) -> String {
    if is_well_known(file) {
        return "@bufbuild/protobuf/wkt".to_owned();
    }
    format!("../messages/{}_pb", file.name().trim_end_matches(".proto"))
}
