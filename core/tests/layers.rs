//! The layers of the crate: a module imports only modules below it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of `src`, lowest layer first. Modules of one layer do not import each other.
const LAYERS: &[&[&str]] = &[
    &["case", "percent", "secret"],
    // `Error` contains the reason for a rejected token, and every reason converts to `Error`.
    &["error"],
    &["observe"],
    &["config", "schema", "types"],
    &["http", "request", "single_flight"],
    &["oauth", "webhook"],
    &["credentials", "session", "token"],
    &["client"],
    &["api"],
    &["actions"],
];

/// Imports against the layers, each with its reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The error carries a `TokenError`.
    ("error", "token"),
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The source of a file without comments and test modules.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The first path segments after each `crate::`.
fn imported(code: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => rest,
        };
        let names = if rest.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![list]
        };
        for name in names {
            let name = name.trim_start();
            let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            modules.insert(name[..end.unwrap_or(name.len())].to_owned());
        }
    }
    modules
}

#[test]
fn imports_go_down_the_layers() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut against = Vec::new();
    let mut used_exceptions = BTreeSet::new();
    for path in rust_files(&source) {
        let relative = path.strip_prefix(&source).unwrap();
        if relative
            .components()
            .any(|part| part.as_os_str() == "tests")
            || relative.ends_with("tests.rs")
        {
            continue;
        }
        let first = relative
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let module = first.trim_end_matches(".rs");
        if matches!(module, "lib" | "test_server") {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("{module} has no layer"));
        for import in imported(&code(&path)) {
            // `crate::Error` and the like are re-exports of lib.rs; `test_server` is for tests.
            let Some(other) = layer(&import).filter(|_| import != module) else {
                continue;
            };
            if other < own {
                continue;
            }
            match EXCEPTIONS
                .iter()
                .find(|(from, to)| *from == module && *to == import)
            {
                Some(exception) => {
                    used_exceptions.insert(exception);
                }
                None => against.push(format!("{}: {module} imports {import}", relative.display())),
            }
        }
    }
    assert!(
        against.is_empty(),
        "imports against the layers:\n{}",
        against.join("\n")
    );
    assert_eq!(
        used_exceptions.len(),
        EXCEPTIONS.len(),
        "an exception is no longer needed"
    );
}

#[test]
fn only_the_upper_layers_use_the_client() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in rust_files(&source) {
        let relative = path.strip_prefix(&source).unwrap();
        let upper = ["client", "api", "actions", "lib.rs", "test_server.rs"];
        if upper.iter().any(|part| relative.starts_with(part)) {
            continue;
        }
        let code = code(&path);
        assert!(!code.contains("impl Client"), "{}", relative.display());
        assert!(!code.contains("crate::Client"), "{}", relative.display());
    }
}

#[test]
fn the_crate_names_no_other_language() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in rust_files(&source) {
        let text = fs::read_to_string(&path).unwrap().to_ascii_lowercase();
        for language in [
            "python",
            "node.js",
            "nodejs",
            "napi",
            "pyo3",
            "javascript",
            "kotlin",
            "uniffi",
        ] {
            assert!(
                !text.contains(language),
                "{} contains {language}",
                path.display()
            );
        }
    }
}
