//! Browser logins: the sessions of each browser, by the hash of its cookie.

use super::{Ctx, SessionRow, State};

/// A cleanup runs each time the number of browsers is a multiple of this. It removes browsers whose
/// sessions have all ended.
const CLEANUP_INTERVAL: usize = 1000;

/// The hash of a session cookie.
pub(crate) type BrowserKey = [u8; 32];

impl State {
    /// Returns the live sessions of a browser, newest first.
    pub(crate) fn sessions_in(&self, ctx: &Ctx<'_>, browser: &BrowserKey) -> Vec<&SessionRow> {
        let ids = self.browsers.get(browser).into_iter().flatten().rev();
        ids.filter_map(|id| self.live_session(ctx, id)).collect()
    }

    /// Adds a session to a browser. The cookie changes with each login to prevent session fixation;
    /// live sessions of the old cookie move to the new one.
    pub(crate) fn add_to_browser(
        &mut self,
        ctx: &Ctx<'_>,
        old: Option<&BrowserKey>,
        new: BrowserKey,
        session_id: &str,
    ) {
        let live = old
            .map(|old| self.sessions_in(ctx, old))
            .unwrap_or_default();
        let mut ids: Vec<String> = live
            .iter()
            .rev()
            .map(|row| row.session.session_id.clone())
            .collect();
        ids.retain(|id| id != session_id);
        ids.push(session_id.to_owned());
        if let Some(old) = old {
            self.browsers.remove(old);
        }
        self.browsers.insert(new, ids);
        if self.browsers.len().is_multiple_of(CLEANUP_INTERVAL) {
            let sessions = &self.sessions;
            // Uses the stored status, not the clock: a clock that was moved forward and back must
            // not delete sessions.
            let is_active = |id: &String| {
                (sessions.get(id)).is_some_and(|row| row.session.status == super::sessions::ACTIVE)
            };
            self.browsers.retain(|_, ids| ids.iter().any(is_active));
        }
    }
}
