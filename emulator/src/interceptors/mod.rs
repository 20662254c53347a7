//! Interceptors: application endpoints that are called before certain operations and can deny them.

mod call;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use crate::registry::{Numbered, Registry};
use crate::webhooks::{self, Rotation, Signer};
pub(crate) use call::InterceptorResponse;

/// The default timeout of an interceptor, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;

/// The operation before which an interceptor is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Trigger {
    /// Before a new user signs up.
    PreSignup,
    /// Before a login creates a session.
    PreSessionCreation,
    /// Before a user is invited into an organization.
    PreUserInvitation,
    /// Before a machine client receives a token.
    #[serde(rename = "PRE_M2M_TOKEN_CREATION")]
    PreM2mTokenCreation,
}

/// The decision of an interceptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Decision {
    #[default]
    Allow,
    Deny,
}

/// An interceptor to add.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInterceptor {
    url: String,
    trigger_point: Trigger,
    #[serde(default)]
    display_name: String,
    /// `whsec_` followed by base64. If it is missing, a secret is generated.
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    timeout_ms: Option<u64>,
    /// The decision if the call fails.
    #[serde(default)]
    fallback: Decision,
}

/// An interceptor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Interceptor {
    pub(crate) id: u64,
    url: String,
    pub(crate) trigger_point: Trigger,
    pub(crate) display_name: String,
    #[serde(flatten)]
    signer: Signer,
    timeout_ms: u64,
    pub(crate) fallback: Decision,
}

impl NewInterceptor {
    /// # Errors
    /// Returns an error message if the URL or the secret is invalid.
    pub(crate) fn check(&self) -> Result<(), String> {
        webhooks::check_url(&self.url)?;
        webhooks::check_secret(self.secret.as_deref())
    }
}

impl Numbered for Interceptor {
    fn id(&self) -> u64 {
        self.id
    }
}

/// All interceptors, in call order.
#[derive(Debug, Default)]
pub(crate) struct Interceptors {
    registry: Mutex<Registry<Interceptor>>,
    http: OnceLock<reqwest::Client>,
}

impl Interceptors {
    /// Creates the list from the interceptors in the data file.
    pub(crate) fn new(saved: Registry<Interceptor>) -> Self {
        Self {
            registry: Mutex::new(saved),
            http: OnceLock::new(),
        }
    }

    /// Returns the interceptors for the data file.
    pub(crate) fn saved(&self) -> Registry<Interceptor> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Registry<Interceptor>> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an interceptor and returns it, including its secret.
    pub(crate) fn add(&self, new: NewInterceptor) -> Interceptor {
        let create = |id| Interceptor {
            id,
            url: new.url,
            trigger_point: new.trigger_point,
            display_name: new.display_name,
            signer: Signer::new(new.secret),
            timeout_ms: new.timeout_ms.unwrap_or(TIMEOUT_MS),
            fallback: new.fallback,
        };
        self.lock().add(create).clone()
    }

    pub(crate) fn all(&self) -> Vec<Interceptor> {
        self.lock().iter().cloned().collect()
    }

    /// Removes one interceptor, or all if `id` is `None`.
    pub(crate) fn remove(&self, id: Option<u64>) {
        self.lock().remove(id);
    }

    /// Replaces an interceptor's secret. Returns the interceptor, or `None` if the id is unknown.
    pub(crate) fn rotate(&self, id: u64, rotation: Rotation, now: i64) -> Option<Interceptor> {
        let mut registry = self.lock();
        let interceptor = registry.get_mut(id)?;
        interceptor.signer.rotate(rotation, now);
        Some(interceptor.clone())
    }

    /// Returns `true` if the trigger has interceptors.
    pub(crate) fn any(&self, trigger: Trigger) -> bool {
        let registry = self.lock();
        let mut triggers = registry.iter().map(|interceptor| interceptor.trigger_point);
        triggers.any(|other| other == trigger)
    }

    /// Returns the interceptors of a trigger.
    pub(crate) fn at(&self, trigger: Trigger) -> Vec<Interceptor> {
        let registry = self.lock();
        let matching = registry
            .iter()
            .filter(|interceptor| interceptor.trigger_point == trigger);
        matching.cloned().collect()
    }
}
