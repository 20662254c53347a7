//! Bearer tokens of APIs and MCP servers (RFC 6750).

use std::fmt;

use serde_json::{Value, json};

use super::requirements::Requirements;
use super::{ProtectedResource, WebResponse};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::token::{Claims, TokenValidation, VerifiedToken};

/// Protects an API or an MCP server: accepts requests with a valid access token, of a user or of a
/// machine client.
///
/// ```no_run
/// use scalekit::web_auth::{BearerAuth, Requirements};
///
/// # async fn example(client: scalekit::Client, authorization: Option<&str>) {
/// let auth = BearerAuth::new(client).audience(["https://api.example.com"]);
/// let required = Requirements::new().scope("orders:read");
/// match auth.authenticate(authorization, &required).await {
///     Ok(claims) => println!("{:?}", claims.subject()),
///     Err(denied) => println!("{} {:?}", denied.response.status, denied.response.headers),
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct BearerAuth {
    client: Client,
    checks: TokenValidation,
    resource: Option<ProtectedResource>,
}

/// Why a request was denied.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Denied {
    /// The response to send, with `WWW-Authenticate`.
    pub response: WebResponse,
    /// The error of the token, or of the fetch of the signing keys. `None` if the request has no
    /// token, or if the token is valid but lacks a requirement.
    pub error: Option<Error>,
}

impl BearerAuth {
    /// Accepts tokens of the client's environment, with the issuer and audience of the client's
    /// options.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            checks: TokenValidation::new(),
            resource: None,
        }
    }

    /// Sets the accepted audiences. Set them if several APIs share an environment: without them, a
    /// token for one is accepted by the others.
    #[must_use]
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.checks = self.checks.audience(audience);
        self
    }

    /// Sets the accepted issuers.
    #[must_use]
    pub fn issuer(mut self, issuer: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.checks = self.checks.issuer(issuer);
        self
    }

    /// Describes the API as a protected resource (RFC 9728), as MCP requires. Its identifiers
    /// become the accepted audiences, unless they are set, and `WWW-Authenticate` refers to its
    /// metadata.
    #[must_use]
    pub fn resource(mut self, resource: ProtectedResource) -> Self {
        if self.checks.audience.is_none() {
            self.checks = self.checks.audience(resource.audience());
        }
        self.resource = Some(resource);
        self
    }

    /// The protected resource, if it is set.
    pub fn protected_resource(&self) -> Option<&ProtectedResource> {
        self.resource.as_ref()
    }

    /// The accepted audiences, if they are set here or by the protected resource.
    pub fn accepted_audience(&self) -> Option<&[String]> {
        self.checks.audience.as_deref()
    }

    /// A copy for a forked process.
    #[doc(hidden)]
    #[must_use]
    pub fn for_new_process(&self, client: Client) -> Self {
        Self {
            client,
            ..self.clone()
        }
    }

    /// Returns the response to a request for the metadata of the protected resource. `None` if
    /// `path` is another path.
    pub fn metadata(&self, path: &str) -> Option<WebResponse> {
        let resource = self.resource.as_ref()?;
        let path = path.split('?').next().unwrap_or_default();
        let known = resource.metadata_paths().iter().any(|known| known == path);
        known.then(|| WebResponse {
            status: 200,
            headers: vec![
                ("Content-Type", "application/json".to_owned()),
                // MCP clients in browsers read it.
                ("Access-Control-Allow-Origin", "*".to_owned()),
                ("Cache-Control", "max-age=3600".to_owned()),
            ],
            body: resource.metadata(self.client.env_url()).to_string(),
        })
    }

    /// Returns the claims of the token in the header `Authorization`.
    ///
    /// # Errors
    /// 401 without a valid token, 400 for a malformed header, 403 if the token lacks a requirement,
    /// and 503 if the signing keys cannot be fetched.
    pub async fn authenticate(
        &self,
        authorization: Option<&str>,
        required: &Requirements,
    ) -> Result<Claims, Denied> {
        let token = self.token(authorization)?;
        let verified = self.client.validate_token(token, &self.checks).await;
        self.decide(verified, required)
    }

    /// Like [`authenticate`](Self::authenticate), without waiting. `None` means that the signing
    /// keys must be fetched first.
    pub fn try_authenticate(
        &self,
        authorization: Option<&str>,
        required: &Requirements,
    ) -> Option<Result<Claims, Denied>> {
        let token = match self.token(authorization) {
            Ok(token) => token,
            Err(denied) => return Some(Err(denied)),
        };
        let verified = self.client.try_validate_cached(token, &self.checks)?;
        Some(self.decide(verified, required))
    }

    /// Checks the claims of a valid token again, for example before a tool of an MCP server runs.
    ///
    /// # Errors
    /// The token lacks a requirement: 403.
    pub fn check(&self, claims: &Claims, required: &Requirements) -> Result<(), Denied> {
        let scopes = claims.scopes();
        if required
            .scopes
            .iter()
            .any(|scope| !scopes.contains(&scope.as_str()))
        {
            let wanted = required.scopes.join(" ");
            let parameters = [("scope", wanted.as_str())];
            let text = "The token lacks a scope.";
            return Err(self.denied(403, Some("insufficient_scope"), text, &parameters, None));
        }
        let (roles, permissions) = (claims.roles(), claims.permissions());
        let fulfilled = required.fulfilled(
            claims.organization_id(),
            |role| roles.contains(&role),
            |permission| permissions.contains(&permission),
        );
        if fulfilled {
            return Ok(());
        }
        let text = "The token lacks an organization, a role or a permission.";
        Err(self.denied(403, Some("insufficient_permissions"), text, &[], None))
    }

    /// Returns the token of the header (RFC 6750, section 2.1).
    fn token<'a>(&self, authorization: Option<&'a str>) -> Result<&'a str, Denied> {
        let missing = || self.denied(401, None, "The request has no access token.", &[], None);
        let header = authorization.ok_or_else(missing)?.trim();
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(missing());
        }
        let token = token.trim_start();
        if token.is_empty() || token.contains([' ', ',']) {
            let text = "The header Authorization is malformed.";
            return Err(self.denied(400, Some("invalid_request"), text, &[], None));
        }
        Ok(token)
    }

    fn decide(
        &self,
        verified: Result<VerifiedToken, Error>,
        required: &Requirements,
    ) -> Result<Claims, Denied> {
        let claims = verified.and_then(|verified| Ok(verified.claims()?));
        let claims = claims.map_err(|error| {
            if error.kind() == ErrorKind::InvalidToken {
                let text = error.token_error().map(ToString::to_string);
                let text = text.unwrap_or_default();
                self.denied(401, Some("invalid_token"), &text, &[], Some(error))
            } else {
                let text = "The token could not be checked. Try again.";
                self.denied(503, None, text, &[], Some(error))
            }
        })?;
        self.check(&claims, required)?;
        Ok(claims)
    }

    /// A response with the parameters of `WWW-Authenticate` (RFC 6750, section 3, and RFC 9728,
    /// section 5.1).
    fn denied(
        &self,
        status: u16,
        code: Option<&str>,
        text: &str,
        parameters: &[(&str, &str)],
        error: Option<Error>,
    ) -> Denied {
        let mut headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("Cache-Control", "no-store".to_owned()),
        ];
        if status == 503 {
            headers.push(("Retry-After", "5".to_owned()));
        } else {
            let mut challenge = vec![("realm", "OAuth")];
            if let Some(code) = code {
                challenge.extend([("error", code), ("error_description", text)]);
            }
            challenge.extend(parameters);
            let url = self.resource.as_ref().map(ProtectedResource::metadata_url);
            challenge.extend(url.as_deref().map(|url| ("resource_metadata", url)));
            let challenge: Vec<String> = challenge
                .iter()
                .map(|(name, value)| format!("{name}=\"{}\"", value.replace(['"', '\\'], "'")))
                .collect();
            headers.push((
                "WWW-Authenticate",
                format!("Bearer {}", challenge.join(", ")),
            ));
        }
        let fallback = if status == 503 {
            "unavailable"
        } else {
            "unauthorized"
        };
        let body: Value = json!({
            "error": code.unwrap_or(fallback),
            "error_description": text,
        });
        Denied {
            response: WebResponse {
                status,
                headers,
                body: body.to_string(),
            },
            error,
        }
    }
}

impl fmt::Debug for BearerAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerAuth")
            .field("checks", &self.checks)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
