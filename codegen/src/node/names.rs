//! The names of fields and types in Node's protobuf runtime, and the imports of their modules.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, FileDescriptor, OneofDescriptor};

/// Returns the name of a field in the runtime: `organization_id` → `organizationId`.
pub(super) fn camel(name: &str) -> String {
    let mut text = String::new();
    let mut capitalize = false;
    for letter in name.chars() {
        match letter {
            '_' => capitalize = true,
            letter if capitalize && !letter.is_ascii_digit() => {
                text.push(letter.to_ascii_uppercase());
                capitalize = false;
            }
            letter => {
                text.push(letter);
                capitalize = false;
            }
        }
    }
    text
}

/// Returns the oneof of a field. The synthetic oneof of an `optional` field is ignored.
pub(super) fn oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

/// Returns the name of a message or enum in its module: `Outer.Inner` → `Outer_Inner`.
pub(super) fn local_name(full_name: &str, file: &FileDescriptor) -> String {
    let name = full_name
        .strip_prefix(file.package_name())
        .unwrap_or(full_name);
    name.trim_start_matches('.').replace('.', "_")
}

fn is_well_known(file: &FileDescriptor) -> bool {
    file.package_name() == "google.protobuf"
}

/// The imports of a client's module. The methods add the imports that they need.
#[derive(Default)]
pub(super) struct Modules {
    /// Variable → module that is loaded by the first call.
    lazy: BTreeMap<String, String>,
    /// Module → names of types. Type imports have no cost at run time.
    types: BTreeMap<String, BTreeSet<String>>,
    /// The name of the module's own class.
    class: String,
}

impl Modules {
    fn path(file: &FileDescriptor) -> String {
        if is_well_known(file) {
            return "@bufbuild/protobuf/wkt".to_owned();
        }
        format!("../messages/{}_pb", file.name().trim_end_matches(".proto"))
    }

    /// Creates an empty set of imports for the module of a class.
    pub(super) fn new(class: &str) -> Self {
        Modules {
            class: class.to_owned(),
            ..Modules::default()
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
        self.lazy.insert(variable.clone(), Self::path(file));
        format!("{variable}().{name}")
    }

    /// Imports a type from the module of a schema file. Returns the name of the type. A type with
    /// the name of the module's class is renamed.
    pub(super) fn type_name(&mut self, file: &FileDescriptor, name: &str) -> String {
        let names = self.types.entry(Self::path(file)).or_default();
        if name == self.class {
            names.insert(format!("{name} as {name}Message"));
            return format!("{name}Message");
        }
        names.insert(name.to_owned());
        name.to_owned()
    }

    /// Imports a type from a module that does not belong to a schema file.
    pub(super) fn library_type(&mut self, module: &str, name: &str) {
        let names = self.types.entry(module.to_owned()).or_default();
        names.insert(name.to_owned());
    }

    /// Returns the import statements of the types.
    pub(super) fn imports(&self) -> String {
        let line = |(module, names): (&String, &BTreeSet<String>)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            import("import type", &names, module)
        };
        self.types.iter().map(line).collect()
    }

    /// Returns the statements that load modules on first use.
    pub(super) fn loaders(&self) -> String {
        let line = |(variable, module): (&String, &String)| {
            format!(
                "const {variable} = lazily(() => require(\"{module}\") as typeof import(\"{module}\"));\n"
            )
        };
        self.lazy.iter().map(line).collect()
    }
}

/// Returns `import type { A, B } from "module";`, with one name per line if it is long.
pub(super) fn import(keywords: &str, names: &[&str], module: &str) -> String {
    let single_line = format!("{keywords} {{ {} }} from \"{module}\";\n", names.join(", "));
    if single_line.len() <= 111 {
        return single_line;
    }
    let lines: String = names.iter().map(|name| format!("  {name},\n")).collect();
    format!("{keywords} {{\n{lines}}} from \"{module}\";\n")
}

#[cfg(test)]
mod tests {
    use super::camel;

    #[test]
    fn field_names_match_the_runtime() {
        for (name, expected) in [
            ("organization_id", "organizationId"),
            ("id", "id"),
            ("keyId", "keyId"),
            ("ipv_4_only", "ipv4Only"),
        ] {
            assert_eq!(camel(name), expected);
        }
    }
}
