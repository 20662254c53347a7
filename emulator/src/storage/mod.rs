//! The data file: persistent state in redb, an embedded database with crash-safe transactions.
//!
//! [`DataFile`] receives the entries of each change in order. A single thread writes them. It
//! combines all changes that arrive during a transaction into the next one.

mod file;

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use redb::Database;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::{Entry, State};
use file::{ROWS, SINGLES, Singles};

/// An open data file.
#[derive(Debug)]
pub(crate) struct DataFile {
    singles: Singles,
    writer: Mutex<Option<Writer>>,
    /// The error that stopped the writer.
    failure: std::sync::Arc<OnceLock<String>>,
}

#[derive(Debug)]
struct Writer {
    jobs: Sender<Job>,
    thread: JoinHandle<()>,
}

/// The data of one change.
struct Job {
    /// Deletes all rows first.
    clear: bool,
    rows: Vec<Entry>,
    single: Option<(&'static str, Vec<u8>)>,
    done: SyncSender<()>,
}

/// A change that is being written.
#[must_use = "call `wait` to ensure that the change is on disk"]
pub(crate) struct PendingWrite(Option<Receiver<()>>);

impl PendingWrite {
    /// Blocks until the change is on disk or [`DataFile::failure`] is set.
    pub(crate) fn wait(self) {
        let Some(done) = self.0 else { return };
        let wait = || {
            // Fails only if the writer has stopped.
            let _ = done.recv();
        };
        let runtime = tokio::runtime::Handle::try_current();
        let multi_threaded = runtime.is_ok_and(|runtime| {
            runtime.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread
        });
        if multi_threaded {
            tokio::task::block_in_place(wait);
        } else {
            wait();
        }
    }
}

impl DataFile {
    /// Opens or creates a data file. Returns it with the stored state, or `None` if the file is
    /// new.
    ///
    /// # Errors
    /// Returns an error if the file is in use by another emulator, damaged, in another format or
    /// not a data file. The file is not changed.
    pub(crate) fn open(path: &Path) -> anyhow::Result<(Self, Option<State>)> {
        let (database, singles, state) = file::open(path)?;
        let failure = std::sync::Arc::<OnceLock<String>>::default();
        let (jobs, incoming) = channel();
        let failed = std::sync::Arc::clone(&failure);
        let name = path.display().to_string();
        let thread = std::thread::Builder::new()
            .name("data".to_owned())
            .spawn(move || write_all(&database, &incoming, &failed, &name))?;
        let writer = Mutex::new(Some(Writer { jobs, thread }));
        let data_file = Self {
            singles,
            writer,
            failure,
        };
        Ok((data_file, state))
    }

    /// Returns the write error. After an error, the emulator must not send responses: they could
    /// describe changes that are lost after a restart.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Saves the rows of one change. Call it while the state is locked, to preserve the order of
    /// changes. Wait for the result after unlocking.
    pub(crate) fn save(&self, rows: Vec<Entry>) -> PendingWrite {
        self.send(false, rows, None)
    }

    /// Replaces all rows.
    pub(crate) fn replace(&self, rows: Vec<Entry>) -> PendingWrite {
        self.send(true, rows, None)
    }

    /// Saves a single value.
    pub(crate) fn save_value(&self, name: &'static str, value: &impl Serialize) -> PendingWrite {
        let value = serde_json::to_vec(value).unwrap_or_default();
        self.send(false, Vec::new(), Some((name, value)))
    }

    /// Returns a single value as it was when the file was opened.
    ///
    /// # Errors
    /// Returns an error if the value cannot be deserialized.
    pub(crate) fn value<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<Option<T>> {
        use anyhow::Context as _;
        let value = self.singles.get(name);
        let read = value.map(|value| serde_json::from_slice(value));
        read.transpose()
            .with_context(|| format!("cannot read {name:?} in the data file"))
    }

    fn send(
        &self,
        clear: bool,
        rows: Vec<Entry>,
        single: Option<(&'static str, Vec<u8>)>,
    ) -> PendingWrite {
        if !clear && rows.is_empty() && single.is_none() {
            return PendingWrite(None);
        }
        let (done, written) = sync_channel(1);
        let job = Job {
            clear,
            rows,
            single,
            done,
        };
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = writer
            .as_ref()
            .is_some_and(|writer| writer.jobs.send(job).is_ok());
        if !sent {
            let _ = self.failure.set("the emulator has stopped".to_owned());
        }
        PendingWrite(Some(written))
    }

    /// Writes the remaining changes and closes the file.
    pub(crate) fn close(&self) {
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Writer { jobs, thread }) = writer {
            drop(jobs);
            let _ = thread.join();
        }
    }
}

impl Drop for DataFile {
    fn drop(&mut self) {
        self.close();
    }
}

/// Runs the writer until all senders are dropped.
fn write_all(database: &Database, jobs: &Receiver<Job>, failure: &OnceLock<String>, name: &str) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
        if failure.get().is_none()
            && let Err(error) = write(database, &batch)
        {
            let _ = failure.set(format!("cannot write the data file {name}: {error}"));
        }
        for job in batch {
            let _ = job.done.send(());
        }
    }
}

fn write(database: &Database, batch: &[Job]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut rows = transaction.open_table(ROWS)?;
        let mut singles = transaction.open_table(SINGLES)?;
        for job in batch {
            if job.clear {
                rows.retain(|_, _| false)?;
            }
            for row in &job.rows {
                let key = (row.kind, row.key.as_slice());
                match &row.value {
                    Some(value) => rows.insert(key, value.as_slice())?,
                    None => rows.remove(key)?,
                };
            }
            if let Some((name, value)) = &job.single {
                singles.insert(*name, value.as_slice())?;
            }
        }
    }
    transaction.commit()?;
    Ok(())
}
