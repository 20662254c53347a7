//! The login and logout URLs. No network, no clock.

use percent_encoding::utf8_percent_encode;

use super::Pkce;
use crate::percent::UNRESERVED;

/// How a query is encoded and ordered. Servers treat both styles alike.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UrlStyle {
    /// Encodes a space as `+`; PKCE parameters come last.
    #[default]
    Plus,
    /// Encodes a space as `%20`; adds `domain`; PKCE parameters precede `provider`.
    Percent,
}

/// Parameters of an authorization URL. Empty values are left out.
#[derive(Clone, Debug, Default)]
pub struct AuthorizationUrlOptions {
    /// Scopes. Default if empty: `openid profile email`.
    pub scopes: Vec<String>,
    /// Opaque value that the callback receives; compare it to reject forged callbacks (RFC 6749,
    /// section 10.12).
    pub state: Option<String>,
    /// Value that the ID token contains (OpenID Connect Core 1.0, section 3.1.2.1).
    pub nonce: Option<String>,
    /// The user's probable e-mail address or login name.
    pub login_hint: Option<String>,
    /// Domain that selects the connection.
    pub domain_hint: Option<String>,
    /// Overrides `domain_hint` in the parameter `domain`, which only [`UrlStyle::Percent`] sends.
    #[doc(hidden)]
    pub domain: Option<String>,
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

/// Parameters of a logout URL. Empty values are left out.
#[derive(Clone, Debug, Default)]
pub struct LogoutUrlOptions {
    /// ID token of the session to end.
    pub id_token_hint: Option<String>,
    /// URL to which the user returns after logout.
    pub post_logout_redirect_uri: Option<String>,
    /// Opaque value that `post_logout_redirect_uri` receives.
    pub state: Option<String>,
}

/// Returns the URL that starts a login: `{env_url}/oauth/authorize?…`.
///
/// [`Client::authorization_url`](crate::Client::authorization_url) does the same with the client's
/// settings.
///
/// ```
/// use scalekit::oauth::{self, AuthorizationUrlOptions};
///
/// let options = AuthorizationUrlOptions { state: Some("xyz".into()), ..Default::default() };
/// assert_eq!(
///     oauth::authorization_url("https://acme.scalekit.com", "skc_1", "https://app.example.com/cb", &options),
///     "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
///      &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&scope=openid+profile+email&state=xyz",
/// );
/// ```
pub fn authorization_url(
    env_url: &str,
    client_id: &str,
    redirect_uri: &str,
    options: &AuthorizationUrlOptions,
) -> String {
    authorization_url_in(UrlStyle::Plus, env_url, client_id, redirect_uri, options)
}

/// Returns the URL that ends a session: `{env_url}/oidc/logout`, with a query if any option is set.
///
/// [`Client::logout_url`](crate::Client::logout_url) does the same with the client's settings.
pub fn logout_url(env_url: &str, options: &LogoutUrlOptions) -> String {
    logout_url_in(UrlStyle::Plus, env_url, options)
}

pub(crate) fn authorization_url_in(
    style: UrlStyle,
    env_url: &str,
    client_id: &str,
    redirect_uri: &str,
    options: &AuthorizationUrlOptions,
) -> String {
    let scope = if options.scopes.is_empty() {
        "openid profile email".to_owned()
    } else {
        options.scopes.join(" ")
    };
    let (challenge, method) = match &options.pkce {
        Some(pkce) => (pkce.challenge(), Pkce::METHOD),
        None => (
            or_empty(&options.code_challenge),
            or_empty(&options.code_challenge_method),
        ),
    };
    let mut url = QueryUrl::new(env_url, "/oauth/authorize", style);
    url.push("response_type", "code");
    url.push("client_id", client_id);
    url.push("redirect_uri", redirect_uri);
    url.push("scope", &scope);
    url.push_some("state", &options.state);
    url.push_some("nonce", &options.nonce);
    url.push_some("login_hint", &options.login_hint);
    url.push_some("domain_hint", &options.domain_hint);
    if style == UrlStyle::Percent {
        let domain = options.domain.as_ref().or(options.domain_hint.as_ref());
        url.push("domain", domain.map_or("", String::as_str));
    }
    url.push_some("connection_id", &options.connection_id);
    url.push_some("organization_id", &options.organization_id);
    if style == UrlStyle::Percent {
        url.push("code_challenge", challenge);
        url.push("code_challenge_method", method);
    }
    url.push_some("provider", &options.provider);
    url.push_some("prompt", &options.prompt);
    if style == UrlStyle::Plus {
        url.push("code_challenge", challenge);
        url.push("code_challenge_method", method);
    }
    url.text
}

pub(crate) fn logout_url_in(style: UrlStyle, env_url: &str, options: &LogoutUrlOptions) -> String {
    let mut url = QueryUrl::new(env_url, "/oidc/logout", style);
    url.push_some("id_token_hint", &options.id_token_hint);
    url.push_some(
        "post_logout_redirect_uri",
        &options.post_logout_redirect_uri,
    );
    url.push_some("state", &options.state);
    url.text
}

fn or_empty(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

struct QueryUrl {
    text: String,
    style: UrlStyle,
    separator: char,
}

impl QueryUrl {
    fn new(base: &str, path: &str, style: UrlStyle) -> Self {
        let mut text = String::with_capacity(base.len() + 256);
        text.push_str(base.trim_end_matches('/'));
        text.push_str(path);
        Self {
            text,
            style,
            separator: '?',
        }
    }

    fn push(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        self.text.push(std::mem::replace(&mut self.separator, '&'));
        self.text.push_str(name);
        self.text.push('=');
        match self.style {
            UrlStyle::Percent => self.text.extend(utf8_percent_encode(value, UNRESERVED)),
            UrlStyle::Plus => {
                for (index, word) in value.split(' ').enumerate() {
                    if index > 0 {
                        self.text.push('+');
                    }
                    self.text.extend(utf8_percent_encode(word, UNRESERVED));
                }
            }
        }
    }

    fn push_some(&mut self, name: &str, value: &Option<String>) {
        self.push(name, or_empty(value));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn authorize(style: UrlStyle, options: &AuthorizationUrlOptions) -> String {
        let env_url = "https://acme.scalekit.com";
        authorization_url_in(style, env_url, "skc_1", "https://app/cb", options)
    }

    fn logout(options: &LogoutUrlOptions) -> String {
        logout_url("https://acme.scalekit.com", options)
    }

    fn full() -> AuthorizationUrlOptions {
        let some = |text: &str| Some(text.to_owned());
        AuthorizationUrlOptions {
            scopes: vec!["openid".to_owned(), "offline_access".to_owned()],
            state: some("a b~*"),
            nonce: some("n"),
            login_hint: some("me@example.com"),
            domain_hint: some("d1"),
            domain: some("d2"),
            connection_id: some("conn_1"),
            organization_id: some("org_1"),
            provider: some("google"),
            prompt: some("login"),
            pkce: None,
            code_challenge: some("c"),
            code_challenge_method: some("S256"),
        }
    }

    #[test]
    fn each_style_has_its_own_order() {
        assert_eq!(
            authorize(UrlStyle::Plus, &full()),
            "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
             &redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid+offline_access&state=a+b~%2A&nonce=n\
             &login_hint=me%40example.com&domain_hint=d1&connection_id=conn_1&organization_id=org_1\
             &provider=google&prompt=login&code_challenge=c&code_challenge_method=S256"
        );
        assert_eq!(
            authorize(UrlStyle::Percent, &full()),
            "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
             &redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid%20offline_access&state=a%20b~%2A&nonce=n\
             &login_hint=me%40example.com&domain_hint=d1&domain=d2&connection_id=conn_1&organization_id=org_1\
             &code_challenge=c&code_challenge_method=S256&provider=google&prompt=login"
        );
    }

    #[test]
    fn domain_defaults_to_the_domain_hint() {
        let options = AuthorizationUrlOptions {
            domain: None,
            ..full()
        };
        let url = authorize(UrlStyle::Percent, &options);
        assert!(
            url.contains("&domain_hint=d1&domain=d1&connection_id="),
            "{url}"
        );
        let url = authorize(UrlStyle::Plus, &options);
        assert!(!url.contains("&domain="), "{url}");
    }

    #[test]
    fn empty_values_are_left_out() {
        let options = AuthorizationUrlOptions {
            state: Some(String::new()),
            ..Default::default()
        };
        let url = authorize(UrlStyle::Plus, &options);
        assert!(url.ends_with("scope=openid+profile+email"), "{url}");
        assert_eq!(
            logout(&LogoutUrlOptions::default()),
            "https://acme.scalekit.com/oidc/logout"
        );
    }

    #[test]
    fn a_logout_url_contains_the_options() {
        let options = LogoutUrlOptions {
            id_token_hint: Some("a.b.c".to_owned()),
            post_logout_redirect_uri: Some("https://app/bye now".to_owned()),
            state: Some("s".to_owned()),
        };
        assert_eq!(
            logout(&options),
            "https://acme.scalekit.com/oidc/logout?id_token_hint=a.b.c\
             &post_logout_redirect_uri=https%3A%2F%2Fapp%2Fbye+now&state=s"
        );
    }

    #[test]
    fn pkce_takes_precedence_over_a_challenge() {
        let pkce = Pkce::generate().unwrap();
        let options = AuthorizationUrlOptions {
            pkce: Some(pkce.clone()),
            ..full()
        };
        let url = authorize(UrlStyle::Plus, &options);
        assert!(url.ends_with(&format!(
            "&code_challenge={}&code_challenge_method=S256",
            pkce.challenge()
        )));
    }

    proptest! {
        #[test]
        fn both_styles_encode_any_value(state in "\\PC{1,40}", percent: bool) {
            let style = if percent { UrlStyle::Percent } else { UrlStyle::Plus };
            let options = AuthorizationUrlOptions { state: Some(state.clone()), ..Default::default() };
            let url = authorize(style, &options);
            let url = ::url::Url::parse(&url).unwrap();
            let found = url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
            prop_assert_eq!(found, Some(state));
        }
    }
}
