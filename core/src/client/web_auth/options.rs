//! Options of login and sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::SessionStore;
use crate::error::{Error, Message};
use crate::session::{CookieOptions, KeyRing, LoginCookies, RefreshPolicy, SessionCookies};

/// Options of [`WebAuth`](super::WebAuth).
///
/// ```
/// use scalekit::session::KeyRing;
/// use scalekit::web_auth::WebAuthOptions;
///
/// let keys = KeyRing::new(["a secret of at least thirty-two characters"])?;
/// let options = WebAuthOptions::new("https://app.example.com/callback", keys)
///     .post_login_redirect("/dashboard");
/// # Ok::<(), scalekit::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct WebAuthOptions {
    /// The URL of the callback route, as registered with Scalekit.
    pub redirect_uri: String,
    /// The secrets that encrypt the cookies.
    pub keys: KeyRing,
    /// The name of the session cookie. Default: `sk_session`.
    pub cookie_name: String,
    /// The attributes of all cookies.
    pub cookies: CookieOptions,
    /// The path of the login route. Default: `/login`.
    pub login_path: String,
    /// Where a login without return path leads. Default: `/`.
    pub post_login_redirect: String,
    /// Where the user arrives after logout: a URL, or a path of the application. Default: as
    /// `post_login_redirect`.
    pub post_logout_redirect_uri: Option<String>,
    /// Also ends the session of the service at logout. Default: `true`.
    pub full_logout: bool,
    /// The scopes of a login. Default: `openid profile email offline_access`.
    pub scopes: Vec<String>,
    /// When to refresh a session.
    pub refresh: RefreshPolicy,
    /// The store that the processes of the application share. Default: none.
    pub store: Option<Arc<dyn SessionStore>>,
    /// Keeps sessions in the store, and only their ids in cookies. Default: `false`.
    pub server_sessions: bool,
    /// How long the store keeps a session after its last refresh, and the mark of a revoked session.
    /// Default: 30 days.
    pub session_lifetime: Duration,
}

impl WebAuthOptions {
    /// The defaults.
    pub fn new(redirect_uri: impl Into<String>, keys: KeyRing) -> Self {
        let scopes = ["openid", "profile", "email", "offline_access"];
        Self {
            redirect_uri: redirect_uri.into(),
            keys,
            cookie_name: SessionCookies::DEFAULT_NAME.to_owned(),
            cookies: CookieOptions::default(),
            login_path: "/login".to_owned(),
            post_login_redirect: "/".to_owned(),
            post_logout_redirect_uri: None,
            full_logout: true,
            scopes: scopes.map(str::to_owned).into(),
            refresh: RefreshPolicy::default(),
            store: None,
            server_sessions: false,
            session_lifetime: Duration::from_secs(30 * 24 * 3600),
        }
    }

    /// Sets the name of the session cookie.
    #[must_use]
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = name.into();
        self
    }

    /// Sets the attributes of all cookies.
    #[must_use]
    pub fn cookies(mut self, cookies: CookieOptions) -> Self {
        self.cookies = cookies;
        self
    }

    /// Sets the path of the login route.
    #[must_use]
    pub fn login_path(mut self, path: impl Into<String>) -> Self {
        self.login_path = path.into();
        self
    }

    /// Sets where a login without return path leads.
    #[must_use]
    pub fn post_login_redirect(mut self, path: impl Into<String>) -> Self {
        self.post_login_redirect = path.into();
        self
    }

    /// Sets where the user arrives after logout.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.post_logout_redirect_uri = Some(uri.into());
        self
    }

    /// Ends the session of the service at logout, or not.
    #[must_use]
    pub fn full_logout(mut self, full: bool) -> Self {
        self.full_logout = full;
        self
    }

    /// Sets the scopes of a login.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets when to refresh a session.
    #[must_use]
    pub fn refresh(mut self, policy: RefreshPolicy) -> Self {
        self.refresh = policy;
        self
    }

    /// Sets the store that the processes of the application share.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Keeps sessions in the store, and only their ids in cookies.
    #[must_use]
    pub fn server_sessions(mut self, server: bool) -> Self {
        self.server_sessions = server;
        self
    }

    /// Sets how long the store keeps a session after its last refresh.
    #[must_use]
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.session_lifetime = lifetime;
        self
    }
}

impl fmt::Debug for WebAuthOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebAuthOptions")
            .field("redirect_uri", &self.redirect_uri)
            .field("cookie_name", &self.cookie_name)
            .field("server_sessions", &self.server_sessions)
            .finish_non_exhaustive()
    }
}

/// Checked options.
pub(super) struct Settings {
    pub(super) options: WebAuthOptions,
    pub(super) logins: LoginCookies,
    pub(super) sessions: SessionCookies,
    /// The origin of the application: scheme, host and port of the redirect URI.
    pub(super) origin: String,
    /// The absolute URL where the user arrives after logout.
    pub(super) after_logout: String,
}

impl Settings {
    pub(super) fn new(options: WebAuthOptions) -> Result<Self, Error> {
        let invalid = |option: &'static str, text: &str| {
            Err(Error::config(Message::about(option).text(text)))
        };
        let redirect_uri = match Url::parse(&options.redirect_uri) {
            Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => url,
            _ => return invalid("redirect_uri", " must be an http or https URL with a host"),
        };
        if !options.scopes.iter().any(|scope| scope == "openid") {
            // Without it, the response has no ID token and so no nonce.
            return invalid("scopes", " must contain \"openid\"");
        }
        for (option, path) in [
            ("login_path", &options.login_path),
            ("post_login_redirect", &options.post_login_redirect),
        ] {
            if !is_location(path) {
                return invalid(option, " must be a path that starts with \"/\", or a URL");
            }
        }
        let after_logout = options.post_logout_redirect_uri.as_deref();
        let after_logout = after_logout.unwrap_or(&options.post_login_redirect);
        let Ok(after_logout) = redirect_uri.join(after_logout) else {
            return invalid("post_logout_redirect_uri", " must be a path or a URL");
        };
        let (keys, cookies) = (options.keys.clone(), options.cookies.clone());
        Ok(Self {
            logins: LoginCookies::with_options(
                keys.clone(),
                LoginCookies::DEFAULT_NAME,
                cookies.clone(),
            )?,
            sessions: SessionCookies::with_options(keys, &options.cookie_name, cookies)?,
            origin: redirect_uri.origin().ascii_serialization(),
            after_logout: after_logout.into(),
            options,
        })
    }
}

/// Returns `true` for a path, and for a URL of a trusted configuration.
fn is_location(text: &str) -> bool {
    let printable = !text.contains(|letter: char| letter.is_control() || letter == '\\');
    printable && (text.starts_with('/') || Url::parse(text).is_ok())
}
