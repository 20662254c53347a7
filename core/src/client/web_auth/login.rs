//! The login route.

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;

use super::response::{Outcome, Reason, WebResponse};
use super::{WebAuth, WebRequest, now};
use crate::error::Error;
use crate::oauth::AuthorizationUrlOptions;
use crate::percent::UNRESERVED;
use crate::token::{IdpInitiatedLoginClaims, TokenValidation};

/// The query parameter with the return path, as in the official packages.
const RETURN_TO: &str = "returnTo";

/// Parameters of a login that the application sets. They take precedence over the query.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoginParameters {
    /// Where to send the user after the login. Default: query parameter `returnTo`.
    pub return_to: Option<String>,
    /// Parameters of the authorization URL, such as `organization_id` and `prompt`. `state`,
    /// `nonce` and PKCE are set by [`WebAuth`].
    pub authorization: AuthorizationUrlOptions,
}

impl LoginParameters {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets where to send the user after the login.
    #[must_use]
    pub fn return_to(mut self, path: impl Into<String>) -> Self {
        self.return_to = Some(path.into());
        self
    }

    /// Sets parameters of the authorization URL.
    #[must_use]
    pub fn authorization(mut self, options: AuthorizationUrlOptions) -> Self {
        self.authorization = options;
        self
    }
}

impl WebAuth {
    /// Handles a request to the login route: redirects to Scalekit.
    ///
    /// Query parameters: `returnTo`, a path of the application; `organization_id`, `connection_id`,
    /// `provider`, `login_hint`, `domain_hint` and `prompt` of the authorization URL;
    /// `idp_initiated_login`, the token of a login that an identity provider started. To switch
    /// the organization of a signed-in user, redirect to the route with `organization_id`.
    pub async fn login(&self, request: &WebRequest<'_>, parameters: LoginParameters) -> Outcome {
        let mut started = None;
        if let Some(token) = request.query("idp_initiated_login") {
            let checks = TokenValidation::new();
            match self
                .client
                .idp_initiated_login_claims(&token, &checks)
                .await
            {
                Ok(claims) => started = Some(claims),
                Err(error) => {
                    return self.failed(request, 400, Reason::InvalidLoginToken, Some(error));
                }
            }
        }
        self.redirect_to_service(request, parameters, started)
            .unwrap_or_else(|error| self.failed(request, 500, Reason::Unavailable, Some(error)))
    }

    fn redirect_to_service(
        &self,
        request: &WebRequest<'_>,
        parameters: LoginParameters,
        started: Option<IdpInitiatedLoginClaims>,
    ) -> Result<Outcome, Error> {
        let settings = &self.settings;
        let return_to = parameters.return_to.map(Cow::Owned);
        let return_to = return_to.or_else(|| request.query(RETURN_TO));
        let relayed = started
            .as_ref()
            .and_then(|claims| claims.relay_state.as_deref());
        let return_to = return_to.as_deref().or(relayed);
        let login = settings.logins.start(return_to, now(), &request.cookies)?;

        let mut options = parameters.authorization;
        if let Some(claims) = started {
            options.organization_id = options.organization_id.or(Some(claims.organization_id));
            options.connection_id = options.connection_id.or(Some(claims.connection_id));
            options.login_hint = options.login_hint.or(claims.login_hint);
        }
        for (field, name) in [
            (&mut options.organization_id, "organization_id"),
            (&mut options.connection_id, "connection_id"),
            (&mut options.login_hint, "login_hint"),
            (&mut options.domain_hint, "domain_hint"),
            (&mut options.provider, "provider"),
            (&mut options.prompt, "prompt"),
        ] {
            if field.as_deref().is_none_or(str::is_empty) {
                *field = request.query(name).map(Cow::into_owned);
            }
        }
        if options.scopes.is_empty() {
            options.scopes.clone_from(&settings.options.scopes);
        }
        options.pkce = Some(login.attempt.pkce()?);
        options.state = Some(login.attempt.state.clone());
        options.nonce = Some(login.attempt.nonce.clone());
        let location = self
            .client
            .authorization_url(&settings.options.redirect_uri, &options);
        Ok(Outcome {
            response: Some(WebResponse::redirect(location, request.is_get())),
            cookies: login.cookies,
            ..Outcome::default()
        })
    }

    /// The login route, with the return path of a request that can be repeated.
    pub(super) fn login_location(&self, request: &WebRequest<'_>) -> String {
        let path = &self.options().login_path;
        if request.is_get() {
            let separator = if path.contains('?') { '&' } else { '?' };
            let target = utf8_percent_encode(request.target(), UNRESERVED);
            format!("{path}{separator}{RETURN_TO}={target}")
        } else {
            path.clone()
        }
    }

    /// The outcome of a route that failed.
    pub(super) fn failed(
        &self,
        request: &WebRequest<'_>,
        status: u16,
        reason: Reason,
        error: Option<Error>,
    ) -> Outcome {
        let navigation = request.is_navigation();
        let response = WebResponse::failure(status, &reason, navigation, self.options());
        Outcome {
            response: Some(response),
            reason: Some(reason),
            error,
            ..Outcome::default()
        }
    }
}
