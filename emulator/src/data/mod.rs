//! The data file: what a restart finds again, in redb, an embedded store whose transactions survive a kill.
//!
//! [`Data`] takes the entries of each change in the order of the changes and says when they are safe. One thread
//! writes them, and puts into one transaction what came in while it wrote the last one.

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
pub(crate) struct Data {
    singles: Singles,
    writer: Mutex<Option<Writer>>,
    /// Why nothing can be written any more.
    failure: std::sync::Arc<OnceLock<String>>,
}

#[derive(Debug)]
struct Writer {
    jobs: Sender<Job>,
    thread: JoinHandle<()>,
}

/// What belongs to one change.
struct Job {
    /// Forgets all rows first.
    clear: bool,
    rows: Vec<Entry>,
    single: Option<(&'static str, Vec<u8>)>,
    done: SyncSender<()>,
}

/// A change on its way to the disk.
#[must_use = "a change is safe only when it was waited for"]
pub(crate) struct Saving(Option<Receiver<()>>);

impl Saving {
    /// Returns once the change is on the disk, or [`Data::failure`] says why it is not.
    pub(crate) fn wait(self) {
        let Some(done) = self.0 else { return };
        let wait = || {
            // The writer ends without a word only after it failed.
            let _ = done.recv();
        };
        let runtime = tokio::runtime::Handle::try_current();
        let many = runtime
            .is_ok_and(|runtime| runtime.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread);
        if many {
            tokio::task::block_in_place(wait);
        } else {
            wait();
        }
    }
}

impl Data {
    /// Opens or makes a data file; answers with it and with the state in it, if it has one yet.
    ///
    /// # Errors
    /// In use by another emulator, damaged, of another format, or no data file at all; the file stays as it is.
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
        let data = Self {
            singles,
            writer,
            failure,
        };
        Ok((data, state))
    }

    /// Why the emulator must not answer any more: what it would say might be gone after a restart.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Saves the rows of one change. To be called while the state is locked, so that changes keep their order; to be
    /// waited for after.
    pub(crate) fn save(&self, rows: Vec<Entry>) -> Saving {
        self.send(false, rows, None)
    }

    /// Saves rows in place of all others.
    pub(crate) fn replace(&self, rows: Vec<Entry>) -> Saving {
        self.send(true, rows, None)
    }

    /// Keeps a value that is no row.
    pub(crate) fn keep(&self, name: &'static str, value: &impl Serialize) -> Saving {
        let value = serde_json::to_vec(value).unwrap_or_default();
        self.send(false, Vec::new(), Some((name, value)))
    }

    /// The value that was kept when the file was opened.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn kept<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<Option<T>> {
        use anyhow::Context as _;
        let value = self.singles.get(name);
        let read = value.map(|value| serde_json::from_slice(value));
        read.transpose()
            .with_context(|| format!("the data file has {name:?} in a form that cannot be read"))
    }

    fn send(&self, clear: bool, rows: Vec<Entry>, single: Option<(&'static str, Vec<u8>)>) -> Saving {
        if !clear && rows.is_empty() && single.is_none() {
            return Saving(None);
        }
        let (done, waiting) = sync_channel(1);
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
        Saving(Some(waiting))
    }

    /// Writes what is left and lets go of the file.
    pub(crate) fn close(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Writer { jobs, thread }) = writer {
            drop(jobs);
            let _ = thread.join();
        }
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        self.close();
    }
}

/// The writer: ends when nobody can send any more.
fn write_all(database: &Database, jobs: &Receiver<Job>, failure: &OnceLock<String>, name: &str) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
        if failure.get().is_none()
            && let Err(error) = write(database, &batch)
        {
            let _ = failure.set(format!("the data file {name} cannot be written: {error}"));
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
