//! The grants of the token endpoint: a code, a refresh token or a machine's credentials for tokens.

use tokio::time::{Instant, timeout_at};

use super::{AuthenticationResult, ClientToken, RefreshResult, TokenReply};
use crate::call::deadline_in;
use crate::call::retry::Safety;
use crate::client::Client;
use crate::error::Error;
use crate::secret::Secret;
use crate::token::TokenValidation;

const AUTHENTICATE: &str = "authenticate_with_code";
const REFRESH: &str = "refresh_access_token";

/// Options of a code exchange.
#[derive(Clone, Debug, Default)]
pub struct CodeOptions {
    /// The verifier of the challenge that the authorization URL carried; required if it carried one.
    pub code_verifier: Option<Secret>,
}

impl Client {
    /// Exchanges the code of a callback for tokens, and verifies the ID token: signature, times, and that it was made
    /// for this client.
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
    /// The service's refusal (`error_code` is RFC 6749's, such as `invalid_grant`); an ID token that does not hold
    /// ([`ErrorKind::InvalidToken`](crate::ErrorKind::InvalidToken)); a failure of the network.
    pub async fn authenticate_with_code(
        &self,
        code: &str,
        redirect_uri: &str,
        options: &CodeOptions,
    ) -> Result<AuthenticationResult, Error> {
        if code.is_empty() {
            return Err(Error::invalid_argument("code is empty").with_operation(AUTHENTICATE));
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
        // A code works once: what the ID token needs is fetched before it is used up.
        self.ensure_keys(deadline)
            .await
            .map_err(|error| error.with_operation(AUTHENTICATE))?;
        let reply = self.own_exchange(AUTHENTICATE, &fields, deadline).await?;
        let mut result = AuthenticationResult {
            access_token: reply.access_token().to_owned(),
            refresh_token: reply.text("refresh_token"),
            expires_in: reply.expires_in(),
            ..Default::default()
        };
        if let Some(id_token) = reply.text("id_token") {
            let checks = TokenValidation {
                audience: Some(vec![self.client_id().to_owned()]),
                ..Default::default()
            };
            let verified = match timeout_at(deadline, self.validate_token(&id_token, &checks)).await {
                Ok(verified) => verified,
                Err(_) => Err(Error::deadline(self.config().call_timeout, None)),
            };
            let claims = verified.and_then(|verified| Ok(verified.claims()?));
            result
                .describe(&claims.map_err(|error| error.with_operation(AUTHENTICATE).with_retryable(false))?);
            result.id_token = Some(id_token);
        }
        Ok(result)
    }

    /// New tokens for a refresh token. The service may rotate it: keep the one that comes back.
    ///
    /// # Errors
    /// The service's refusal (`invalid_grant` for a token that was revoked, used up or never issued), or a failure of
    /// the network.
    pub async fn refresh_access_token(&self, refresh_token: &str) -> Result<RefreshResult, Error> {
        if refresh_token.is_empty() {
            return Err(Error::invalid_argument("refresh_token is empty").with_operation(REFRESH));
        }
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let reply = self.own_exchange(REFRESH, &fields, self.deadline()).await?;
        Ok(RefreshResult {
            access_token: reply.access_token().to_owned(),
            refresh_token: reply
                .text("refresh_token")
                .unwrap_or_else(|| refresh_token.to_owned()),
            id_token: reply.text("id_token"),
            expires_in: reply.expires_in(),
        })
    }

    /// A token for any machine client, by its own credentials; no scopes means all that it may have.
    ///
    /// # Errors
    /// The service's refusal (`invalid_client`, `invalid_scope`, …), or a failure of the network.
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
        let reply = self
            .exchange(
                "generate_client_token",
                &form,
                Safety::Idempotent,
                self.deadline(),
            )
            .await?;
        Ok(ClientToken {
            access_token: reply.access_token().to_owned(),
            expires_in: reply.expires_in(),
            scope: reply.text("scope"),
        })
    }

    /// This client's own access token, fetched if there is no valid one at hand.
    ///
    /// # Errors
    /// The token endpoint refuses the credentials or cannot be reached.
    pub async fn client_access_token(&self) -> Result<String, Error> {
        match self.service_token().await {
            Ok(token) => Ok(token.expose().to_owned()),
            Err(error) => Err(error.with_operation("get_client_access_token")),
        }
    }

    /// An exchange with this client's own credentials. It uses something up, so it is not sent twice.
    async fn own_exchange(
        &self,
        operation: &'static str,
        fields: &[(&str, &str)],
        deadline: Instant,
    ) -> Result<TokenReply, Error> {
        let config = self.config();
        let secret = config.client_secret.as_ref().map_or("", |secret| secret.expose());
        let form: Vec<_> = fields
            .iter()
            .copied()
            .chain([("client_id", &*config.client_id), ("client_secret", secret)])
            .collect();
        self.exchange(operation, &form, Safety::Once, deadline).await
    }

    fn deadline(&self) -> Instant {
        deadline_in(self.config().call_timeout)
    }

    async fn exchange(
        &self,
        operation: &'static str,
        form: &[(&str, &str)],
        safety: Safety,
        deadline: Instant,
    ) -> Result<TokenReply, Error> {
        let timeout = self.config().call_timeout;
        let mut last = None;
        let reply = match timeout_at(deadline, self.token_endpoint(form, safety, deadline, &mut last)).await {
            Ok(reply) => reply,
            Err(_) => Err(Error::deadline(timeout, last).with_retryable(safety == Safety::Idempotent)),
        };
        reply.map_err(|error| error.with_operation(operation))
    }
}
