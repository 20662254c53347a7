//! The options of a language.

use std::sync::Arc;
use std::time::Duration;

use scalekit::session::{CookieOptions, KeyRing, SameSite};
use scalekit::web_auth::{MemoryStore, WebAuthOptions};
use scalekit::{Error, Message};
use serde::Deserialize;

/// The JSON of the options. A missing option has the default of [`WebAuthOptions`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    redirect_uri: Option<String>,
    /// The secrets; the first one encrypts.
    cookie_encryption_secret: Option<Secrets>,
    cookie_name: Option<String>,
    cookie_secure: Option<bool>,
    cookie_domain: Option<String>,
    cookie_path: Option<String>,
    /// `lax`, `strict` or `none`.
    cookie_same_site: Option<String>,
    login_path: Option<String>,
    post_login_redirect: Option<String>,
    post_logout_redirect_uri: Option<String>,
    full_logout: Option<bool>,
    scopes: Option<Vec<String>>,
    /// In seconds.
    refresh_ahead: Option<f64>,
    /// In seconds.
    refresh_grace: Option<f64>,
    /// `true` if the language has a store.
    #[serde(default)]
    store: bool,
    #[serde(default)]
    server_sessions: bool,
    /// In seconds.
    session_lifetime: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Secrets {
    One(String),
    Several(Vec<String>),
}

impl Secrets {
    pub(super) fn key_ring(self) -> Result<KeyRing, Error> {
        match self {
            Self::One(secret) if secret.is_empty() => KeyRing::new([] as [String; 0]),
            Self::One(secret) => KeyRing::new([secret]),
            Self::Several(secrets) => KeyRing::new(secrets),
        }
    }
}

impl Options {
    /// Returns the options, and `true` if the language has a store.
    pub(super) fn read(self) -> Result<(WebAuthOptions, bool), Error> {
        let json = self;
        let redirect_uri = json.redirect_uri.filter(|uri| !uri.is_empty());
        let redirect_uri = redirect_uri.ok_or_else(|| missing("redirect_uri"))?;
        let secrets = json.cookie_encryption_secret;
        let secrets = secrets.ok_or_else(|| missing("cookie_encryption_secret"))?;

        let mut options = WebAuthOptions::new(redirect_uri, secrets.key_ring()?);
        options.cookies = cookies(
            json.cookie_secure,
            json.cookie_domain,
            json.cookie_path,
            json.cookie_same_site.as_deref(),
        )?;
        options.post_logout_redirect_uri = json.post_logout_redirect_uri;
        options.server_sessions = json.server_sessions;
        set(&mut options.cookie_name, json.cookie_name);
        set(&mut options.login_path, json.login_path);
        set(&mut options.post_login_redirect, json.post_login_redirect);
        set(&mut options.full_logout, json.full_logout);
        set(&mut options.scopes, json.scopes);
        let refresh = &mut options.refresh;
        set(
            &mut refresh.ahead,
            time("refresh_ahead", json.refresh_ahead)?,
        );
        set(
            &mut refresh.grace,
            time("refresh_grace", json.refresh_grace)?,
        );
        let lifetime = time("session_lifetime", json.session_lifetime)?;
        set(&mut options.session_lifetime, lifetime);
        if json.store {
            // Each request replaces it by the store of the language.
            options.store = Some(Arc::new(MemoryStore::new()));
        }
        Ok((options, json.store))
    }
}

fn cookies(
    secure: Option<bool>,
    domain: Option<String>,
    path: Option<String>,
    same_site: Option<&str>,
) -> Result<CookieOptions, Error> {
    let mut cookies = CookieOptions::new();
    cookies.domain = domain;
    set(&mut cookies.secure, secure);
    set(&mut cookies.path, path);
    cookies.same_site = match same_site.map(str::to_ascii_lowercase).as_deref() {
        None => cookies.same_site,
        Some("lax") => SameSite::Lax,
        Some("strict") => SameSite::Strict,
        Some("none") => SameSite::None,
        Some(_) => {
            let message = Message::about("cookie_same_site").text(" must be lax, strict or none");
            return Err(Error::config(message));
        }
    };
    Ok(cookies)
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn time(name: &'static str, seconds: Option<f64>) -> Result<Option<Duration>, Error> {
    seconds
        .map(|seconds| {
            Duration::try_from_secs_f64(seconds).map_err(|_| {
                Error::config(Message::about(name).text(" must be a number of seconds"))
            })
        })
        .transpose()
}

fn missing(option: &'static str) -> Error {
    Error::config(Message::about(option).text(" is required"))
}
