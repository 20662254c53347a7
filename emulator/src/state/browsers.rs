//! Who is logged in where: the sessions of each browser, by the hash of its cookie.

use super::{Ctx, SessionRow, State};

/// Browsers whose sessions have all ended are swept out each time this many have logged in.
const SWEEP_EVERY: usize = 1000;

/// The hash of a session cookie.
pub(crate) type BrowserKey = [u8; 32];

impl State {
    /// The sessions that live in a browser, the newest first.
    pub(crate) fn sessions_in(&self, ctx: &Ctx<'_>, browser: &BrowserKey) -> Vec<&SessionRow> {
        let ids = self.browsers.get(browser).into_iter().flatten().rev();
        ids.filter_map(|id| self.live_session(ctx, id)).collect()
    }

    /// Puts a session into a browser. Its cookie changes with each login, so that nobody can log in with one that was
    /// planted before; what lives under the old one moves along.
    pub(crate) fn enter_browser(
        &mut self,
        ctx: &Ctx<'_>,
        old: Option<&BrowserKey>,
        new: BrowserKey,
        session_id: &str,
    ) {
        let kept = old.map(|old| self.sessions_in(ctx, old)).unwrap_or_default();
        let mut ids: Vec<String> = kept
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
        if self.browsers.len().is_multiple_of(SWEEP_EVERY) {
            let sessions = &self.sessions;
            // By what is stored: a session whose time is up is kept too long rather than lost to a shifted clock.
            let lives = |id: &String| {
                (sessions.get(id)).is_some_and(|row| row.session.status == super::sessions::ACTIVE)
            };
            self.browsers.retain(|_, ids| ids.iter().any(lives));
        }
    }
}
