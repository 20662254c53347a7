//! Client authentication: `client_secret_post`, `client_secret_basic` (RFC 6749 section 2.3.1) or a
//! public client.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;

use super::OAuthError;
use crate::app::App;
use crate::http::{Pairs, Request};
use crate::secrets::hash;
use crate::state::OAuthClient;

/// An identified client.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) registration: OAuthClient,
    /// The request had no client secret, so PKCE is required.
    pub(super) public: bool,
}

/// Identifies and authenticates the client of a token request.
///
/// # Errors
/// - `invalid_client` if the id is missing or unknown, the secret is wrong, or a required secret is
///   missing (RFC 6749, sections 3.2.1 and 5.2).
/// - `invalid_request` if the secret is in the header and in the body (section 2.3).
pub(super) fn identify(app: &App, request: &Request, form: &Pairs) -> Result<Client, OAuthError> {
    // A bearer token is ignored if the form contains the client id.
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
                "the client secret must not be in both the authorization header and the body",
            ));
        }
        (Some((id, secret)), _) => (id.clone(), Some(secret.clone())),
        (None, Some(id)) => (id.to_owned(), posted.map(str::to_owned)),
        (None, None) => return Err(OAuthError::invalid_client("client_id is missing")),
    };
    let ctx = app.ctx();
    let client = app.read().oauth_client(&ctx, &id);
    let client = client.ok_or_else(|| OAuthError::invalid_client("the client is unknown"))?;
    let Some(secret) = secret else {
        if client.confidential {
            return Err(OAuthError::invalid_client("the client secret is missing"));
        }
        return Ok(Client {
            id,
            registration: client,
            public: true,
        });
    };
    let presented = hash(&secret);
    let matches =
        |hash: &String| verify_slices_are_equal(presented.as_bytes(), hash.as_bytes()).is_ok();
    let used = client.hashes.iter().find(|(_, hash)| matches(hash));
    let Some((secret_id, _)) = used else {
        return Err(OAuthError::invalid_client("the client secret is wrong"));
    };
    app.change(|state| state.touch_secret(&ctx, &id, secret_id));
    Ok(Client {
        id,
        registration: client,
        public: false,
    })
}

fn basic_credentials(header: &str) -> Result<(String, String), OAuthError> {
    let malformed = || {
        OAuthError::invalid_client(
            "the authorization header must be Basic with base64 of id:secret",
        )
    };
    let (scheme, encoded) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let text = String::from_utf8(decoded).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    // Both parts are form-encoded (RFC 6749 section 2.3.1).
    let decode = |part: &str| {
        form_urlencoded::parse(format!("v={part}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Ok((
        decode(id).unwrap_or_default(),
        decode(secret).unwrap_or_default(),
    ))
}
