//! Revoked sessions.

use serde_json::Value;

use super::WebAuth;
use super::sessions::store_failure;
use crate::error::Error;

/// Events of the service that end the session of their data.
const ENDS_SESSION: [&str; 5] = [
    "session.revoked",
    "session.ended",
    "session.expired",
    "session.logged_out",
    "user.logout",
];

impl WebAuth {
    /// Ends a session of the service in all processes: the store remembers its id (claim `sid`,
    /// `ses_…`), and requests with this session are treated as signed out.
    ///
    /// # Errors
    /// The application has no store, or the store cannot be reached.
    pub async fn revoke(&self, session_id: &str) -> Result<(), Error> {
        let Some(store) = self.store.as_deref() else {
            return Err(Error::config("revoking a session requires a store"));
        };
        let lifetime = self.options().session_lifetime;
        let key = revoked_key(session_id);
        let set = store.set(&key, "1", lifetime, false).await;
        set.map(|_| ()).map_err(store_failure)
    }

    /// Revokes the session that a webhook event ends. Returns its id; `None` for other events.
    /// Verify the webhook first; see [`Client::verify_webhook`](crate::Client::verify_webhook).
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn handle_event(&self, event: &Value) -> Result<Option<String>, Error> {
        let Some(id) = ended_session(event) else {
            return Ok(None);
        };
        self.revoke(id).await?;
        Ok(Some(id.to_owned()))
    }

    /// Returns `true` if the store remembers that the session was revoked.
    pub(super) async fn is_revoked(&self, session_id: &str) -> Result<bool, Error> {
        let Some(store) = self.store.as_deref() else {
            return Ok(false);
        };
        let found = store.get(&revoked_key(session_id)).await;
        Ok(found.map_err(store_failure)?.is_some())
    }
}

fn revoked_key(session_id: &str) -> String {
    format!("scalekit:revoked:{session_id}")
}

/// Returns the id of the session that an event ends.
fn ended_session(event: &Value) -> Option<&str> {
    let name = event.get("type")?.as_str()?;
    if !ENDS_SESSION.contains(&name) {
        return None;
    }
    let data = event.get("data")?;
    ["session_id", "sid", "id"]
        .iter()
        .filter_map(|field| data.get(field)?.as_str())
        .find(|id| id.starts_with("ses_"))
}
