//! A login in progress: the authorization request, the browser, and the rendering of pages.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::params::LoginParams;
use super::prompt::Prompt;
use crate::app::App;
use crate::http::{Pairs, Request, Response};
use crate::oauth::{AuthorizationRequest, Failure};
use crate::pages::{self, Browser};
use crate::ticket::Ticket;

/// A login in progress.
pub(super) struct Flow<'a> {
    pub(super) app: &'a App,
    pub(super) request: &'a Request,
    pub(super) authorization: &'a AuthorizationRequest<'a>,
    pub(super) params: LoginParams,
    pub(super) prompt: Prompt,
    pub(super) form: Pairs,
    pub(super) browser: Browser,
}

impl<'a> Flow<'a> {
    pub(super) fn new(
        app: &'a App,
        request: &'a Request,
        authorization: &'a AuthorizationRequest<'a>,
        params: LoginParams,
        prompt: Prompt,
        form: Pairs,
    ) -> Self {
        Self {
            browser: Browser::of(app, request),
            app,
            request,
            authorization,
            params,
            prompt,
            form,
        }
    }

    /// Returns the path and query of the request. The pages post their forms to it.
    pub(super) fn action(&self) -> String {
        let query = self.request.query.as_deref().unwrap_or_default();
        format!("{}?{query}", self.request.path)
    }

    /// Returns the URL of the request without `link_token`.
    pub(super) fn login_url(&self) -> String {
        let query = self.request.query.as_deref().unwrap_or_default();
        let own: Vec<&str> = (query.split('&'))
            .filter(|pair| !pair.starts_with("link_token="))
            .collect();
        format!("{}{}?{}", self.app.url, self.request.path, own.join("&"))
    }

    /// Returns the email address of the form, or of the ticket if the form has no such field.
    pub(super) fn form_email(&self, ticket: &Ticket) -> String {
        let email = self.form.get("email").map(str::trim);
        email.unwrap_or(&ticket.email).to_owned()
    }

    /// Returns the login parameters for an email address that the user entered.
    pub(super) fn params_with_email(&self, email: &str) -> LoginParams {
        LoginParams {
            email: email.to_owned(),
            provider: String::new(),
            ..self.params.clone()
        }
    }

    /// Renders a login page. The status is 400 if there is a `problem`.
    pub(super) fn page(
        &self,
        template: &str,
        ticket: &Ticket,
        problem: Option<&str>,
        more: Value,
    ) -> Result<Response, Failure> {
        let client = &self.authorization.client;
        let is_environment_client = client.id == self.app.client.id;
        let mut context = json!({
            "application": self.application(),
            "client": if is_environment_client { "" } else { client.name.as_str() },
            "action": self.action(),
            "ticket": self.browser.issue_ticket(self.app, ticket, &self.action()),
            "email": ticket.email,
            "problem": problem,
        });
        if let (Value::Object(context), Value::Object(more)) = (&mut context, more) {
            context.extend::<Map<String, Value>>(more);
        }
        let status = match problem {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::OK,
        };
        let page = pages::page(status, template, context)?;
        Ok(self.browser.with_cookie(self.app, page))
    }

    /// Returns the host and port of the redirect URI, or its scheme if it has no host.
    fn application(&self) -> String {
        let redirect = &self.authorization.redirect;
        match (redirect.host_str(), redirect.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => format!("{}:", redirect.scheme()),
        }
    }
}
