//! Signed webhooks (Standard Webhooks): where they go, and what became of each.

mod deliver;
mod endpoint;
mod signing;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use scalekit::api::events::ScalekitEvent;
use tokio::task::JoinSet;

use deliver::{Attempt, Status};
pub(crate) use deliver::{Delivery, client};
pub(crate) use endpoint::{Endpoint, NewEndpoint, check_url};
pub(crate) use signing::{Rotation, Signer, check_secret};

use crate::clock::Clock;
use crate::pulse::Pulse;

/// Deliveries that are kept in the log; the oldest go first.
const KEPT: usize = 1_000;

/// The endpoints, the deliveries under way and the log of all.
#[derive(Default)]
pub(crate) struct Webhooks {
    shared: Arc<Shared>,
    /// Dropped with the emulator, which ends the deliveries that still wait for another attempt.
    running: Mutex<JoinSet<()>>,
    http: OnceLock<reqwest::Client>,
}

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    /// Beats with each attempt, which comes after the request that it is about.
    pulse: Pulse,
}

#[derive(Default)]
struct Inner {
    endpoints: Vec<Endpoint>,
    deliveries: VecDeque<Delivery>,
    last_id: u64,
}

impl Webhooks {
    /// The endpoints of the data file, and those that the emulator is started with, for every event.
    pub(crate) fn new(urls: &[String], (last_id, endpoints): (u64, Vec<Endpoint>), pulse: Pulse) -> Self {
        let shared = Shared {
            pulse,
            ..Shared::default()
        };
        let webhooks = Self {
            shared: Arc::new(shared),
            ..Self::default()
        };
        let known: Vec<String> = endpoints.iter().map(|endpoint| endpoint.url.clone()).collect();
        *webhooks.shared.lock() = Inner {
            endpoints,
            last_id,
            ..Inner::default()
        };
        // A restart with the same options keeps the endpoint with its secret.
        for url in urls.iter().filter(|url| !known.contains(url)) {
            webhooks.add(NewEndpoint {
                url: url.clone(),
                ..NewEndpoint::default()
            });
        }
        webhooks
    }

    /// Adds an endpoint and answers with it, secret included.
    pub(crate) fn add(&self, new: NewEndpoint) -> Endpoint {
        let mut inner = self.shared.lock();
        inner.last_id += 1;
        let endpoint = Endpoint::new(inner.last_id, new);
        inner.endpoints.push(endpoint.clone());
        endpoint
    }

    /// What a restart must find again: the last id and the endpoints.
    pub(crate) fn saved(&self) -> (u64, Vec<Endpoint>) {
        let inner = self.shared.lock();
        (inner.last_id, inner.endpoints.clone())
    }

    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        self.shared.lock().endpoints.clone()
    }

    /// Removes one endpoint, or all; answers whether there was one.
    pub(crate) fn remove(&self, id: Option<u64>) -> bool {
        let mut inner = self.shared.lock();
        let before = inner.endpoints.len();
        inner
            .endpoints
            .retain(|endpoint| id.is_some_and(|id| id != endpoint.id));
        inner.endpoints.len() < before
    }

    /// The log, the oldest delivery first.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().deliveries.iter().cloned().collect()
    }

    pub(crate) fn clear_deliveries(&self) {
        self.shared.lock().deliveries.clear();
    }

    /// Sends an event to every endpoint that wants it, in the background.
    pub(crate) fn send(&self, clock: &Arc<Clock>, event: &ScalekitEvent) {
        let endpoints = self.endpoints();
        let wanting = endpoints
            .into_iter()
            .filter(|endpoint| endpoint.wants(&event.r#type));
        let Ok(body) = serde_json::to_vec(event).map(Bytes::from) else {
            return;
        };
        for endpoint in wanting {
            let delivery = Delivery::new(&endpoint, event, clock.now());
            self.shared.note(delivery.clone());
            self.start(clock, delivery, body.clone());
        }
    }

    fn start(&self, clock: &Arc<Clock>, delivery: Delivery, body: Bytes) {
        let http = self.http.get_or_init(deliver::client).clone();
        let task = deliver::run(http, Arc::clone(&self.shared), Arc::clone(clock), delivery, body);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        running.spawn(task);
    }

    /// Sends once more what was sent before, to all endpoints that it went to or to one of them; answers how many.
    pub(crate) fn redeliver(&self, clock: &Arc<Clock>, id: &str, endpoint_id: Option<u64>) -> usize {
        let wanted = |delivery: &Delivery| {
            delivery.is(id, endpoint_id) && self.shared.endpoint(delivery.endpoint_id()).is_some()
        };
        let again: Vec<Delivery> = self.deliveries().into_iter().filter(wanted).collect();
        for delivery in &again {
            self.start(clock, delivery.clone(), delivery.body());
        }
        again.len()
    }

    /// Gives an endpoint a new secret, and answers with it if there is one with this id.
    pub(crate) fn rotate(&self, clock: &Clock, id: u64, rotation: Rotation) -> Option<Endpoint> {
        let mut inner = self.shared.lock();
        let endpoint = inner.endpoints.iter_mut().find(|endpoint| endpoint.id == id)?;
        endpoint.signer.rotate(rotation, clock.now().as_second());
        Some(endpoint.clone())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoint(&self, id: u64) -> Option<Endpoint> {
        let inner = self.lock();
        inner.endpoints.iter().find(|endpoint| endpoint.id == id).cloned()
    }

    /// Adds a delivery to the log.
    fn note(&self, delivery: Delivery) {
        let mut inner = self.lock();
        inner.deliveries.push_back(delivery);
        if inner.deliveries.len() > KEPT {
            inner.deliveries.pop_front();
        }
    }

    /// Adds an attempt to the log, unless the delivery was cleared or pushed out meanwhile.
    fn attempted(&self, delivery: &Delivery, attempt: Option<Attempt>, status: Status) {
        let mut inner = self.lock();
        let mut known = inner.deliveries.iter_mut().rev();
        if let Some(known) = known.find(|known| known.is_same(delivery)) {
            known.attempted(attempt, status);
        }
        drop(inner);
        self.pulse.beat();
    }
}
