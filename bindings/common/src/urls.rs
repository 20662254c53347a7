//! Login and logout URLs.

use std::borrow::Cow;

use scalekit::Client;
use scalekit::oauth::{
    AUTHORIZATION_PATH, LOGOUT_PATH, authorization_parameters, logout_parameters, with_query,
};
pub use scalekit::oauth::{AuthorizationUrlOptions, LogoutUrlOptions};

use crate::language::Language;

/// How a query is encoded and ordered. Servers treat both styles alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlStyle {
    /// Encodes a space as `+`; PKCE parameters come last.
    Plus,
    /// Encodes a space as `%20`; adds `domain`; PKCE parameters precede `provider`.
    Percent,
}

impl UrlStyle {
    fn space(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Percent => "%20",
        }
    }
}

/// Reads the parameters of an authorization URL. `text` returns an option by its name.
///
/// # Errors
/// `text` fails.
pub fn authorization_options<E>(
    scopes: Vec<String>,
    mut text: impl FnMut(&'static str) -> Result<Option<String>, E>,
) -> Result<AuthorizationUrlOptions, E> {
    let mut options = AuthorizationUrlOptions::new().scopes(scopes);
    options.state = text("state")?;
    options.nonce = text("nonce")?;
    options.login_hint = text("login_hint")?;
    options.domain_hint = text("domain_hint")?;
    options.connection_id = text("connection_id")?;
    options.organization_id = text("organization_id")?;
    options.provider = text("provider")?;
    options.prompt = text("prompt")?;
    options.code_challenge = text("code_challenge")?;
    options.code_challenge_method = text("code_challenge_method")?;
    Ok(options)
}

/// Reads the parameters of a logout URL. `text` returns an option by its name.
///
/// # Errors
/// `text` fails.
pub fn logout_options<E>(
    mut text: impl FnMut(&'static str) -> Result<Option<String>, E>,
) -> Result<LogoutUrlOptions, E> {
    let mut options = LogoutUrlOptions::new();
    options.id_token_hint = text("id_token_hint")?;
    options.post_logout_redirect_uri = text("post_logout_redirect_uri")?;
    options.state = text("state")?;
    Ok(options)
}

/// Returns the URL that starts a login.
pub fn authorization_url(
    client: &Client,
    language: &Language,
    redirect_uri: &str,
    options: &AuthorizationUrlOptions,
) -> String {
    let mut parameters = authorization_parameters(client.client_id(), redirect_uri, options);
    if language.url_style == UrlStyle::Percent {
        let domain = options.domain_hint.as_deref().unwrap_or_default();
        insert_before(
            &mut parameters,
            "connection_id",
            [("domain", domain.into())],
        );
        let pkce = parameters.split_off(parameters.len() - 2);
        insert_before(&mut parameters, "provider", pkce);
    }
    let space = language.url_style.space();
    with_query(client.env_url(), AUTHORIZATION_PATH, &parameters, space)
}

/// Returns the URL that ends a session.
pub fn logout_url(client: &Client, language: &Language, options: &LogoutUrlOptions) -> String {
    let parameters = logout_parameters(options);
    let space = language.url_style.space();
    with_query(client.env_url(), LOGOUT_PATH, &parameters, space)
}

type Parameter<'a> = (&'static str, Cow<'a, str>);

fn insert_before<'a>(
    parameters: &mut Vec<Parameter<'a>>,
    name: &str,
    inserted: impl IntoIterator<Item = Parameter<'a>>,
) {
    let found = parameters.iter().position(|(found, _)| *found == name);
    let position = found.unwrap_or(parameters.len());
    parameters.splice(position..position, inserted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{NODE, PYTHON};

    fn options() -> AuthorizationUrlOptions {
        let scopes = vec!["openid".to_owned(), "offline_access".to_owned()];
        let text = |name| {
            let text = match name {
                "state" => "a b~*",
                "login_hint" => "me@example.com",
                "code_challenge_method" => "S256",
                name => name,
            };
            Ok::<_, ()>(Some(text.to_owned()))
        };
        authorization_options(scopes, text).unwrap()
    }

    #[test]
    fn each_style_has_its_own_order() {
        let client = Client::public("https://acme.scalekit.com", "skc_1")
            .build()
            .unwrap();
        let url = |language| authorization_url(&client, language, "https://app/cb", &options());
        assert_eq!(
            url(&PYTHON),
            "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
             &redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid+offline_access&state=a+b~%2A\
             &nonce=nonce&login_hint=me%40example.com&domain_hint=domain_hint\
             &connection_id=connection_id&organization_id=organization_id&provider=provider\
             &prompt=prompt&code_challenge=code_challenge&code_challenge_method=S256"
        );
        assert_eq!(
            url(&NODE),
            "https://acme.scalekit.com/oauth/authorize?response_type=code&client_id=skc_1\
             &redirect_uri=https%3A%2F%2Fapp%2Fcb&scope=openid%20offline_access&state=a%20b~%2A\
             &nonce=nonce&login_hint=me%40example.com&domain_hint=domain_hint&domain=domain_hint\
             &connection_id=connection_id&organization_id=organization_id\
             &code_challenge=code_challenge&code_challenge_method=S256&provider=provider\
             &prompt=prompt"
        );
    }

    #[test]
    fn a_logout_url_contains_the_given_options() {
        let client = Client::public("https://acme.scalekit.com", "skc_1")
            .build()
            .unwrap();
        let text = |name| Ok::<_, ()>((name == "state").then(|| "a b".to_owned()));
        let options = logout_options(text).unwrap();
        let url = |language| logout_url(&client, language, &options);
        assert_eq!(
            url(&PYTHON),
            "https://acme.scalekit.com/oidc/logout?state=a+b"
        );
        assert_eq!(
            url(&NODE),
            "https://acme.scalekit.com/oidc/logout?state=a%20b"
        );
    }
}
