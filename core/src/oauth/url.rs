//! The login and logout URLs. No network, no clock.

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;

use super::{AuthorizationUrlOptions, LogoutUrlOptions, Pkce};
use crate::percent::UNRESERVED;

/// Returns the URL that starts a login: `{env_url}/oauth/authorize?…`.
///
/// [`Client::authorization_url`](crate::Client::authorization_url) does the same with the client's
/// settings.
///
/// ```
/// use scalekit::oauth::{self, AuthorizationUrlOptions};
///
/// let options = AuthorizationUrlOptions::new().state("xyz");
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
    let parameters = authorization_parameters(client_id, redirect_uri, options);
    with_query(env_url, AUTHORIZATION_PATH, &parameters, "+")
}

/// Returns the URL that ends a session: `{env_url}/oidc/logout`, with a query if any option is set.
///
/// [`Client::logout_url`](crate::Client::logout_url) does the same with the client's settings.
pub fn logout_url(env_url: &str, options: &LogoutUrlOptions) -> String {
    with_query(env_url, LOGOUT_PATH, &logout_parameters(options), "+")
}

/// The path of an authorization URL. Public for bindings.
#[doc(hidden)]
pub const AUTHORIZATION_PATH: &str = "/oauth/authorize";

/// The path of a logout URL. Public for bindings.
#[doc(hidden)]
pub const LOGOUT_PATH: &str = "/oidc/logout";

/// The name and the value of a query parameter.
type Parameter<'a> = (&'static str, Cow<'a, str>);

/// Returns the parameters of an authorization URL. Values may be empty. Public for bindings.
#[doc(hidden)]
pub fn authorization_parameters<'a>(
    client_id: &'a str,
    redirect_uri: &'a str,
    options: &'a AuthorizationUrlOptions,
) -> Vec<Parameter<'a>> {
    let scope = if options.scopes.is_empty() {
        Cow::Borrowed("openid profile email")
    } else {
        Cow::Owned(options.scopes.join(" "))
    };
    let (challenge, method) = match &options.pkce {
        Some(pkce) => (pkce.challenge(), Pkce::METHOD),
        None => (
            or_empty(&options.code_challenge),
            or_empty(&options.code_challenge_method),
        ),
    };
    let text = |option: &'a Option<String>| Cow::Borrowed(or_empty(option));
    vec![
        ("response_type", Cow::Borrowed("code")),
        ("client_id", client_id.into()),
        ("redirect_uri", redirect_uri.into()),
        ("scope", scope),
        ("state", text(&options.state)),
        ("nonce", text(&options.nonce)),
        ("login_hint", text(&options.login_hint)),
        ("domain_hint", text(&options.domain_hint)),
        ("connection_id", text(&options.connection_id)),
        ("organization_id", text(&options.organization_id)),
        ("provider", text(&options.provider)),
        ("prompt", text(&options.prompt)),
        ("code_challenge", challenge.into()),
        ("code_challenge_method", method.into()),
    ]
}

/// Returns the parameters of a logout URL. Values may be empty. Public for bindings.
#[doc(hidden)]
pub fn logout_parameters(options: &LogoutUrlOptions) -> Vec<Parameter<'_>> {
    let redirect_uri = &options.post_logout_redirect_uri;
    vec![
        ("id_token_hint", or_empty(&options.id_token_hint).into()),
        ("post_logout_redirect_uri", or_empty(redirect_uri).into()),
        ("state", or_empty(&options.state).into()),
    ]
}

/// Returns a URL with the parameters that are not empty. `space` is an encoded space. Public for
/// bindings.
#[doc(hidden)]
pub fn with_query(
    env_url: &str,
    path: &str,
    parameters: &[(&str, Cow<'_, str>)],
    space: &str,
) -> String {
    let base = env_url.trim_end_matches('/');
    let mut url = String::with_capacity(base.len() + 256);
    url.push_str(base);
    url.push_str(path);
    let mut separator = '?';
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(std::mem::replace(&mut separator, '&'));
        url.push_str(name);
        url.push('=');
        for part in utf8_percent_encode(value, UNRESERVED) {
            url.push_str(if part == "%20" { space } else { part });
        }
    }
    url
}

fn or_empty(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn authorize(options: &AuthorizationUrlOptions) -> String {
        authorization_url(
            "https://acme.scalekit.com",
            "skc_1",
            "https://app/cb",
            options,
        )
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
    fn parameters_have_a_fixed_order() {
        assert_eq!(
            authorize(&full()),
            "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
             &redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid+offline_access&state=a+b~%2A&nonce=n\
             &login_hint=me%40example.com&domain_hint=d1&connection_id=conn_1&organization_id=org_1\
             &provider=google&prompt=login&code_challenge=c&code_challenge_method=S256"
        );
    }

    #[test]
    fn empty_values_are_left_out() {
        let options = AuthorizationUrlOptions {
            state: Some(String::new()),
            ..Default::default()
        };
        let url = authorize(&options);
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
        let url = authorize(&options);
        assert!(url.ends_with(&format!(
            "&code_challenge={}&code_challenge_method=S256",
            pkce.challenge()
        )));
    }

    proptest! {
        #[test]
        fn any_value_is_encoded(state in "\\PC{1,40}", percent: bool) {
            let space = if percent { "%20" } else { "+" };
            let parameters = [("state", Cow::from(&state))];
            let url = with_query("https://acme.scalekit.com", LOGOUT_PATH, &parameters, space);
            let url = ::url::Url::parse(&url).unwrap();
            let found = url.query_pairs().next().map(|(_, value)| value.into_owned());
            prop_assert_eq!(found, Some(state));
        }
    }
}
