//! Interceptors: endpoints of the application that are asked before something happens, and may forbid it.

mod ask;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

pub(crate) use ask::ask;

use crate::webhooks::{self, Rotation, Signer};

/// How long an interceptor may take to answer unless somebody says otherwise, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;

/// When an interceptor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Trigger {
    /// Before somebody who logs in for the first time becomes a user.
    PreSignup,
    /// Before a login opens a session.
    PreSessionCreation,
    /// Before a user is invited into an organization.
    PreUserInvitation,
    /// Before a machine client gets a token.
    #[serde(rename = "PRE_M2M_TOKEN_CREATION")]
    PreM2mTokenCreation,
}

/// What an interceptor says, or what counts if it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Decision {
    #[default]
    Allow,
    Deny,
}

/// An interceptor to be added.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInterceptor {
    url: String,
    trigger_point: Trigger,
    #[serde(default)]
    display_name: String,
    /// `whsec_` and base64; absent for a new one.
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    timeout_ms: Option<u64>,
    /// What counts when it does not answer as it should.
    #[serde(default)]
    fallback: Decision,
}

/// An interceptor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Interceptor {
    id: u64,
    url: String,
    trigger_point: Trigger,
    display_name: String,
    #[serde(flatten)]
    signer: Signer,
    timeout_ms: u64,
    fallback: Decision,
}

impl NewInterceptor {
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        webhooks::check_url(&self.url)?;
        webhooks::check_secret(self.secret.as_deref())
    }
}

/// All interceptors, in the order in which they are asked.
#[derive(Debug, Default)]
pub(crate) struct Interceptors {
    all: Mutex<(u64, Vec<Interceptor>)>,
    http: OnceLock<reqwest::Client>,
}

impl Interceptors {
    /// The interceptors of the data file, after the last id.
    pub(crate) fn new(saved: (u64, Vec<Interceptor>)) -> Self {
        Self {
            all: Mutex::new(saved),
            http: OnceLock::new(),
        }
    }

    /// What a restart must find again.
    pub(crate) fn saved(&self) -> (u64, Vec<Interceptor>) {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, (u64, Vec<Interceptor>)> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an interceptor and answers with it, secret included.
    pub(crate) fn add(&self, new: NewInterceptor) -> Interceptor {
        let mut all = self.lock();
        all.0 += 1;
        let interceptor = Interceptor {
            id: all.0,
            url: new.url,
            trigger_point: new.trigger_point,
            display_name: new.display_name,
            signer: Signer::new(new.secret),
            timeout_ms: new.timeout_ms.unwrap_or(TIMEOUT_MS),
            fallback: new.fallback,
        };
        all.1.push(interceptor.clone());
        interceptor
    }

    pub(crate) fn all(&self) -> Vec<Interceptor> {
        self.lock().1.clone()
    }

    /// Removes one interceptor, or all.
    pub(crate) fn remove(&self, id: Option<u64>) {
        self.lock().1.retain(|known| id.is_some_and(|id| id != known.id));
    }

    /// Gives an interceptor a new secret, and answers with it if there is one with this id.
    pub(crate) fn rotate(&self, id: u64, rotation: Rotation, now: i64) -> Option<Interceptor> {
        let mut all = self.lock();
        let known = all.1.iter_mut().find(|known| known.id == id)?;
        known.signer.rotate(rotation, now);
        Some(known.clone())
    }

    /// Whether anybody is asked at a point.
    pub(crate) fn any(&self, trigger: Trigger) -> bool {
        self.lock().1.iter().any(|known| known.trigger_point == trigger)
    }

    /// Those that are asked at a point.
    fn at(&self, trigger: Trigger) -> Vec<Interceptor> {
        let all = self.lock();
        let fitting = all.1.iter().filter(|known| known.trigger_point == trigger);
        fitting.cloned().collect()
    }
}
