//! The two URLs that users are sent to. Pure text: no network, no clock.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Pkce;
use crate::client::Client;

/// Stays as it is in a value, besides letters and digits: what all languages' own encoders leave alone.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How a query is written. Servers read both the same; users compare with what they had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UrlStyle {
    /// `+` for a space and the order of Python's SDK.
    #[default]
    Plus,
    /// `%20` for a space and the order of Node's SDK, which also knows `domain`.
    Percent,
}

/// What an authorization URL asks for. Empty and absent values are left out of it.
#[derive(Clone, Debug, Default)]
pub struct AuthorizationUrlOptions {
    /// The scopes; empty for `openid profile email`.
    pub scopes: Vec<String>,
    /// An opaque value that comes back with the code: compare it to refuse forged callbacks.
    pub state: Option<String>,
    /// A value that comes back in the ID token.
    pub nonce: Option<String>,
    /// The e-mail address or login that the user will probably use.
    pub login_hint: Option<String>,
    /// The domain by which the connection is chosen.
    pub domain_hint: Option<String>,
    /// As `domain_hint`, under the name that Node's SDK also sends; `domain_hint` itself if it is `None`. Only written
    /// in [`UrlStyle::Percent`].
    pub domain: Option<String>,
    /// The connection to sign in through (`conn_…`).
    pub connection_id: Option<String>,
    /// The organization to sign in to (`org_…`).
    pub organization_id: Option<String>,
    /// A social provider, such as `google`.
    pub provider: Option<String>,
    /// `login`, `consent`, `create`, …
    pub prompt: Option<String>,
    /// The challenge whose verifier the exchange will show. Wins over the two fields below.
    pub pkce: Option<Pkce>,
    /// A challenge that was made elsewhere.
    pub code_challenge: Option<String>,
    /// Its method.
    pub code_challenge_method: Option<String>,
}

/// What a logout URL carries. Empty and absent values are left out of it.
#[derive(Clone, Debug, Default)]
pub struct LogoutUrlOptions {
    /// The ID token of the session that ends.
    pub id_token_hint: Option<String>,
    /// Where the user goes afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// An opaque value that comes back with the redirect.
    pub state: Option<String>,
}

impl Client {
    /// The URL that starts a sign-in: `{env}/oauth/authorize?…`.
    ///
    /// ```
    /// use scalekit::oauth::AuthorizationUrlOptions;
    ///
    /// let client = scalekit::Client::builder("https://acme.scalekit.com", "skc_1", "secret").build()?;
    /// let options = AuthorizationUrlOptions { organization_id: Some("org_1".into()), ..Default::default() };
    /// assert_eq!(
    ///     client.authorization_url("https://app.example.com/callback", &options),
    ///     "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
    ///      &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&scope=openid+profile+email&organization_id=org_1",
    /// );
    /// # Ok::<(), scalekit::Error>(())
    /// ```
    pub fn authorization_url(&self, redirect_uri: &str, options: &AuthorizationUrlOptions) -> String {
        self.authorization_url_in(UrlStyle::Plus, redirect_uri, options)
    }

    /// The same URL in the style of another language's SDK.
    pub fn authorization_url_in(
        &self,
        style: UrlStyle,
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
        let mut url = QueryUrl::new(self.env_url(), "/oauth/authorize", style);
        url.push("response_type", "code");
        url.push("client_id", self.client_id());
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

    /// The URL that ends a session: `{env}/oidc/logout`, with a query only if there is something to say.
    pub fn logout_url(&self, options: &LogoutUrlOptions) -> String {
        self.logout_url_in(UrlStyle::Plus, options)
    }

    /// The same URL in the style of another language's SDK.
    pub fn logout_url_in(&self, style: UrlStyle, options: &LogoutUrlOptions) -> String {
        let mut url = QueryUrl::new(self.env_url(), "/oidc/logout", style);
        url.push_some("id_token_hint", &options.id_token_hint);
        url.push_some("post_logout_redirect_uri", &options.post_logout_redirect_uri);
        url.push_some("state", &options.state);
        url.text
    }
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
        text.push_str(base);
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
            UrlStyle::Percent => self.text.extend(utf8_percent_encode(value, VALUE)),
            UrlStyle::Plus => {
                for (index, word) in value.split(' ').enumerate() {
                    if index > 0 {
                        self.text.push('+');
                    }
                    self.text.extend(utf8_percent_encode(word, VALUE));
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

    fn client() -> Client {
        Client::builder("https://acme.scalekit.com/", "skc_1", "secret")
            .build()
            .unwrap()
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
    fn each_style_has_its_order() {
        assert_eq!(
            client().authorization_url("https://app/cb", &full()),
            "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
             &redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid+offline_access&state=a+b~%2A&nonce=n\
             &login_hint=me%40example.com&domain_hint=d1&connection_id=conn_1&organization_id=org_1\
             &provider=google&prompt=login&code_challenge=c&code_challenge_method=S256"
        );
        assert_eq!(
            client().authorization_url_in(UrlStyle::Percent, "https://app/cb", &full()),
            "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
             &redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid%20offline_access&state=a%20b~%2A&nonce=n\
             &login_hint=me%40example.com&domain_hint=d1&domain=d2&connection_id=conn_1&organization_id=org_1\
             &code_challenge=c&code_challenge_method=S256&provider=google&prompt=login"
        );
    }

    #[test]
    fn the_hint_is_the_domain_unless_another_is_given() {
        let options = AuthorizationUrlOptions {
            domain: None,
            ..full()
        };
        let url = client().authorization_url_in(UrlStyle::Percent, "https://app/cb", &options);
        assert!(url.contains("&domain_hint=d1&domain=d1&connection_id="), "{url}");
        let url = client().authorization_url("https://app/cb", &options);
        assert!(!url.contains("&domain="), "{url}");
    }

    #[test]
    fn empty_values_are_left_out() {
        let options = AuthorizationUrlOptions {
            state: Some(String::new()),
            ..Default::default()
        };
        let url = client().authorization_url("https://app/cb", &options);
        assert!(url.ends_with("scope=openid+profile+email"), "{url}");
        assert_eq!(
            client().logout_url(&LogoutUrlOptions::default()),
            "https://acme.scalekit.com/oidc/logout"
        );
    }

    #[test]
    fn a_logout_url_carries_what_is_given() {
        let options = LogoutUrlOptions {
            id_token_hint: Some("a.b.c".to_owned()),
            post_logout_redirect_uri: Some("https://app/bye now".to_owned()),
            state: Some("s".to_owned()),
        };
        assert_eq!(
            client().logout_url(&options),
            "https://acme.scalekit.com/oidc/logout?id_token_hint=a.b.c\
             &post_logout_redirect_uri=https%3A%2F%2Fapp%2Fbye+now&state=s"
        );
    }

    #[test]
    fn pkce_wins_over_a_challenge_made_elsewhere() {
        let pkce = Pkce::generate().unwrap();
        let options = AuthorizationUrlOptions {
            pkce: Some(pkce.clone()),
            ..full()
        };
        let url = client().authorization_url("https://app/cb", &options);
        assert!(url.ends_with(&format!(
            "&code_challenge={}&code_challenge_method=S256",
            pkce.challenge()
        )));
    }

    proptest! {
        #[test]
        fn any_value_survives_both_styles(state in "\\PC{1,40}", percent: bool) {
            let style = if percent { UrlStyle::Percent } else { UrlStyle::Plus };
            let options = AuthorizationUrlOptions { state: Some(state.clone()), ..Default::default() };
            let url = client().authorization_url_in(style, "https://app/cb", &options);
            let url = ::url::Url::parse(&url).unwrap();
            let found = url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
            prop_assert_eq!(found, Some(state));
        }
    }
}
