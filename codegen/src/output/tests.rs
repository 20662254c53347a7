//! Writing, comparing and removing files in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{ATTRIBUTES, Change, LABEL, MANIFEST, Output, State};

/// A temporary folder that is removed after the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "codegen-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn output(&self, files: &[&str]) -> Output {
        let mut output = Output::new(&self.0);
        for path in files {
            output.text(path, "content\n").unwrap();
        }
        output
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn change(path: &str, state: State) -> Change {
    Change {
        path: path.to_owned(),
        state,
    }
}

#[test]
fn everything_is_written_once_with_label_manifest_and_attributes() {
    let folder = Folder::new();
    let written = folder.output(&["a/b.rs", "c.pyi"]).write().unwrap();
    assert_eq!(
        written,
        [
            change(ATTRIBUTES, State::Missing),
            change("a/b.rs", State::Missing),
            change("c.pyi", State::Missing),
            change(MANIFEST, State::Missing),
        ]
    );
    assert_eq!(
        fs::read_to_string(folder.path("a/b.rs")).unwrap(),
        format!("// {LABEL}\ncontent\n")
    );
    assert_eq!(
        fs::read_to_string(folder.path("c.pyi")).unwrap(),
        format!("# {LABEL}\ncontent\n")
    );
    assert_eq!(
        fs::read_to_string(folder.path(MANIFEST)).unwrap(),
        format!("# {LABEL}\na/b.rs\nc.pyi\n")
    );
    assert_eq!(
        fs::read_to_string(folder.path(ATTRIBUTES)).unwrap(),
        format!("# {LABEL}\na/b.rs linguist-generated\nc.pyi linguist-generated\n")
    );

    assert_eq!(folder.output(&["a/b.rs", "c.pyi"]).check().unwrap(), []);
    assert_eq!(folder.output(&["a/b.rs", "c.pyi"]).write().unwrap(), []);
}

#[test]
fn a_check_lists_edited_missing_and_orphaned_files_and_changes_none() {
    let folder = Folder::new();
    folder.output(&["a.rs", "b.rs", "c.rs"]).write().unwrap();
    fs::write(folder.path("a.rs"), "edited").unwrap();
    fs::remove_file(folder.path("b.rs")).unwrap();

    let expected = [
        change(ATTRIBUTES, State::Differs),
        change("a.rs", State::Differs),
        change("b.rs", State::Missing),
        change("c.rs", State::Orphaned),
        change(MANIFEST, State::Differs),
    ];
    assert_eq!(folder.output(&["a.rs", "b.rs"]).check().unwrap(), expected);
    assert_eq!(fs::read_to_string(folder.path("a.rs")).unwrap(), "edited");
    assert!(!folder.path("b.rs").exists() && folder.path("c.rs").exists());

    assert_eq!(folder.output(&["a.rs", "b.rs"]).write().unwrap(), expected);
    assert!(folder.path("b.rs").exists() && !folder.path("c.rs").exists());
    assert_eq!(folder.output(&["a.rs", "b.rs"]).check().unwrap(), []);
}

#[test]
fn files_that_were_never_generated_are_not_removed() {
    let folder = Folder::new();
    fs::write(folder.path("own.rs"), "own").unwrap();
    folder.output(&["a.rs"]).write().unwrap();
    folder.output(&[]).write().unwrap();
    assert_eq!(fs::read_to_string(folder.path("own.rs")).unwrap(), "own");
}

#[test]
fn paths_are_inside_the_project_and_unique() {
    let folder = Folder::new();
    let mut output = folder.output(&["a.rs"]);
    for path in [
        "a.rs",
        "../a.rs",
        "/a.rs",
        "b/../../a.rs",
        "",
        "no.comments",
    ] {
        assert!(output.text(path, "").is_err(), "{path}");
    }
    fs::create_dir_all(folder.path(MANIFEST).parent().unwrap()).unwrap();
    fs::write(folder.path(MANIFEST), "../victim\n").unwrap();
    assert!(output.check().is_err());
}

#[test]
fn the_generated_files_of_this_project_are_deterministic() {
    let generated = || {
        let root = crate::project_root();
        let schema = crate::Schema::load(&root.join("proto")).unwrap();
        let mut output = Output::new(Path::new(&root));
        crate::generate(&schema, &mut output).unwrap();
        output.with_lists()
    };
    assert!(
        generated() == generated(),
        "two runs generated different files"
    );
}
