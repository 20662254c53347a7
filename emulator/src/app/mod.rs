//! The shared state of a running emulator.

mod interceptors;

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::config::{Config, Credentials};
use crate::hosts::Hosts;
use crate::http::Request;
use crate::interceptors::{Interceptor, Interceptors};
use crate::keys::Keys;
use crate::registry::Registry;
use crate::state::{Ctx, Seed, State};
use crate::storage::DataFile;
use crate::ticket::TicketKey;
use crate::traffic::{Faults, Log};
use crate::updates::Updates;
use crate::webhooks::{Endpoint, Webhooks};

/// The name of the [`Settings`] in the data file.
const SETTINGS: &str = "settings";

/// A running emulator.
pub(crate) struct App {
    pub(crate) config: Config,
    /// The environment's URL, without a trailing slash.
    pub(crate) url: String,
    pub(crate) hosts: Hosts,
    /// The environment's client.
    pub(crate) client: Credentials,
    pub(crate) clock: Arc<Clock>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) webhooks: Webhooks,
    pub(crate) interceptors: Interceptors,
    pub(crate) ticket_key: TicketKey,
    pub(crate) updates: Updates,
    pub(crate) data_file: Option<Arc<DataFile>>,
    /// The seeds to load on each reset, as JSON to save memory.
    seeds: Vec<Box<[u8]>>,
    /// Locked while settings are collected and queued, so that they are saved in order.
    settings: Mutex<()>,
    state: RwLock<State>,
}

/// Settings in the data file that are not part of the state.
#[derive(Default, Serialize, Deserialize)]
struct Settings {
    client: Credentials,
    webhooks: Registry<Endpoint>,
    interceptors: Registry<Interceptor>,
    shift_milliseconds: i64,
}

impl App {
    /// Creates the application. It must be called within a Tokio runtime, because the first key is
    /// generated on a blocking thread. `url` is used if the configuration has no URL. `new_secret`
    /// is used if neither the configuration nor the data file contains a secret.
    ///
    /// # Errors
    /// Returns an error if the data file cannot be used.
    pub(crate) fn new(
        mut config: Config,
        url: String,
        new_secret: &str,
    ) -> anyhow::Result<Arc<Self>> {
        let (data_file, state) = match &config.data_file {
            Some(path) => {
                let (data_file, state) = DataFile::open(path)?;
                (Some(Arc::new(data_file)), state)
            }
            None => (None, None),
        };
        let settings: Option<Settings> = match &data_file {
            Some(data_file) => data_file.value(SETTINGS)?,
            None => None,
        };
        let settings = settings.unwrap_or_default();
        let seeds = std::mem::take(&mut config.seeds);
        let seed_texts = seeds
            .iter()
            .map(|seed| Ok(serde_json::to_vec(&seed.0)?.into_boxed_slice()));
        let clock = Clock::default();
        let _ = clock.set_shift(SignedDuration::from_millis(settings.shift_milliseconds));
        let updates = Updates::default();
        let url = config.url.clone().unwrap_or(url);
        let app = Arc::new(Self {
            hosts: Hosts::new(&url, &config.allowed_hosts),
            url,
            client: config.credentials(settings.client, new_secret),
            clock: Arc::new(clock),
            keys: Keys::start(data_file.clone())?,
            log: Log::default(),
            faults: Faults::default(),
            webhooks: Webhooks::new(&config.webhooks, settings.webhooks, updates.clone()),
            interceptors: Interceptors::new(settings.interceptors),
            ticket_key: TicketKey::default(),
            updates,
            data_file,
            seeds: seed_texts.collect::<Result<_, serde_json::Error>>()?,
            settings: Mutex::default(),
            state: RwLock::default(),
            config,
        });
        match state {
            Some(state) => app.resume(state),
            None => app.start_over(seeds.into_iter().map(|seed| Ok(seed.0)))?,
        }
        app.save_settings();
        Ok(app)
    }

    /// Continues with the state from the data file. Seeds are only loaded when the file is created.
    fn resume(&self, mut state: State) {
        state.track();
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        self.change(|state| state.ensure_client(&self.ctx(), &self.client.id, &self.client.secret));
    }

    /// Resets the state and loads the configured seeds. Keys, faults, webhook endpoints,
    /// interceptors and the log are kept.
    ///
    /// # Errors
    /// Returns an error if a seed cannot be deserialized. This does not happen for seeds that were
    /// loaded at startup.
    pub(crate) fn reset(&self) -> serde_json::Result<()> {
        self.start_over(self.seeds.iter().map(|seed| serde_json::from_slice(seed)))
    }

    /// Replaces the state with a new one that contains these seeds.
    fn start_over(
        &self,
        seeds: impl Iterator<Item = serde_json::Result<Seed>>,
    ) -> serde_json::Result<()> {
        let mut state = State::default();
        if self.data_file.is_some() {
            state.track();
        }
        state.add_first_roles();
        let ensure_client = |state: &mut State| {
            state.ensure_client(&self.ctx(), &self.client.id, &self.client.secret)
        };
        ensure_client(&mut state);
        for seed in seeds {
            state.seed(&self.ctx(), seed?);
        }
        // A seed can replace the client and its secrets.
        ensure_client(&mut state);
        let mut current = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let saving = self
            .data_file
            .as_ref()
            .map(|file| file.replace(state.drain()));
        *current = state;
        drop(current);
        if let Some(saving) = saving {
            saving.wait();
        }
        Ok(())
    }

    pub(crate) fn ctx(&self) -> Ctx<'_> {
        Ctx {
            now: self.clock.now(),
            url: &self.url,
        }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, waits until the change is saved, and sends the emitted events.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut state);
        let events = std::mem::take(&mut state.outbox);
        let saving = self.data_file.as_ref().map(|file| file.save(state.drain()));
        drop(state);
        if let Some(saving) = saving {
            saving.wait();
        }
        for event in &events {
            self.webhooks.send(&self.clock, event);
        }
        result
    }

    /// Saves webhook endpoints, interceptors and the clock. Call it after changing one of them.
    pub(crate) fn save_settings(&self) {
        let Some(file) = &self.data_file else { return };
        let guard = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let settings = Settings {
            client: self.client.clone(),
            webhooks: self.webhooks.saved(),
            interceptors: self.interceptors.saved(),
            shift_milliseconds: i64::try_from(self.clock.shift().as_millis()).unwrap_or_default(),
        };
        let saving = file.save_value(SETTINGS, &settings);
        drop(guard);
        saving.wait();
    }

    /// Checks the bearer token of a request for the API.
    ///
    /// # Errors
    /// UNAUTHENTICATED.
    pub(crate) fn authenticate(&self, request: &Request) -> Result<(), ApiError> {
        let token = request
            .bearer()
            .ok_or_else(|| ApiError::unauthenticated("a bearer token is required"))?;
        if self.read().grants.is_api_token(token, self.clock.now()) {
            return Ok(());
        }
        Err(ApiError::unauthenticated("the bearer token is invalid"))
    }

    /// Returns the reason why the emulator must stop sending responses, if there is one.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.data_file.as_ref().and_then(|file| file.failure())
    }
}
