//! The imports of a Kotlin file.

use std::collections::{BTreeMap, BTreeSet};

/// The imports of a file. A type whose simple name is taken is written with its package.
pub(super) struct Imports {
    package: String,
    taken: BTreeSet<String>,
    imported: BTreeMap<String, String>,
}

impl Imports {
    /// Creates the imports of a file in `package`, which declares the types `local`.
    pub(super) fn new(package: &str, local: Vec<String>) -> Self {
        Imports {
            package: package.to_owned(),
            taken: local.into_iter().collect(),
            imported: BTreeMap::new(),
        }
    }

    /// Returns the name by which the file refers to a type, and imports the type if necessary.
    pub(super) fn name(&mut self, package: &str, name: &str) -> String {
        let path = format!("{package}.{name}");
        if package == self.package {
            return name.to_owned();
        }
        if self.taken.contains(name) {
            return path;
        }
        match self.imported.get(name) {
            Some(found) if *found != path => path,
            _ => {
                self.imported.insert(name.to_owned(), path);
                name.to_owned()
            }
        }
    }

    /// Returns the imported paths, sorted.
    pub(super) fn list(&self) -> Vec<String> {
        let paths: BTreeSet<&String> = self.imported.values().collect();
        paths.into_iter().cloned().collect()
    }
}
