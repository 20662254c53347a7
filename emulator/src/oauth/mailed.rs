//! Logins by mail: the same codes and links that `PasswordlessService` deals with.

use std::collections::BTreeMap;

use scalekit::api::passwordless::{
    ResendPasswordlessRequest, SendPasswordlessRequest, TemplateType, VerifyPasswordLessRequest,
    VerifyPasswordLessRequestAuthCredential as Credential,
};

use crate::app::App;
use crate::services::passwordless::{self, TRIES};
use crate::state::PasswordlessRow;

/// A mail to be sent.
pub(super) struct Letter<'a> {
    pub(super) email: &'a str,
    /// Where its link leads.
    pub(super) place: &'a str,
    /// What somebody new said about themselves; none for a login.
    pub(super) about: Option<BTreeMap<String, String>>,
}

/// Sends it; answers with the id that the code belongs to.
///
/// # Errors
/// Why not, in words.
pub(super) fn send(app: &App, letter: Letter<'_>) -> Result<String, String> {
    let template = match letter.about {
        Some(_) => TemplateType::Signup,
        None => TemplateType::Signin,
    };
    let request = SendPasswordlessRequest {
        email: letter.email.to_owned(),
        template: Some(template),
        magiclink_auth_uri: Some(letter.place.to_owned()),
        template_variables: letter.about.unwrap_or_default(),
        ..SendPasswordlessRequest::default()
    };
    let sent = app.change(|state| passwordless::start(state, &app.ctx(), request));
    sent.map(|sent| sent.auth_request_id)
        .map_err(|error| error.message)
}

/// Sends another one in its place.
///
/// # Errors
/// Why not, in words.
pub(super) fn send_again(app: &App, auth_request_id: &str) -> Result<String, String> {
    let request = ResendPasswordlessRequest {
        auth_request_id: auth_request_id.to_owned(),
    };
    let sent = app.change(|state| passwordless::resend(state, &app.ctx(), request));
    sent.map(|sent| sent.auth_request_id)
        .map_err(|_| "This mail is no longer good. Begin again.".to_owned())
}

/// Takes a code; answers with the mail that it came from.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn take_code(app: &App, auth_request_id: &str, code: &str) -> Result<PasswordlessRow, String> {
    // Without an id, any mail's code would do.
    let row = app.read().passwordless.get(auth_request_id).cloned();
    let row = row.ok_or("This mail is no longer good. Begin again.")?;
    let typed: String = code.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if typed.is_empty() {
        return Err("Enter the code from the mail.".to_owned());
    }
    take(app, auth_request_id, Credential::Code(typed)).map(|()| row)
}

/// Takes the token of a link.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn take_link(app: &App, row: &PasswordlessRow) -> Result<(), String> {
    take(
        app,
        &row.auth_request_id,
        Credential::LinkToken(row.link_token.clone()),
    )
}

fn take(app: &App, auth_request_id: &str, credential: Credential) -> Result<(), String> {
    let request = VerifyPasswordLessRequest {
        auth_request_id: Some(auth_request_id.to_owned()),
        auth_credential: Some(credential),
    };
    let (taken, failures) = app.change(|state| {
        let taken = passwordless::verify(state, &app.ctx(), request);
        let row = state.passwordless.get(auth_request_id);
        (taken, row.map_or(TRIES, |row| row.failures))
    });
    taken
        .map(|_| ())
        .map_err(|error| match error.info.error_code.as_str() {
            "PASSWORDLESS_CREDENTIAL_INVALID" if failures < TRIES => match TRIES - failures {
                1 => "This code is wrong. You can try once more.".to_owned(),
                left => format!("This code is wrong. You can try {left} more times."),
            },
            "PASSWORDLESS_CREDENTIAL_INVALID" | "PASSWORDLESS_TOO_MANY_ATTEMPTS" => {
                "Too many wrong codes were tried. Ask for a new one.".to_owned()
            }
            "PASSWORDLESS_CREDENTIAL_EXPIRED" => "The mail is too old. Ask for a new one.".to_owned(),
            "PASSWORDLESS_CREDENTIAL_USED" => "The mail was used already. Ask for a new one.".to_owned(),
            _ => error.message,
        })
}

/// The mail that a link came from, while the link is good for a login that began at `place`.
pub(super) fn letter_of(app: &App, token: &str, place: &str) -> Option<PasswordlessRow> {
    let state = app.read();
    let now = app.clock.now().as_second();
    let good = |row: &&PasswordlessRow| {
        !row.used
            && row.failures < TRIES
            && row.expires_at > now
            && row.magiclink_auth_uri.as_deref() == Some(place)
    };
    state.passwordless.by("link", token).rev().find(good).cloned()
}

/// What somebody said about themselves before the mail was sent.
pub(super) fn about(app: &App, auth_request_id: &str) -> BTreeMap<String, String> {
    let state = app.read();
    let row = state.passwordless.get(auth_request_id);
    row.map(|row| row.template_variables.clone()).unwrap_or_default()
}
