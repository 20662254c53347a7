//! Parameters of the login and logout URLs and of the code exchange.

use super::Pkce;
use crate::secret::Secret;

/// Parameters of an authorization URL. Empty values are left out.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AuthorizationUrlOptions {
    /// Scopes. Default if empty: `openid profile email`.
    pub scopes: Vec<String>,
    /// Opaque value that the callback receives; compare it to reject forged callbacks (RFC 6749,
    /// section 10.12).
    pub state: Option<String>,
    /// Value that the ID token contains (OpenID Connect Core 1.0, section 3.1.2.1).
    pub nonce: Option<String>,
    /// The user's probable email address or login name.
    pub login_hint: Option<String>,
    /// Domain that selects the connection.
    pub domain_hint: Option<String>,
    /// Connection to sign in through (`conn_…`).
    pub connection_id: Option<String>,
    /// Organization to sign in to (`org_…`).
    pub organization_id: Option<String>,
    /// Social login provider, such as `google`.
    pub provider: Option<String>,
    /// `login`, `consent`, `create`, …
    pub prompt: Option<String>,
    /// PKCE pair; takes precedence over `code_challenge`.
    pub pkce: Option<Pkce>,
    /// PKCE challenge that the application computed (RFC 7636).
    pub code_challenge: Option<String>,
    /// Method of `code_challenge`, such as `S256`.
    pub code_challenge_method: Option<String>,
}

impl AuthorizationUrlOptions {
    /// Creates options with the default scopes and without other parameters.
    ///
    /// ```
    /// use scalekit::oauth::AuthorizationUrlOptions;
    /// let options = AuthorizationUrlOptions::new().organization_id("org_123").state("xyz");
    /// assert_eq!(options.state.as_deref(), Some("xyz"));
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the PKCE pair.
    #[must_use]
    pub fn pkce(mut self, pkce: Pkce) -> Self {
        self.pkce = Some(pkce);
        self
    }

    /// Sets the opaque value that the callback receives.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Sets the value that the ID token contains.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Sets the user's probable email address or login name.
    #[must_use]
    pub fn login_hint(mut self, login_hint: impl Into<String>) -> Self {
        self.login_hint = Some(login_hint.into());
        self
    }

    /// Sets the domain that selects the connection.
    #[must_use]
    pub fn domain_hint(mut self, domain_hint: impl Into<String>) -> Self {
        self.domain_hint = Some(domain_hint.into());
        self
    }

    /// Sets the connection to sign in through.
    #[must_use]
    pub fn connection_id(mut self, connection_id: impl Into<String>) -> Self {
        self.connection_id = Some(connection_id.into());
        self
    }

    /// Sets the organization to sign in to.
    #[must_use]
    pub fn organization_id(mut self, organization_id: impl Into<String>) -> Self {
        self.organization_id = Some(organization_id.into());
        self
    }

    /// Sets the social login provider, such as `google`.
    #[must_use]
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Sets the prompt, such as `login` or `create`.
    #[must_use]
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    /// Sets the PKCE challenge that the application computed.
    #[must_use]
    pub fn code_challenge(mut self, code_challenge: impl Into<String>) -> Self {
        self.code_challenge = Some(code_challenge.into());
        self
    }

    /// Sets the method of `code_challenge`, such as `S256`.
    #[must_use]
    pub fn code_challenge_method(mut self, code_challenge_method: impl Into<String>) -> Self {
        self.code_challenge_method = Some(code_challenge_method.into());
        self
    }
}

/// Parameters of a logout URL. Empty values are left out.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LogoutUrlOptions {
    /// ID token of the session to end.
    pub id_token_hint: Option<String>,
    /// URL to which the user returns after logout.
    pub post_logout_redirect_uri: Option<String>,
    /// Opaque value that `post_logout_redirect_uri` receives.
    pub state: Option<String>,
}

impl LogoutUrlOptions {
    /// Creates options without parameters.
    ///
    /// ```
    /// use scalekit::oauth::LogoutUrlOptions;
    /// let options = LogoutUrlOptions::new().post_logout_redirect_uri("https://app.example.com/");
    /// assert!(options.id_token_hint.is_none());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the ID token of the session to end.
    #[must_use]
    pub fn id_token_hint(mut self, id_token_hint: impl Into<String>) -> Self {
        self.id_token_hint = Some(id_token_hint.into());
        self
    }

    /// Sets the URL to which the user returns after logout.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, post_logout_redirect_uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uri = Some(post_logout_redirect_uri.into());
        self
    }

    /// Sets the opaque value that `post_logout_redirect_uri` receives.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }
}

/// Options of a code exchange.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CodeOptions {
    /// The PKCE verifier; required if the authorization URL had a challenge.
    pub code_verifier: Option<Secret>,
    /// The nonce of the authorization URL. If set, the response must have an ID token with it
    /// (OpenID Connect Core 1.0, section 3.1.3.7).
    pub nonce: Option<Secret>,
}

impl CodeOptions {
    /// Creates options without a PKCE verifier and a nonce.
    ///
    /// ```
    /// use scalekit::oauth::{CodeOptions, Pkce};
    /// let pkce = Pkce::generate()?;
    /// let options = CodeOptions::new().code_verifier(pkce.verifier());
    /// assert!(options.code_verifier.is_some());
    /// # Ok::<(), scalekit::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the PKCE verifier.
    #[must_use]
    pub fn code_verifier(mut self, code_verifier: impl Into<Secret>) -> Self {
        self.code_verifier = Some(code_verifier.into());
        self
    }
    /// Sets the nonce of the authorization URL.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<Secret>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }
}
