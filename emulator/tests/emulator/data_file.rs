//! `--data`: unusable files, and the `export` and `import` commands.

use std::path::Path;
use std::process::{Command, Output};

use scalekit_emulator::{Emulator, Seed};
use serde_json::Value;

use crate::data::new_path;

const BINARY: &str = env!("CARGO_BIN_EXE_scalekit-emulator");

/// Returns the error of an emulator that cannot start with a file. Checks that the file is
/// unchanged.
async fn startup_error(file: &Path) -> String {
    let before = std::fs::read(file).unwrap();
    let error = Emulator::builder()
        .data(file)
        .start()
        .await
        .expect_err("the file must be rejected");
    assert_eq!(std::fs::read(file).unwrap(), before, "{error}");
    let text = error.to_string();
    assert!(text.contains(file.to_str().unwrap()), "{text}");
    text
}

async fn seeded_file(name: &str) -> std::path::PathBuf {
    let file = new_path(name);
    drop(
        Emulator::builder()
            .data(&file)
            .seed(Seed::demo())
            .start()
            .await
            .unwrap(),
    );
    file
}

#[tokio::test]
async fn other_files_are_rejected_and_not_changed() {
    let file = new_path("other.txt");
    for content in ["", "a diary, and not a short one".repeat(1000).as_str()] {
        std::fs::write(&file, content).unwrap();
        let error = startup_error(&file).await;
        assert!(error.contains("the file was not changed"), "{error}");
    }
}

#[tokio::test]
async fn a_truncated_file_is_rejected_and_not_changed() {
    let original = std::fs::read(seeded_file("damaged.redb").await).unwrap();
    let file = new_path("damaged.redb");
    for length in [1, 100, original.len() / 2, original.len() - 4096] {
        std::fs::write(&file, &original[..length]).unwrap();
        let error = startup_error(&file).await;
        assert!(
            error.contains("the file was not changed"),
            "{length}: {error}"
        );
    }
}

/// With one wrong byte, the emulator either rejects the file without changing it or loads every
/// row.
#[tokio::test]
async fn a_wrong_byte_never_loses_a_row_silently() {
    let file = seeded_file("flipped.redb").await;
    let original = std::fs::read(&file).unwrap();
    let export = |emulator: &Emulator| emulator.export().to_json().unwrap();
    let all = export(&Emulator::builder().data(&file).start().await.unwrap());
    let (mut random, mut rejected) = (fastrand::Rng::with_seed(7), 0);
    for _ in 0..60 {
        let mut bytes = original.clone();
        let offset = random.usize(..bytes.len());
        bytes[offset] ^= random.u8(1..);
        std::fs::write(&file, &bytes).unwrap();
        match Emulator::builder().data(&file).start().await {
            Ok(emulator) => assert_eq!(export(&emulator), all, "byte {offset}"),
            Err(error) => {
                rejected += 1;
                assert!(
                    error.to_string().contains("the file was not changed"),
                    "{offset}: {error}"
                );
                assert_eq!(std::fs::read(&file).unwrap(), bytes);
            }
        }
    }
    assert!(rejected > 0);
}

#[tokio::test]
async fn a_file_of_another_format_is_rejected_and_not_changed() {
    const SINGLES: redb::TableDefinition<'_, &str, &[u8]> = redb::TableDefinition::new("singles");
    let file = seeded_file("newer.redb").await;
    let database = redb::Database::open(&file).unwrap();
    let transaction = database.begin_write().unwrap();
    let about: &[u8] = br#"{"format": 2, "version": "9.0.0"}"#;
    transaction
        .open_table(SINGLES)
        .unwrap()
        .insert("about", about)
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = startup_error(&file).await;
    for part in ["version 9.0.0", "format 2", "reads format 1"] {
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_file_cannot_be_used_by_two_emulators() {
    let file = new_path("shared.redb");
    let first = Emulator::builder().data(&file).start().await.unwrap();
    let error = Emulator::builder().data(&file).start().await.unwrap_err();
    assert!(
        error.to_string().contains("is in use by another emulator"),
        "{error}"
    );
    // The same holds for another process.
    let output = Command::new(BINARY)
        .args(["--port", "0", "--data"])
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("is in use by another emulator"), "{text}");
    drop(first);
    Emulator::builder().data(&file).start().await.unwrap();
}

fn command(arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command
        .env_remove("SCALEKIT_ENVIRONMENT_URL")
        .args(arguments);
    command.output().unwrap()
}

fn succeeds(arguments: &[&str]) {
    let output = command(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn export_and_import_move_rows_between_files_and_running_emulators() {
    let (first, second) = (seeded_file("from.redb").await, new_path("to.redb"));
    let (json, again) = (new_path("environment.json"), new_path("again.json"));
    let [first, second] = [first.to_str().unwrap(), second.to_str().unwrap()];
    let [json, again] = [json.to_str().unwrap(), again.to_str().unwrap()];
    let read =
        |file: &str| -> Value { serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap() };
    succeeds(&["export", json, "--data", first]);
    succeeds(&["import", json, "--data", second]);
    succeeds(&["export", again, "--data", second]);
    assert_eq!(read(json), read(again));
    assert_eq!(
        read(json)["organizations"][0]["display_name"],
        "Northwind Traders"
    );

    // Import into and export from a running emulator, and use the export as a seed.
    let running = Emulator::builder().start().await.unwrap();
    succeeds(&["import", json, "--url", running.url()]);
    succeeds(&["export", again, "--url", running.url()]);
    assert_eq!(read(json), read(again));
    succeeds(&["run", "--seed", again, "--", "true"]);
    succeeds(&["run", "--seed", "demo", "--", "true"]);

    let output = command(&["export", json, "--data", "/nowhere/at.all"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("data file /nowhere/at.all does not exist"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_from_a_foreign_host_names_the_option() {
    let running = Emulator::builder().start().await.unwrap();
    let file = new_path("rejected.json");
    let mut export = Command::new(BINARY);
    // The emulator acts as the proxy, so the host name does not have to resolve.
    export
        .args([
            "export",
            file.to_str().unwrap(),
            "--url",
            "http://emulator.test",
        ])
        .env("http_proxy", running.url())
        .env_remove("no_proxy")
        .env_remove("NO_PROXY");
    let output = export.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && text.contains("--allow-host emulator.test"),
        "{text}"
    );
    assert!(!file.exists());
}
