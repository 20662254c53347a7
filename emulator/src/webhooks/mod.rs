//! Signed webhooks (Standard Webhooks): endpoints, deliveries and the delivery log.

mod deliver;
mod endpoint;
mod signing;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use scalekit::api::raw::events::ScalekitEvent;
use tokio::task::JoinSet;

use deliver::{Attempt, Status};
pub(crate) use deliver::{Delivery, client};
pub(crate) use endpoint::{Endpoint, NewEndpoint, check_url};
pub(crate) use signing::{Rotation, Signer, check_secret};

use crate::clock::Clock;
use crate::registry::Registry;
use crate::updates::Updates;

/// The maximum number of deliveries in the log. The oldest are removed first.
const MAX_DELIVERIES: usize = 1_000;

/// The endpoints, pending deliveries and the delivery log.
#[derive(Default)]
pub(crate) struct Webhooks {
    shared: Arc<Shared>,
    /// Aborts pending deliveries when the emulator is dropped.
    running: Mutex<JoinSet<()>>,
    http: OnceLock<reqwest::Client>,
}

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    /// Notifies the dashboard of each attempt, which can happen after the request has ended.
    updates: Updates,
}

#[derive(Default)]
struct Inner {
    endpoints: Registry<Endpoint>,
    deliveries: VecDeque<Delivery>,
}

impl Webhooks {
    /// Creates the endpoints: those from the data file and the configured URLs, which receive all
    /// events.
    pub(crate) fn new(urls: &[String], endpoints: Registry<Endpoint>, updates: Updates) -> Self {
        let shared = Shared {
            updates,
            ..Shared::default()
        };
        let webhooks = Self {
            shared: Arc::new(shared),
            ..Self::default()
        };
        let saved_urls: Vec<String> = endpoints
            .iter()
            .map(|endpoint| endpoint.url.clone())
            .collect();
        *webhooks.shared.lock() = Inner {
            endpoints,
            ..Inner::default()
        };
        // A configured URL that is already saved keeps its endpoint and secret.
        for url in urls.iter().filter(|url| !saved_urls.contains(url)) {
            webhooks.add(NewEndpoint {
                url: url.clone(),
                ..NewEndpoint::default()
            });
        }
        webhooks
    }

    /// Adds an endpoint and returns it, including its secret.
    pub(crate) fn add(&self, new: NewEndpoint) -> Endpoint {
        let mut inner = self.shared.lock();
        let endpoint = inner.endpoints.add(|id| Endpoint::new(id, new));
        endpoint.clone()
    }

    /// Returns the endpoints for the data file.
    pub(crate) fn saved(&self) -> Registry<Endpoint> {
        self.shared.lock().endpoints.clone()
    }

    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        self.shared.lock().endpoints.iter().cloned().collect()
    }

    /// Removes one endpoint, or all if `id` is `None`.
    pub(crate) fn remove(&self, id: Option<u64>) {
        self.shared.lock().endpoints.remove(id);
    }

    /// Returns the delivery log, oldest first.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().deliveries.iter().cloned().collect()
    }

    pub(crate) fn clear_deliveries(&self) {
        self.shared.lock().deliveries.clear();
    }

    /// Sends an event in the background to each endpoint that accepts its type.
    pub(crate) fn send(&self, clock: &Arc<Clock>, event: &ScalekitEvent) {
        let endpoints = self.endpoints();
        let receivers = endpoints
            .into_iter()
            .filter(|endpoint| endpoint.accepts(&event.r#type));
        let Ok(body) = serde_json::to_vec(event).map(Bytes::from) else {
            return;
        };
        for endpoint in receivers {
            let delivery = Delivery::new(&endpoint, event, clock.now());
            self.shared.log(delivery.clone());
            self.start(clock, delivery, body.clone());
        }
    }

    fn start(&self, clock: &Arc<Clock>, delivery: Delivery, body: Bytes) {
        let http = self.http.get_or_init(deliver::client).clone();
        let task = deliver::run(
            http,
            Arc::clone(&self.shared),
            Arc::clone(clock),
            delivery,
            body,
        );
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        running.spawn(task);
    }

    /// Resends a delivery to all of its endpoints or to one of them. Returns the number of
    /// deliveries.
    pub(crate) fn redeliver(
        &self,
        clock: &Arc<Clock>,
        id: &str,
        endpoint_id: Option<u64>,
    ) -> usize {
        let matches = |delivery: &Delivery| {
            delivery.matches(id, endpoint_id)
                && self.shared.endpoint(delivery.endpoint_id()).is_some()
        };
        let deliveries: Vec<Delivery> = self.deliveries().into_iter().filter(matches).collect();
        for delivery in &deliveries {
            self.start(clock, delivery.clone(), delivery.body());
        }
        deliveries.len()
    }

    /// Replaces an endpoint's secret. Returns the endpoint, or `None` if the id is unknown.
    pub(crate) fn rotate(&self, clock: &Clock, id: u64, rotation: Rotation) -> Option<Endpoint> {
        let mut inner = self.shared.lock();
        let endpoint = inner.endpoints.get_mut(id)?;
        endpoint.signer.rotate(rotation, clock.now().as_second());
        Some(endpoint.clone())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoint(&self, id: u64) -> Option<Endpoint> {
        self.lock().endpoints.get(id).cloned()
    }

    /// Adds a delivery to the log.
    fn log(&self, delivery: Delivery) {
        let mut inner = self.lock();
        inner.deliveries.push_back(delivery);
        if inner.deliveries.len() > MAX_DELIVERIES {
            inner.deliveries.pop_front();
        }
    }

    /// Adds an attempt to the log, unless the delivery is no longer in the log.
    fn record_attempt(&self, delivery: &Delivery, attempt: Option<Attempt>, status: Status) {
        let mut inner = self.lock();
        let mut logged = inner.deliveries.iter_mut().rev();
        if let Some(logged) = logged.find(|logged| logged.is_same(delivery)) {
            logged.record_attempt(attempt, status);
        }
        drop(inner);
        self.updates.notify();
    }
}
