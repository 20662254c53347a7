//! The logout route.

use super::response::{Event, Outcome, Reason, WebResponse};
use super::{WebAuth, WebRequest};
use crate::oauth::LogoutUrlOptions;

impl WebAuth {
    /// Handles a request to the logout route: deletes the session and redirects to the logout URL of
    /// the service, or to the application if the session has no ID token or `full_logout` is off.
    ///
    /// Use `POST` in own pages. Another site cannot sign the user out: a link of another site leads
    /// to a page that asks the user, and an image or a form of another site receives 403.
    pub async fn logout(&self, request: &WebRequest<'_>) -> Outcome {
        let settings = &self.settings;
        if request.is_foreign(&settings.origin) {
            if request.is_get() && request.is_navigation() {
                let path = request.target().split('?').next().unwrap_or_default();
                return Outcome {
                    response: Some(WebResponse::confirm_logout(path)),
                    reason: Some(Reason::Foreign),
                    ..Outcome::default()
                };
            }
            return self.failed(request, 403, Reason::Foreign, None);
        }
        let session = self.stored_session(request).await;
        let id_token = session
            .as_ref()
            .and_then(|session| session.id_token.as_deref());
        let after = settings.after_logout.as_str();
        let location = match id_token.filter(|_| settings.options.full_logout) {
            Some(id_token) => self.client.logout_url(
                &LogoutUrlOptions::new()
                    .id_token_hint(id_token)
                    .post_logout_redirect_uri(after),
            ),
            None => after.to_owned(),
        };
        let error = self.delete_session(request).await.err();
        Outcome {
            response: Some(WebResponse::redirect(location, request.is_get())),
            cookies: settings.sessions.clear(&request.cookies),
            event: session.is_some().then_some(Event::Logout),
            session,
            error,
            ..Outcome::default()
        }
    }
}
