//! The callback route.

use super::response::{Event, Outcome, Reason, WebResponse};
use super::{WebAuth, WebRequest, now};
use crate::error::{Error, ErrorKind};
use crate::oauth::CodeOptions;
use crate::session::{LoginAttempt, LoginError, Session, SetCookie};
use crate::token::{TokenError, TokenValidation};

/// A login that failed: the status of the response, the reason and the error behind it.
type Failure = (u16, Reason, Option<Error>);

impl WebAuth {
    /// Handles a request to the callback route: exchanges the code, stores the session in a cookie
    /// and redirects to the return path.
    ///
    /// A failed login receives a page with the reason and a link to the login route, not a
    /// redirect: while the service has a session, a redirect would loop.
    pub async fn callback(&self, request: &WebRequest<'_>) -> Outcome {
        let state = request.query("state").unwrap_or_default();
        let attempt = self.settings.logins.finish(&state, now(), &request.cookies);
        let (attempt, deletion) = match attempt {
            Ok(finished) => finished,
            Err(error) => return self.without_login(request, error).await,
        };
        let mut outcome = match self.finish(request, attempt).await {
            Ok(outcome) => outcome,
            Err((status, reason, error)) => self.failed(request, status, reason, error),
        };
        outcome.cookies.push(deletion);
        outcome
    }

    /// A callback that was opened twice leads a signed-in user on.
    async fn without_login(&self, request: &WebRequest<'_>, error: LoginError) -> Outcome {
        if error == LoginError::NotStarted {
            let mut outcome = self.session(request).await;
            if outcome.session.is_some() {
                let home = self.options().post_login_redirect.clone();
                outcome.response = Some(WebResponse::redirect(home, true));
                return outcome;
            }
        }
        self.failed(request, 400, Reason::Login(error), None)
    }

    async fn finish(
        &self,
        request: &WebRequest<'_>,
        attempt: LoginAttempt,
    ) -> Result<Outcome, Failure> {
        if let Some(code) = request.query("error") {
            return Err((400, Reason::Rejected(error_code(&code)), None));
        }
        let code = request.query("code");
        let code = code.ok_or((400, Reason::MissingCode, None))?;
        let session = self.exchange_code(&code, &attempt).await?;
        let cookies = self.store_session(request, &session).await?;
        let options = self.options();
        let path = attempt.return_path.as_deref();
        let location = path.unwrap_or(&options.post_login_redirect).to_owned();
        Ok(Outcome {
            session: Some(session),
            response: Some(WebResponse::redirect(location, true)),
            cookies,
            event: Some(Event::Login),
            ..Outcome::default()
        })
    }

    async fn exchange_code(&self, code: &str, attempt: &LoginAttempt) -> Result<Session, Failure> {
        let exchange = CodeOptions::new()
            .code_verifier(attempt.code_verifier.as_str())
            .nonce(attempt.nonce.as_str());
        let redirect_uri = &self.options().redirect_uri;
        let tokens = self
            .client
            .authenticate_with_code(code, redirect_uri, &exchange)
            .await
            .map_err(exchange_failure)?;
        let mut session = self
            .session_of(tokens.access_token)
            .await
            .map_err(exchange_failure)?;
        session.refresh_token = tokens.refresh_token;
        session.id_token = tokens.id_token;
        Ok(session)
    }

    /// Validates an access token and returns a session with its claims.
    pub(super) async fn session_of(&self, access_token: String) -> Result<Session, Error> {
        let checks = TokenValidation::new();
        let verified = self.client.validate_token(&access_token, &checks).await?;
        let claims = verified.claims()?.as_map().clone();
        Ok(Session::new(claims, access_token))
    }

    async fn store_session(
        &self,
        request: &WebRequest<'_>,
        session: &Session,
    ) -> Result<Vec<SetCookie>, Failure> {
        let written = self.write_session(request, session, None).await;
        written.map_err(|error| match error.kind() {
            ErrorKind::InvalidArgument => (500, Reason::SessionTooLarge, Some(error)),
            _ => (503, Reason::Unavailable, Some(error)),
        })
    }
}

fn exchange_failure(error: Error) -> Failure {
    let (status, reason) = if error.token_error() == Some(&TokenError::Nonce) {
        (400, Reason::Login(LoginError::NonceMismatch))
    } else if TRANSIENT.contains(&error.kind()) {
        (503, Reason::Unavailable)
    } else {
        (400, Reason::ExchangeFailed)
    };
    (status, reason, Some(error))
}

/// Kinds of errors after which the user can try again.
const TRANSIENT: [ErrorKind; 4] = [
    ErrorKind::InternalServer,
    ErrorKind::ServiceUnavailable,
    ErrorKind::GatewayTimeout,
    ErrorKind::TooManyRequests,
];

/// Returns an error code as it is, if it is one; the page shows it.
fn error_code(text: &str) -> String {
    let is_code = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_code { text } else { "rejected" }.to_owned()
}
