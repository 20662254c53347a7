//! The layers of the crate: a module imports only modules of lower layers.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The modules of `src`, lowest layer first. Modules of one layer do not import each other.
const LAYERS: &[&[&str]] = &[
    &["clock", "registry", "schema", "secrets", "tls", "updates"],
    &["http", "ticket", "webhooks"],
    &["api_error", "hosts", "interceptors"],
    &["state", "traffic"],
    &["config", "storage"],
    &["keys"],
    &["app"],
    &["pages", "scim", "services"],
    &["api", "links", "mcp", "oauth", "proxy"],
    &["login"],
    &["endpoints"],
    &["admin", "dashboard"],
    &["server"],
];

fn layer(module: &str) -> usize {
    let found = LAYERS.iter().position(|layer| layer.contains(&module));
    found.unwrap_or_else(|| panic!("{module} has no layer"))
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

/// Returns the source of a file without comments and test modules.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = code.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the module path of a file: `state/table/read.rs` is `["state", "table", "read"]`.
fn module_path(file: &Path) -> Vec<&str> {
    let mut path: Vec<&str> = file.iter().map(|part| part.to_str().unwrap()).collect();
    match path.pop().unwrap() {
        "mod.rs" => {}
        name => path.push(name.trim_end_matches(".rs")),
    }
    path
}

/// Returns the first segments of a path or of a group: `["a", "b"]` for `{a::{self, c}, b}`.
fn first_segments(text: &str) -> Vec<String> {
    let Some(group) = text.strip_prefix('{') else {
        let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        return vec![text[..end.unwrap_or(text.len())].to_owned()];
    };
    let (mut depth, mut items) = (0, vec![String::new()]);
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            _ if depth == 0 => items.last_mut().unwrap().push(letter),
            _ => {}
        }
    }
    let items = items.iter().map(|item| item.trim());
    let items = items.filter(|item| !item.is_empty());
    items
        .map(|item| item.split("::").next().unwrap().to_owned())
        .collect()
}

/// Returns the top-level modules that a file imports, as `crate::…` or through `super::`.
fn imports(code: &str, depth: usize) -> BTreeSet<String> {
    let from_root = Regex::new(r"\bcrate::").unwrap();
    let from_parent = Regex::new(r"\b(?:super::)+").unwrap();
    let above = from_parent
        .find_iter(code)
        .filter(|found| found.len() == depth * "super::".len());
    let all = from_root.find_iter(code).chain(above);
    all.flat_map(|found| first_segments(&code[found.end()..]))
        .collect()
}

#[test]
fn imports_go_down_the_layers() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut upward = Vec::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let path = module_path(relative);
        // The program is another crate, which only sees the public API.
        if path[0] == "bin" || path == ["lib"] || path.last() == Some(&"tests") {
            continue;
        }
        let own = layer(path[0]);
        for import in imports(&code(&file), path.len()) {
            if import != path[0] && layer(&import) >= own {
                upward.push(format!("{}: imports {import}", relative.display()));
            }
        }
    }
    assert!(
        upward.is_empty(),
        "imports that do not go down the layers:\n{}",
        upward.join("\n")
    );
}

#[test]
fn every_module_has_one_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let declaration = Regex::new(r"(?m)^(?:pub )?mod (\w+);").unwrap();
    let root = fs::read_to_string(root).unwrap();
    let declared = declaration.captures_iter(&root);
    let declared: BTreeSet<&str> = declared
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    let listed: Vec<&str> = LAYERS.iter().copied().flatten().copied().collect();
    assert_eq!(listed.len(), declared.len());
    assert_eq!(BTreeSet::from_iter(listed), declared);
}

#[test]
fn the_architecture_page_lists_the_layers() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let page = fs::read_to_string(page).unwrap();
    let section = page.split("### Layers of the emulator").nth(1).unwrap();
    let section = section.split("\n#").next().unwrap();
    let row = Regex::new(r"(?m)^\| (\d+) \| ([^|]*) \|").unwrap();
    let name = Regex::new(r"`(\w+)/?`").unwrap();
    let mut rows = Vec::new();
    for found in row.captures_iter(section) {
        let names = name.captures_iter(found.get(2).unwrap().as_str());
        let names = names.map(|name| name.get(1).unwrap().as_str());
        rows.push((found[1].parse().unwrap(), names.collect::<Vec<_>>()));
    }
    let layers = LAYERS.iter().map(|layer| layer.to_vec());
    let mut expected: Vec<(usize, Vec<&str>)> = (1..).zip(layers).collect();
    expected.reverse();
    assert_eq!(rows, expected);
}

#[test]
fn the_reader_of_imports_sees_groups_and_parents() {
    let code =
        "use crate::{app::{App, x}, http};\nuse super::keys;\nlet y = super::super::scim::z;";
    let found = |depth| imports(code, depth).into_iter().collect::<Vec<_>>();
    assert_eq!(found(1), ["app", "http", "keys"]);
    assert_eq!(found(2), ["app", "http", "scim"]);
    assert_eq!(found(3), ["app", "http"]);
}
