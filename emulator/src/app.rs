//! What all parts of a running emulator share.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::admin::faults::Faults;
use crate::admin::log::Log;
use crate::clock::Clock;
use crate::config::Config;
use crate::interceptors::Interceptors;
use crate::keys::Keys;
use crate::state::{Ctx, State};
use crate::webhooks::Webhooks;

/// A running emulator.
pub(crate) struct App {
    pub(crate) config: Config,
    /// The environment's URL, without a slash at the end.
    pub(crate) url: String,
    pub(crate) clock: Arc<Clock>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) webhooks: Webhooks,
    pub(crate) interceptors: Interceptors,
    state: RwLock<State>,
}

impl App {
    /// Must be called within a runtime, whose blocking threads make the first key.
    pub(crate) fn new(config: Config, url: String) -> Arc<Self> {
        let app = Arc::new(Self {
            url,
            clock: Arc::default(),
            keys: Keys::start(),
            log: Log::default(),
            faults: Faults::default(),
            webhooks: Webhooks::new(&config.webhooks),
            interceptors: Interceptors::default(),
            state: RwLock::default(),
            config,
        });
        app.reset();
        app
    }

    /// Forgets everything but keys, faults, webhook endpoints, interceptors and the log, and seeds what the emulator was started
    /// with.
    pub(crate) fn reset(&self) {
        let mut state = State {
            redirect_uris: self.config.redirect_uris.clone(),
            ..State::default()
        };
        state.add_first_roles();
        state.add_first_client(
            &self.ctx(),
            &self.config.client_id,
            self.config.client_secret.as_deref().unwrap_or_default(),
        );
        for seed in &self.config.seeds {
            state.seed(&self.ctx(), seed.0.clone());
        }
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
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

    /// Changes the state, and sends what happened on its way.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut state);
        let events = std::mem::take(&mut state.outbox);
        drop(state);
        for event in &events {
            self.webhooks.send(&self.clock, event);
        }
        result
    }
}
