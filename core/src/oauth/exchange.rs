//! What the token endpoint gives for a code, a refresh token or a machine's credentials.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::timeout_at;

use super::{TokenReply, User};
use crate::call::deadline_in;
use crate::call::retry::Safety;
use crate::client::Client;
use crate::error::Error;
use crate::token::{Claims, TokenValidation};

/// Options of a code exchange.
#[derive(Clone, Debug, Default)]
pub struct CodeOptions {
    /// The verifier of the challenge that the authorization URL carried; required if it carried one.
    pub code_verifier: Option<crate::Secret>,
}

/// A user who has signed in. Serializes under the key names of Python's SDK.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthenticationResult {
    /// Who signed in.
    pub user: User,
    /// The ID token, verified.
    pub id_token: Option<String>,
    /// The access token: what the user may do.
    pub access_token: String,
    /// The refresh token, if `offline_access` was asked for.
    pub refresh_token: Option<String>,
    /// The connection that was signed in through: the first `amr` of the ID token.
    pub connection_id: Option<String>,
    /// The organization that was signed in to: `oid` of the ID token.
    pub organization_id: Option<String>,
    /// The life of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// New tokens for an old refresh token.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RefreshResult {
    /// The new access token.
    pub access_token: String,
    /// The next refresh token: the one that was used if the service sent no other.
    pub refresh_token: String,
    /// A new ID token, if the service sent one. Not verified: it came from the service over TLS.
    pub id_token: Option<String>,
    /// The life of the access token in seconds.
    pub expires_in: Option<i64>,
}

/// A token for a machine.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientToken {
    /// The access token.
    pub access_token: String,
    /// Its life in seconds.
    pub expires_in: Option<i64>,
    /// The scopes that were granted, if the service names them.
    pub scope: Option<String>,
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
        let verifier = options.code_verifier.as_ref().map_or("", |verifier| verifier.expose());
        let reply = self
            .own_exchange(&[
                ("code", code),
                ("redirect_uri", redirect_uri),
                ("grant_type", "authorization_code"),
                ("code_verifier", verifier),
            ])
            .await?;
        let mut result = AuthenticationResult {
            access_token: reply.access_token().to_owned(),
            refresh_token: reply.text("refresh_token"),
            expires_in: reply.expires_in(),
            ..Default::default()
        };
        if let Some(id_token) = reply.text("id_token") {
            let checks = TokenValidation { audience: vec![self.client_id().to_owned()], ..Default::default() };
            let claims = self.validate_token(&id_token, &checks).await?.claims()?;
            result.describe(&claims);
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
            return Err(Error::invalid_argument("refresh_token is empty"));
        }
        let reply =
            self.own_exchange(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await?;
        Ok(RefreshResult {
            access_token: reply.access_token().to_owned(),
            refresh_token: reply.text("refresh_token").unwrap_or_else(|| refresh_token.to_owned()),
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
        let reply = self.exchange(&form, Safety::Idempotent).await?;
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
        Ok(self.service_token().await?.expose().to_owned())
    }

    /// An exchange with this client's own credentials. It uses something up, so it is not sent twice.
    async fn own_exchange(&self, fields: &[(&str, &str)]) -> Result<TokenReply, Error> {
        let config = self.config();
        let secret = config.client_secret.as_ref().map_or("", |secret| secret.expose());
        let form: Vec<_> =
            fields.iter().copied().chain([("client_id", &*config.client_id), ("client_secret", secret)]).collect();
        self.exchange(&form, Safety::Once).await
    }

    async fn exchange(&self, form: &[(&str, &str)], safety: Safety) -> Result<TokenReply, Error> {
        let timeout = self.config().call_timeout;
        let deadline = deadline_in(timeout);
        let mut last = None;
        match timeout_at(deadline, self.token_endpoint(form, safety, deadline, &mut last)).await {
            Ok(reply) => reply,
            Err(_) => Err(Error::deadline(timeout, last).with_retryable(safety == Safety::Idempotent)),
        }
    }
}

impl AuthenticationResult {
    fn describe(&mut self, claims: &Claims) {
        let claims: &Map<String, Value> = claims.as_map();
        self.user = User::from_claims(claims);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        self.organization_id = text(claims.get("oid"));
        self.connection_id = match claims.get("amr") {
            Some(Value::Array(methods)) => text(methods.first()),
            single => text(single),
        };
    }
}

impl fmt::Debug for AuthenticationResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationResult")
            .field("user", &self.user)
            .field("connection_id", &self.connection_id)
            .field("organization_id", &self.organization_id)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshResult").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientToken")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
