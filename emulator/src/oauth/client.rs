//! Who asks for a token: `client_secret_post`, `client_secret_basic` (RFC 6749 section 2.3.1) or a public client.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;

use super::OAuthError;
use crate::app::App;
use crate::http::{Pairs, Request};
use crate::secrets::hash;
use crate::state::OAuthClient;

/// A client that exists.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) id: String,
    /// What the environment knows of it.
    pub(super) known: OAuthClient,
    /// It came without a secret, so only PKCE vouches for it.
    pub(super) public: bool,
}

/// The client behind a token request.
///
/// # Errors
/// `invalid_client` for none, an unknown id, a wrong secret, or no secret where there is one (RFC 6749, sections 3.2.1
/// and 5.2); `invalid_request` for a secret in two places (section 2.3).
pub(super) fn identify(app: &App, request: &Request, form: &Pairs) -> Result<Client, OAuthError> {
    // A bearer token says nothing about the client when the form names it.
    let bearer = request.bearer().is_some() && form.get("client_id").is_some();
    let header = request.header(AUTHORIZATION).filter(|_| !bearer);
    let basic = header.map(basic_credentials).transpose()?;
    let posted = form.get("client_secret");
    let (id, secret) = match (&basic, form.get("client_id")) {
        (Some((id, _)), Some(other)) if id != other => {
            return Err(OAuthError::invalid_request(
                "client_id differs from the one in the authorization header",
            ));
        }
        (Some(_), _) if posted.is_some() => {
            return Err(OAuthError::invalid_request(
                "the client secret is in the authorization header and in the body",
            ));
        }
        (Some((id, secret)), _) => (id.clone(), Some(secret.clone())),
        (None, Some(id)) => (id.to_owned(), posted.map(str::to_owned)),
        (None, None) => return Err(OAuthError::invalid_client("client_id is missing")),
    };
    let ctx = app.ctx();
    let known = app.read().oauth_client(&ctx, &id);
    let known = known.ok_or_else(|| OAuthError::invalid_client("the client is unknown"))?;
    let Some(secret) = secret else {
        if known.confidential {
            return Err(OAuthError::invalid_client("the client secret is missing"));
        }
        return Ok(Client {
            id,
            known,
            public: true,
        });
    };
    let presented = hash(&secret);
    let same = |right: &String| verify_slices_are_equal(presented.as_bytes(), right.as_bytes()).is_ok();
    let used = known.hashes.iter().find(|(_, right)| same(right));
    let Some((secret_id, _)) = used else {
        return Err(OAuthError::invalid_client("the client secret is wrong"));
    };
    app.change(|state| state.touch_secret(&ctx, &id, secret_id));
    Ok(Client {
        id,
        known,
        public: false,
    })
}

fn basic_credentials(header: &str) -> Result<(String, String), OAuthError> {
    let malformed =
        || OAuthError::invalid_client("the authorization header is not Basic with base64 of id:secret");
    let (scheme, encoded) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let text = String::from_utf8(decoded).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    // Both parts are form-encoded before they are joined.
    let decode = |part: &str| {
        form_urlencoded::parse(format!("v={part}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Ok((decode(id).unwrap_or_default(), decode(secret).unwrap_or_default()))
}
