//! Refreshes sessions: once per refresh token in a process and, with a store, in all processes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use tokio::time::{Instant, sleep};

use super::{SessionStore, StoreError, WebAuth};
use crate::error::Error;
use crate::session::Session;
use crate::single_flight::SingleFlight;

/// How long a refreshed session is given to requests with the previous refresh token. The service
/// accepts a rotated refresh token for about 30 s.
const KEEP: Duration = Duration::from_secs(60);

/// How long a process may take to refresh a session before another one tries.
const LOCK: Duration = Duration::from_secs(30);

/// How often a process asks the store for the session that another process refreshes.
const POLL: Duration = Duration::from_millis(50);

/// The value of the store while a process refreshes the session.
const PENDING: &str = "pending";

/// The SHA-256 digest of a refresh token.
type TokenDigest = [u8; 32];

/// Running and recent refreshes of this process.
#[derive(Default)]
pub(super) struct Refreshes(Mutex<HashMap<TokenDigest, Arc<Refresh>>>);

/// The refresh of one session.
struct Refresh {
    started: Instant,
    /// Held by the request that refreshes. If the request is cancelled, the next one goes on.
    turn: tokio::sync::Mutex<()>,
    flight: SingleFlight<Result<Session, Error>>,
    refreshed: Arc<Mutex<Option<Session>>>,
}

impl Refreshes {
    fn of(&self, token: TokenDigest) -> Arc<Refresh> {
        let mut refreshes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refreshes.retain(|_, refresh| {
            refresh.started.elapsed() < KEEP || Arc::strong_count(refresh) > 1
        });
        let refresh = refreshes.entry(token).or_insert_with(|| {
            Arc::new(Refresh {
                started: Instant::now(),
                turn: tokio::sync::Mutex::default(),
                flight: SingleFlight::new(),
                refreshed: Arc::default(),
            })
        });
        Arc::clone(refresh)
    }
}

impl Refresh {
    fn refreshed(&self) -> Option<Session> {
        let refreshed = self.refreshed.lock();
        refreshed.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl WebAuth {
    /// Returns the refreshed `session`. `true` if this request refreshed it.
    pub(super) async fn refresh(&self, session: &Session) -> Result<(Session, bool), Error> {
        let token = session.refresh_token.as_deref().unwrap_or_default();
        let digest = digest_of(token);
        let refresh = self.refreshes.of(digest);
        let _turn = refresh.turn.lock().await;
        if let Some(session) = refresh.refreshed() {
            return Ok((session, false));
        }
        let Some(store) = self.store.as_deref() else {
            return Ok((self.refresh_here(&refresh, session).await?, true));
        };
        let key = format!("scalekit:refresh:{}", hex(&digest));
        if let Some(session) = self.refreshed_elsewhere(store, &key).await {
            return Ok((session, false));
        }
        match self.refresh_here(&refresh, session).await {
            Ok(session) => {
                let value = self.options().keys.seal(&key, &session)?;
                // The session is refreshed, even if other processes cannot see it.
                let _ = store.set(&key, &value, KEEP, false).await;
                Ok((session, true))
            }
            Err(error) => {
                let _ = store.delete(&key).await;
                Err(error)
            }
        }
    }

    /// Refreshes in a task that outlives the request: a used refresh token is not lost.
    async fn refresh_here(&self, refresh: &Refresh, session: &Session) -> Result<Session, Error> {
        let (auth, session) = (self.clone(), session.clone());
        let refreshed = Arc::clone(&refresh.refreshed);
        let task = async move {
            let session = auth.request_refresh(session).await?;
            *refreshed.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
            Ok(session)
        };
        let result = refresh.flight.start(task).result().await;
        result.unwrap_or_else(|| Err(Error::config("the runtime shut down during a refresh")))
    }

    async fn request_refresh(&self, session: Session) -> Result<Session, Error> {
        let token = session.refresh_token.as_deref().unwrap_or_default();
        let tokens = self.client.refresh_access_token(token).await?;
        let mut refreshed = self.session_of(tokens.access_token).await?;
        refreshed.refresh_token = Some(tokens.refresh_token);
        // The ID token of a refresh has no nonce and is not verified; logout needs any one.
        refreshed.id_token = session.id_token.clone().or(tokens.id_token);
        Ok(refreshed)
    }

    /// Waits while another process refreshes the session. `None` if this process shall do it, also
    /// if the store cannot be reached.
    async fn refreshed_elsewhere(&self, store: &dyn SessionStore, key: &str) -> Option<Session> {
        let end = Instant::now() + LOCK;
        loop {
            let locked = store.set(key, PENDING, LOCK, true).await;
            if !matches!(locked, Ok(false)) || Instant::now() > end {
                return None;
            }
            match store.get(key).await {
                Ok(Some(value)) if value == PENDING => sleep(POLL).await,
                Ok(Some(value)) => {
                    return Some(self.options().keys.open(key, &value, false).ok()?.value);
                }
                Ok(None) => {}
                Err(StoreError(_)) => return None,
            }
        }
    }
}

fn digest_of(token: &str) -> TokenDigest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
