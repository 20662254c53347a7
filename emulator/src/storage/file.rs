//! Opening and reading of data files. A file that cannot be read is never changed.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use redb::StorageBackend as _;
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, TableDefinition,
};
use serde::{Deserialize, Serialize};

use crate::state::{COUNTERS, State};

/// The rows of the state, by table name and key.
pub(super) const ROWS: TableDefinition<'_, (&str, &[u8]), &[u8]> = TableDefinition::new("rows");

/// Single values: file information, signing keys and settings.
pub(super) const SINGLES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("singles");

/// The name of the value with the file information.
const ABOUT: &str = "about";

/// The format version. Increase it when the format of rows changes.
const FORMAT: u32 = 1;

/// Single values, by name.
pub(super) type Singles = HashMap<String, Vec<u8>>;

#[derive(Debug, Serialize, Deserialize)]
struct About {
    format: u32,
    /// The version of the emulator that created the file.
    version: String,
}

/// Opens a data file and reads all of it. Creates the file if it does not exist.
///
/// # Errors
/// See [`DataFile::open`](super::DataFile::open).
pub(super) fn open(path: &Path) -> anyhow::Result<(Database, Singles, Option<State>)> {
    let name = path.display();
    let file = match open_existing(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(path).with_context(|| format!("cannot create the data file {name}"))?;
            open_existing(path)
        }
        opened => opened,
    };
    let mut file = file.with_context(|| format!("cannot open the data file {name}"))?;
    let in_use = || anyhow!("the data file {name} is in use by another emulator");
    // The lock prevents changes while the file is read.
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use()),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock the data file {name}"));
        }
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)
        .with_context(|| format!("cannot read the data file {name}"))?;
    let (singles, state) =
        read_copy(bytes).with_context(|| format!("cannot use the data file {name}"))?;
    file.unlock()?;
    let database =
        match FileBackend::new(file).and_then(|file| Builder::new().create_with_backend(file)) {
            Ok(database) => database,
            Err(DatabaseError::DatabaseAlreadyOpen) => return Err(in_use()),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot open the data file {name}"));
            }
        };
    Ok((database, singles, state))
}

fn open_existing(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Creates a data file under a temporary name first, so that a crash cannot leave an incomplete
/// file.
fn create(path: &Path) -> anyhow::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}-{:08x}", std::process::id(), fastrand::u32(..)));
    let draft = Path::new(&draft);
    let created = fill(draft).and_then(|()| match std::fs::hard_link(draft, path) {
        // Another process created the file at the same time.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => Ok(linked?),
    });
    let _ = std::fs::remove_file(draft);
    created
}

fn fill(draft: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    // The file contains private keys.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let database = Builder::new().create_with_backend(FileBackend::new(options.open(draft)?)?)?;
    let about = About {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let transaction = database.begin_write()?;
    transaction
        .open_table(SINGLES)?
        .insert(ABOUT, serde_json::to_vec(&about)?.as_slice())?;
    transaction.open_table(ROWS)?;
    transaction.commit()?;
    database.close()?;
    Ok(())
}

/// Reads a copy of the file. Opening a store repairs it, which could destroy data in a damaged
/// file.
fn read_copy(bytes: Vec<u8>) -> anyhow::Result<(Singles, Option<State>)> {
    // A damaged store can make redb panic, so it is read on a separate thread.
    let reader = std::thread::Builder::new().spawn(move || read(&bytes))?;
    let (singles, rows) = match reader.join() {
        Ok(Ok(read)) => read,
        Ok(Err(DatabaseError::UpgradeRequired(format))) => {
            bail!(
                "it has storage format {format}, which this version cannot read; the file was not changed"
            )
        }
        Ok(Err(error)) => {
            bail!("it is damaged or not a data file ({error}); the file was not changed")
        }
        Err(_) => bail!("it is damaged; the file was not changed"),
    };
    let about: About = singles
        .get(ABOUT)
        .and_then(|about| serde_json::from_slice(about).ok())
        .context("it is not a data file of scalekit-emulator; the file was not changed")?;
    if about.format != FORMAT {
        bail!(
            "it was created by scalekit-emulator version {} in format {}, \
             but this version reads format {FORMAT}; the file was not changed",
            about.version,
            about.format
        );
    }
    let has_state = rows.iter().any(|(kind, ..)| kind == COUNTERS);
    let state = has_state.then(|| State::restore(&rows)).transpose();
    Ok((singles, state.context("the file was not changed")?))
}

type Rows = Vec<(String, Vec<u8>, Vec<u8>)>;

fn read(bytes: &[u8]) -> Result<(Singles, Rows), DatabaseError> {
    let backend = InMemoryBackend::new();
    backend.set_len(bytes.len() as u64)?;
    backend.write(0, bytes)?;
    let mut builder = Builder::new();
    builder.set_check_integrity_on_open(true);
    let database = builder.create_with_backend(backend)?;
    let tables = read_tables(&database);
    tables.map_err(|error| DatabaseError::Storage(redb::StorageError::Corrupted(error.to_string())))
}

fn read_tables(database: &Database) -> Result<(Singles, Rows), redb::Error> {
    let transaction = database.begin_read()?;
    let mut singles = Singles::new();
    for single in transaction.open_table(SINGLES)?.iter()? {
        let (name, value) = single?;
        singles.insert(name.value().to_owned(), value.value().to_vec());
    }
    let mut rows = Rows::new();
    for row in transaction.open_table(ROWS)?.iter()? {
        let (key, value) = row?;
        let (kind, key) = key.value();
        rows.push((kind.to_owned(), key.to_vec(), value.value().to_vec()));
    }
    Ok((singles, rows))
}
