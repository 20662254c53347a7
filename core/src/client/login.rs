//! Login: URLs, code exchange, refresh and client tokens.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde_json::Value;

use super::Client;
use crate::error::{Error, Message};
use crate::http::{Deadline, Safety};
use crate::oauth::{
    self, AuthenticationResult, AuthorizationUrlOptions, ClientToken, CodeOptions,
    LogoutUrlOptions, RefreshResult, TokenResponse, request_token,
};
use crate::secret::Secret;
use crate::token::{TokenError, TokenValidation};

const AUTHENTICATE: &str = "authenticate_with_code";
const REFRESH: &str = "refresh_access_token";
const GENERATE: &str = "generate_client_token";
const CLIENT_TOKEN: &str = "client_access_token";

impl Client {
    /// Returns the URL that starts a login: `{env_url}/oauth/authorize?…`.
    ///
    /// ```
    /// use scalekit::oauth::AuthorizationUrlOptions;
    ///
    /// let client = scalekit::Client::builder("https://acme.scalekit.com", "skc_1", "secret").build()?;
    /// let options = AuthorizationUrlOptions::new().organization_id("org_1");
    /// assert_eq!(
    ///     client.authorization_url("https://app.example.com/callback", &options),
    ///     "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
    ///      &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&scope=openid+profile+email&organization_id=org_1",
    /// );
    /// # Ok::<(), scalekit::Error>(())
    /// ```
    pub fn authorization_url(
        &self,
        redirect_uri: &str,
        options: &AuthorizationUrlOptions,
    ) -> String {
        oauth::authorization_url(self.env_url(), self.client_id(), redirect_uri, options)
    }

    /// Returns the URL that ends a session: `{env_url}/oidc/logout`, with a query if any option is
    /// set.
    pub fn logout_url(&self, options: &LogoutUrlOptions) -> String {
        oauth::logout_url(self.env_url(), options)
    }

    /// Exchanges a callback's code for tokens and verifies the ID token: signature, times, and that
    /// its audience is this client.
    ///
    /// ```no_run
    /// # async fn example(client: scalekit::Client, code: &str) -> Result<(), scalekit::Error> {
    /// let login = client.authenticate_with_code(code, "https://app.example.com/callback", &Default::default()).await?;
    /// println!("{} signed in to {:?}", login.user.id(), login.organization_id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The service rejects the request ([`Error::error_code`] is a code of RFC 6749, such as
    /// `invalid_grant`), the ID token is invalid
    /// ([`ErrorKind::InvalidToken`](crate::ErrorKind::InvalidToken)), or the network fails.
    pub async fn authenticate_with_code(
        &self,
        code: &str,
        redirect_uri: &str,
        options: &CodeOptions,
    ) -> Result<AuthenticationResult, Error> {
        if code.is_empty() {
            return Err(empty("code").with_operation(AUTHENTICATE));
        }
        let verifier = options
            .code_verifier
            .as_ref()
            .map_or("", |verifier| verifier.expose());
        let fields = [
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("grant_type", "authorization_code"),
            ("code_verifier", verifier),
        ];
        let deadline = self.deadline();
        // A code can be used only once, so the keys for the ID token are fetched first.
        deadline
            .limit(true, self.keys().ensure())
            .await
            .map_err(|error| error.with_operation(AUTHENTICATE))?;
        let response = self
            .exchange_grant(AUTHENTICATE, &fields, &deadline)
            .await?;
        let mut result = AuthenticationResult {
            access_token: response.access_token().to_owned(),
            refresh_token: response.text("refresh_token"),
            expires_in: response.expires_in(),
            ..Default::default()
        };
        let mut nonce = None;
        if let Some(id_token) = response.text("id_token") {
            let checks = TokenValidation {
                audience: Some(vec![self.client_id().to_owned()]),
                ..Default::default()
            };
            let claims = deadline
                .limit(false, self.validate_token(&id_token, &checks))
                .await
                .and_then(|verified| Ok(verified.claims()?))
                .map_err(|error| error.with_operation(AUTHENTICATE).with_retryable(false))?;
            result.set_claims(claims.as_map());
            result.id_token = Some(id_token);
            nonce = claims.as_map().get("nonce").cloned();
        }
        let matches = |expected: &Secret| {
            let nonce = nonce.as_ref().and_then(Value::as_str).unwrap_or_default();
            verify_slices_are_equal(nonce.as_bytes(), expected.expose().as_bytes()).is_ok()
        };
        if options
            .nonce
            .as_ref()
            .is_some_and(|expected| !matches(expected))
        {
            return Err(Error::from(TokenError::Nonce).with_operation(AUTHENTICATE));
        }
        Ok(result)
    }

    /// Exchanges a refresh token for new tokens. The service may rotate the refresh token: store
    /// the returned one.
    ///
    /// # Errors
    /// The service rejects the token (`invalid_grant` if it was revoked, used or never issued), or
    /// the network fails.
    pub async fn refresh_access_token(&self, refresh_token: &str) -> Result<RefreshResult, Error> {
        if refresh_token.is_empty() {
            return Err(empty("refresh_token").with_operation(REFRESH));
        }
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        let response = self
            .exchange_grant(REFRESH, &fields, &self.deadline())
            .await?;
        Ok(RefreshResult {
            access_token: response.access_token().to_owned(),
            refresh_token: response
                .text("refresh_token")
                .unwrap_or_else(|| refresh_token.to_owned()),
            id_token: response.text("id_token"),
            expires_in: response.expires_in(),
        })
    }

    /// Requests an access token with the credentials of a machine client. An empty `scopes`
    /// requests all scopes of the client.
    ///
    /// # Errors
    /// The service rejects the request (`invalid_client`, `invalid_scope`, …), or the network
    /// fails.
    pub async fn generate_client_token(
        &self,
        client_id: &str,
        client_secret: &str,
        scopes: &[&str],
    ) -> Result<ClientToken, Error> {
        let scope = scopes.join(" ");
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
            ("scope", &scope),
        ];
        let response = self
            .exchange(GENERATE, &form, Safety::Idempotent, &self.deadline())
            .await?;
        Ok(ClientToken {
            access_token: response.access_token().to_owned(),
            expires_in: response.expires_in(),
            scope: response.text("scope"),
        })
    }

    /// Returns this client's own access token, fetched if necessary.
    ///
    /// # Errors
    /// The token endpoint rejects the credentials or cannot be reached.
    pub async fn client_access_token(&self) -> Result<String, Error> {
        match self.credentials().bearer().await {
            Ok(token) => Ok(token.expose().to_owned()),
            Err(error) => Err(error.with_operation(CLIENT_TOKEN)),
        }
    }

    /// Exchanges a grant with this client's credentials. A grant can be used once, so the request
    /// is not repeated.
    async fn exchange_grant(
        &self,
        operation: &'static str,
        fields: &[(&str, &str)],
        deadline: &Deadline,
    ) -> Result<TokenResponse, Error> {
        let config = self.config();
        let secret = config
            .client_secret
            .as_ref()
            .map_or("", |secret| secret.expose());
        let form: Vec<_> = fields
            .iter()
            .copied()
            .chain([("client_id", &*config.client_id), ("client_secret", secret)])
            .collect();
        self.exchange(operation, &form, Safety::Once, deadline)
            .await
    }

    async fn exchange(
        &self,
        operation: &'static str,
        form: &[(&str, &str)],
        safety: Safety,
        deadline: &Deadline,
    ) -> Result<TokenResponse, Error> {
        let retryable = safety == Safety::Idempotent;
        deadline
            .limit(
                retryable,
                request_token(self.pipeline(), form, safety, deadline),
            )
            .await
            .map_err(|error| error.with_operation(operation))
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.config().call_timeout)
    }
}

fn empty(argument: &'static str) -> Error {
    Error::invalid_argument(Message::about(argument).text(" is empty"))
}
