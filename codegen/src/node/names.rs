//! Names as the protobuf runtime of Node spells them, and the modules that they come from.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, FileDescriptor, OneofDescriptor};

/// `organization_id` → `organizationId`, as the runtime calls a field.
pub(super) fn camel(name: &str) -> String {
    let mut text = String::new();
    let mut raise = false;
    for letter in name.chars() {
        match letter {
            '_' => raise = true,
            letter if raise && !letter.is_ascii_digit() => {
                text.push(letter.to_ascii_uppercase());
                raise = false;
            }
            letter => {
                text.push(letter);
                raise = false;
            }
        }
    }
    text
}

/// The oneof that a field excludes others in; not the one that only marks a field as `optional`.
pub(super) fn oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field.containing_oneof().filter(|oneof| !oneof.is_synthetic())
}

/// The name of a message or enum in its module: `Outer.Inner` → `Outer_Inner`.
pub(super) fn local_name(full_name: &str, file: &FileDescriptor) -> String {
    let name = full_name.strip_prefix(file.package_name()).unwrap_or(full_name);
    name.trim_start_matches('.').replace('.', "_")
}

fn is_known(file: &FileDescriptor) -> bool {
    file.package_name() == "google.protobuf"
}

/// What a client's module needs of message modules, collected while it is written.
#[derive(Default)]
pub(super) struct Modules {
    /// Variable → module, for what is loaded by the first call.
    loaded: BTreeMap<String, String>,
    /// Module → names of types, which cost nothing when the program runs.
    types: BTreeMap<String, BTreeSet<String>>,
    /// The name that the module's own class takes.
    taken: String,
}

impl Modules {
    fn path(file: &FileDescriptor) -> String {
        if is_known(file) {
            return "@bufbuild/protobuf/wkt".to_owned();
        }
        format!("./pkg/grpc/{}_pb", file.name().trim_end_matches(".proto"))
    }

    /// Nothing needed yet, in the module of the class `taken`.
    pub(super) fn new(taken: &str) -> Self {
        Modules {
            taken: taken.to_owned(),
            ..Modules::default()
        }
    }

    /// The expression for a name of a file's module when the program runs.
    pub(super) fn value(&mut self, file: &FileDescriptor, name: &str) -> String {
        let variable = if is_known(file) {
            "wkt".to_owned()
        } else {
            let path = file.name().trim_end_matches(".proto");
            format!("{}Pb", camel(path.rsplit('/').next().unwrap_or(path)))
        };
        self.loaded.insert(variable.clone(), Self::path(file));
        format!("{variable}().{name}")
    }

    /// What a type of a file's module is called here.
    pub(super) fn type_name(&mut self, file: &FileDescriptor, name: &str) -> String {
        let names = self.types.entry(Self::path(file)).or_default();
        if name == self.taken {
            names.insert(format!("{name} as {name}Message"));
            return format!("{name}Message");
        }
        names.insert(name.to_owned());
        name.to_owned()
    }

    /// Notes a type of a module that is no file of the schema.
    pub(super) fn plain_type(&mut self, module: &str, name: &str) {
        let names = self.types.entry(module.to_owned()).or_default();
        names.insert(name.to_owned());
    }

    /// The import lines of the types.
    pub(super) fn imports(&self) -> String {
        let line = |(module, names): (&String, &BTreeSet<String>)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            named("import type", &names, module)
        };
        self.types.iter().map(line).collect()
    }

    /// The statements that load modules at their first use.
    pub(super) fn loaders(&self) -> String {
        let line = |(variable, module): (&String, &String)| {
            format!(
                "const {variable} = lazily(() => require(\"{module}\") as typeof import(\"{module}\"));\n"
            )
        };
        self.loaded.iter().map(line).collect()
    }
}

/// `import type { A, B } from "module";`, broken where it is long.
pub(super) fn named(verb: &str, names: &[&str], module: &str) -> String {
    let one = format!("{verb} {{ {} }} from \"{module}\";\n", names.join(", "));
    if one.len() <= 111 {
        return one;
    }
    let lines: String = names.iter().map(|name| format!("  {name},\n")).collect();
    format!("{verb} {{\n{lines}}} from \"{module}\";\n")
}

#[cfg(test)]
mod tests {
    use super::camel;

    #[test]
    fn fields_are_called_as_the_runtime_calls_them() {
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
