//! The code of one generated module and its imports.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::context;
use prost_reflect::{EnumDescriptor, MessageDescriptor};
use serde::Serialize;

use super::{Context, docs, module_of, render};

/// A module that is being generated.
pub(crate) struct Module<'a> {
    pub(super) context: &'a Context<'a>,
    package: &'a str,
    code: String,
    imports: BTreeSet<&'static str>,
    /// Modules of other packages.
    packages: BTreeSet<String>,
    /// All types are named by their full path and no import is needed.
    full_paths: bool,
}

impl<'a> Module<'a> {
    pub(super) fn new(context: &'a Context<'a>, package: &'a str) -> Self {
        Module {
            context,
            package,
            code: String::new(),
            imports: BTreeSet::new(),
            packages: BTreeSet::new(),
            full_paths: false,
        }
    }

    /// A module outside of the core, which names all types by their full path.
    pub(crate) fn outside(context: &'a Context<'a>) -> Self {
        Module {
            full_paths: true,
            ..Self::new(context, "")
        }
    }

    pub(super) fn import(&mut self, path: &'static str) {
        self.imports.insert(path);
    }

    /// Imports a path and returns its last segment, or the full path.
    pub(super) fn path(&mut self, path: &'static str) -> String {
        if self.full_paths {
            return path.replacen("crate::", "scalekit::", 1);
        }
        self.imports.insert(path);
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }

    /// Returns the name of a message in this module.
    pub(super) fn message(&mut self, message: &MessageDescriptor) -> String {
        if message.full_name() == "google.protobuf.Empty" {
            return self.path("crate::types::Empty");
        }
        let name = self.context.message_name(message);
        let raw = if self.context.is_raw(message) {
            "raw::"
        } else {
            ""
        };
        self.qualified(message.package_name(), name, raw)
    }

    /// Returns the name of an enum in this module.
    pub(super) fn enumeration(&mut self, values: &EnumDescriptor) -> String {
        self.qualified(values.package_name(), values.name().to_owned(), "")
    }

    fn qualified(&mut self, package: &str, name: String, raw: &str) -> String {
        let module = module_of(package);
        if self.full_paths {
            return format!("scalekit::api::{raw}{module}::{name}");
        }
        if package == self.package {
            return name;
        }
        let path = format!("{module}::{name}");
        self.packages.insert(module);
        path
    }

    pub(super) fn add_text(&mut self, text: &str) {
        self.code.push_str(text);
        self.code.push_str("\n\n");
    }

    /// Appends a rendered template.
    pub(super) fn add<V: Serialize>(&mut self, template: &str, view: &V) -> anyhow::Result<()> {
        self.add_text(&render(template, minijinja::value::Serde(view))?);
        Ok(())
    }

    /// Returns the module with its documentation and imports.
    pub(super) fn finish(self, doc: &str) -> anyhow::Result<String> {
        let doc = if doc.is_empty() { self.package } else { doc };
        let packages = self
            .packages
            .iter()
            .map(|module| format!("crate::api::{module}"));
        let paths: BTreeSet<String> = self
            .imports
            .iter()
            .map(|path| (*path).to_owned())
            .chain(packages)
            .collect();
        render(
            "module.rs",
            context! {
                doc => docs::module(doc),
                imports => blocks(&paths),
                code => self.code,
            },
        )
    }
}

/// Returns the imports as three blocks: the standard library, other crates, this crate.
fn blocks(paths: &BTreeSet<String>) -> Vec<Vec<String>> {
    let start = |path: &str| path.split("::").next().unwrap_or_default().to_owned();
    let is_external = |path: &str| !["std", "crate"].contains(&start(path).as_str());
    let block = |belongs: &dyn Fn(&str) -> bool| {
        let mut by_parent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in paths.iter().filter(|path| belongs(path)) {
            let (parent, name) = path.rsplit_once("::").unwrap_or(("", path));
            by_parent.entry(parent).or_default().push(name);
        }
        let lines = by_parent
            .iter()
            .map(|(parent, names)| format!("{parent}::{{{}}}", names.join(", ")));
        lines.collect::<Vec<_>>()
    };
    let blocks = [
        block(&|path| start(path) == "std"),
        block(&is_external),
        block(&|path| start(path) == "crate"),
    ];
    blocks
        .into_iter()
        .filter(|block| !block.is_empty())
        .collect()
}
