//! Login by email, with the codes and links of `PasswordlessService`.

use std::collections::BTreeMap;

use scalekit::api::raw::passwordless::{
    ResendPasswordlessRequest, SendPasswordlessRequest, TemplateType, VerifyPasswordLessRequest,
    VerifyPasswordLessRequestAuthCredential as Credential,
};

use crate::app::App;
use crate::services::passwordless::{self, MAX_ATTEMPTS};
use crate::state::PasswordlessRow;

/// An email to send.
pub(super) struct Message<'a> {
    pub(super) email: &'a str,
    /// URL that the link opens.
    pub(super) link_url: &'a str,
    /// Sign-up fields of a new user; `None` for a login.
    pub(super) fields: Option<BTreeMap<String, String>>,
}

/// Sends an email and returns its `auth_request_id`.
///
/// # Errors
/// Returns the message for the user.
pub(super) fn send(app: &App, message: Message<'_>) -> Result<String, String> {
    let template = match message.fields {
        Some(_) => TemplateType::Signup,
        None => TemplateType::Signin,
    };
    let request = SendPasswordlessRequest {
        email: message.email.to_owned(),
        template: Some(template),
        magiclink_auth_uri: Some(message.link_url.to_owned()),
        template_variables: message.fields.unwrap_or_default(),
        ..SendPasswordlessRequest::default()
    };
    let sent = app.change(|state| passwordless::start(state, &app.ctx(), request));
    sent.map(|sent| sent.auth_request_id)
        .map_err(|error| error.message)
}

/// Sends a new email that replaces the previous one, and returns its `auth_request_id`.
///
/// # Errors
/// Returns the message for the user.
pub(super) fn resend(app: &App, auth_request_id: &str) -> Result<String, String> {
    let request = ResendPasswordlessRequest {
        auth_request_id: auth_request_id.to_owned(),
    };
    let sent = app.change(|state| passwordless::resend(state, &app.ctx(), request));
    sent.map(|sent| sent.auth_request_id)
        .map_err(|_| "This email is no longer valid. Start again.".to_owned())
}

/// Verifies a code and returns the email that it belongs to.
///
/// # Errors
/// Returns the message for the user.
pub(super) fn verify_code(
    app: &App,
    auth_request_id: &str,
    code: &str,
) -> Result<PasswordlessRow, String> {
    // PasswordlessService accepts the code of any email if the id is missing.
    let row = app.read().passwordless.get(auth_request_id).cloned();
    let row = row.ok_or("This email is no longer valid. Start again.")?;
    let code: String = code.chars().filter(|char| char.is_alphanumeric()).collect();
    if code.is_empty() {
        return Err("Enter the code from the email.".to_owned());
    }
    verify(app, auth_request_id, Credential::Code(code)).map(|()| row)
}

/// Verifies the token of a link.
///
/// # Errors
/// Returns the message for the user.
pub(super) fn verify_link(app: &App, row: &PasswordlessRow) -> Result<(), String> {
    verify(
        app,
        &row.auth_request_id,
        Credential::LinkToken(row.link_token.clone()),
    )
}

fn verify(app: &App, auth_request_id: &str, credential: Credential) -> Result<(), String> {
    let request = VerifyPasswordLessRequest {
        auth_request_id: Some(auth_request_id.to_owned()),
        auth_credential: Some(credential),
    };
    let (verified, failures) = app.change(|state| {
        let verified = passwordless::verify(state, &app.ctx(), request);
        let row = state.passwordless.get(auth_request_id);
        (verified, row.map_or(MAX_ATTEMPTS, |row| row.failures))
    });
    verified
        .map(|_| ())
        .map_err(|error| match error.info.error_code.as_str() {
            "PASSWORDLESS_CREDENTIAL_INVALID" if failures < MAX_ATTEMPTS => {
                match MAX_ATTEMPTS - failures {
                    1 => "This code is incorrect. You have 1 attempt left.".to_owned(),
                    left => format!("This code is incorrect. You have {left} attempts left."),
                }
            }
            "PASSWORDLESS_CREDENTIAL_INVALID" | "PASSWORDLESS_TOO_MANY_ATTEMPTS" => {
                "Too many incorrect codes. Request a new one.".to_owned()
            }
            "PASSWORDLESS_CREDENTIAL_EXPIRED" => {
                "The email has expired. Request a new one.".to_owned()
            }
            "PASSWORDLESS_CREDENTIAL_USED" => {
                "The email was already used. Request a new one.".to_owned()
            }
            _ => error.message,
        })
}

/// Returns the email of a link, if the link is still valid and was created for the login at
/// `login_url`.
pub(super) fn find_by_link(app: &App, token: &str, login_url: &str) -> Option<PasswordlessRow> {
    let state = app.read();
    let now = app.clock.now().as_second();
    let is_valid = |row: &&PasswordlessRow| {
        !row.used
            && row.failures < MAX_ATTEMPTS
            && row.expires_at > now
            && row.magiclink_auth_uri.as_deref() == Some(login_url)
    };
    state
        .passwordless
        .by("link", token)
        .rev()
        .find(is_valid)
        .cloned()
}

/// Returns the sign-up fields of an email.
pub(super) fn fields(app: &App, auth_request_id: &str) -> BTreeMap<String, String> {
    let state = app.read();
    let row = state.passwordless.get(auth_request_id);
    row.map(|row| row.template_variables.clone())
        .unwrap_or_default()
}
