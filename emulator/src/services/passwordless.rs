//! `PasswordlessService`. The emulator stores emails, and the admin API returns them.

use scalekit::api::raw::connections::{self, ConnectionSettings, PasswordLessConfig};
use scalekit::api::raw::passwordless::{
    PasswordlessType, ResendPasswordlessRequest, SendPasswordlessRequest, SendPasswordlessResponse,
    TemplateType, VerifyPasswordLessRequest, VerifyPasswordLessRequestAuthCredential as Credential,
    VerifyPasswordLessResponse,
};

use super::{Entry, writes};
use crate::api_error::ApiError;
use crate::secrets::random_token;
use crate::state::{AuthRequest, Ctx, FAILED, Mail, PasswordlessRow, Row, SUCCESS, State};

/// The default number of digits of a code.
const CODE_LENGTH: u32 = 6;

/// The maximum number of wrong codes for a login.
pub(crate) const MAX_ATTEMPTS: u32 = 5;

pub(super) static OPERATIONS: &[Entry] = &[
    (
        "PasswordlessService.ResendPasswordlessEmail",
        writes!(resend),
    ),
    ("PasswordlessService.SendPasswordlessEmail", writes!(start)),
    (
        "PasswordlessService.VerifyPasswordlessEmail",
        writes!(verify),
    ),
];

/// Returns the environment's passwordless settings, if there is a connection with them.
fn settings(state: &State) -> Option<PasswordLessConfig> {
    let mut all = state.connections.iter();
    all.find_map(|connection| match &connection.settings {
        Some(ConnectionSettings::PasswordlessConfig(config))
            if connection.organization_id.is_none() =>
        {
            Some((**config).clone())
        }
        _ => None,
    })
}

/// Returns the content of the email. The setting of the environment takes precedence. Without it,
/// the email contains the code, and also the link if the request has a `magiclink_auth_uri`.
fn content(config: &PasswordLessConfig, has_link_uri: bool) -> PasswordlessType {
    match config.r#type {
        connections::PasswordlessType::Otp => PasswordlessType::Otp,
        connections::PasswordlessType::Link => PasswordlessType::Link,
        connections::PasswordlessType::LinkOtp => PasswordlessType::LinkOtp,
        _ if has_link_uri => PasswordlessType::LinkOtp,
        _ => PasswordlessType::Otp,
    }
}

pub(crate) fn start(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: SendPasswordlessRequest,
) -> Result<SendPasswordlessResponse, ApiError> {
    let config = settings(state).unwrap_or_default();
    let link_uri = request.magiclink_auth_uri.filter(|uri| !uri.is_empty());
    let passwordless_type = content(&config, link_uri.is_some());
    if passwordless_type != PasswordlessType::Otp && link_uri.is_none() {
        let description = "is required because the environment sends magic links";
        return Err(ApiError::field(
            "magiclink_auth_uri",
            "magiclink_auth_uri.needed",
            description,
        ));
    }
    let lifetime = request
        .expires_in
        .filter(|seconds| *seconds > 0)
        .or(config.validity);
    let row = PasswordlessRow {
        email: request.email,
        template: request.template,
        passwordless_type,
        magiclink_auth_uri: link_uri,
        state: request.state,
        template_variables: request.template_variables,
        expires_in: lifetime.unwrap_or_default(),
        ..PasswordlessRow::default()
    };
    send(state, ctx, row, &config)
}

/// Sends a new email for the same login and invalidates the previous one.
pub(crate) fn resend(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ResendPasswordlessRequest,
) -> Result<SendPasswordlessResponse, ApiError> {
    let old = state
        .passwordless
        .require(&request.auth_request_id)?
        .clone();
    if old.used {
        return Err(ApiError::not_found(
            PasswordlessRow::KIND,
            &request.auth_request_id,
        ));
    }
    state
        .passwordless
        .change(&old.auth_request_id, |row| row.used = true)?;
    let row = PasswordlessRow {
        auth_request_id: String::new(),
        expires_at: 0,
        failures: 0,
        ..old
    };
    let config = settings(state).unwrap_or_default();
    send(state, ctx, row, &config)
}

fn send(
    state: &mut State,
    ctx: &Ctx<'_>,
    mut row: PasswordlessRow,
    config: &PasswordLessConfig,
) -> Result<SendPasswordlessResponse, ApiError> {
    let reuse = config.regenerate_passwordless_credentials_on_resend == Some(false);
    if row.code.is_empty() || !reuse {
        let length = config
            .code_challenge_length
            .filter(|length| (4..=12).contains(length));
        let digits = (0..length.unwrap_or(CODE_LENGTH)).map(|_| fastrand::digit(10));
        row.code = digits.collect();
        row.link_token = random_token("plt");
    }
    row.complete(ctx);
    let mail = mail(&row);
    let row = state.store_passwordless(ctx, row);
    state.send_mail(ctx, mail);
    Ok(SendPasswordlessResponse {
        auth_request_id: row.auth_request_id,
        expires_at: row.expires_at,
        expires_in: row.expires_in,
        passwordless_type: row.passwordless_type,
    })
}

fn mail(row: &PasswordlessRow) -> Mail {
    let link_uri = row.magiclink_auth_uri.as_deref();
    let link = link_uri.and_then(|uri| {
        let mut link = url::Url::parse(uri).ok()?;
        link.query_pairs_mut()
            .append_pair("link_token", &row.link_token);
        Some(link.into())
    });
    let signup = row.template == Some(TemplateType::Signup);
    Mail {
        to: row.email.clone(),
        kind: "passwordless".to_owned(),
        subject: if signup { "Sign up" } else { "Sign in" }.to_owned(),
        code: Some(row.code.clone()).filter(|_| row.passwordless_type != PasswordlessType::Link),
        link: link.filter(|_| row.passwordless_type != PasswordlessType::Otp),
        variables: row.template_variables.clone(),
        ..Mail::default()
    }
}

/// Creates the error for a rejected code or link token.
fn rejected(error_code: &str, message: &str) -> ApiError {
    ApiError::new(scalekit::Code::InvalidArgument, error_code, message)
}

/// Wrong codes are counted even though the call fails.
pub(crate) fn verify(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: VerifyPasswordLessRequest,
) -> Result<VerifyPasswordLessResponse, ApiError> {
    let id = request.auth_request_id.filter(|id| !id.is_empty());
    let (index, value) = match &request.auth_credential {
        Some(Credential::Code(code)) => ("code", code),
        Some(Credential::LinkToken(token)) => ("link", token),
        None => {
            return Err(ApiError::invalid("specify a code or a link_token"));
        }
    };
    let same_request =
        |row: &&PasswordlessRow| id.as_ref().is_none_or(|id| row.auth_request_id == *id);
    let found = state
        .passwordless
        .by(index, value)
        .rev()
        .find(same_request)
        .cloned();
    let row = match (found, &id) {
        (Some(row), _) => row,
        (None, None) => {
            return Err(rejected(
                "PASSWORDLESS_CREDENTIAL_INVALID",
                "the code or link token is invalid",
            ));
        }
        (None, Some(id)) => {
            state.passwordless.require(id)?;
            let failed = state
                .passwordless
                .change(id, |row| row.failures += 1)?
                .clone();
            log(state, ctx, &failed, FAILED);
            return Err(rejected(
                "PASSWORDLESS_CREDENTIAL_INVALID",
                "the code or link token is invalid",
            ));
        }
    };
    if row.used {
        return Err(rejected(
            "PASSWORDLESS_CREDENTIAL_USED",
            "the code or link token has already been used or replaced",
        ));
    }
    if row.failures >= MAX_ATTEMPTS {
        return Err(rejected(
            "PASSWORDLESS_TOO_MANY_ATTEMPTS",
            "too many wrong codes; request a new one",
        ));
    }
    if row.expires_at <= ctx.now.as_second() {
        log(state, ctx, &row, FAILED);
        return Err(rejected(
            "PASSWORDLESS_CREDENTIAL_EXPIRED",
            "the code or link token has expired",
        ));
    }
    state
        .passwordless
        .change(&row.auth_request_id, |row| row.used = true)?;
    log(state, ctx, &row, SUCCESS);
    Ok(VerifyPasswordLessResponse {
        email: row.email,
        state: row.state,
        template: row.template,
        passwordless_type: row.passwordless_type,
    })
}

fn log(state: &mut State, ctx: &Ctx<'_>, row: &PasswordlessRow, status: &str) {
    let request = AuthRequest {
        workflow: "passwordless",
        status,
        email: &row.email,
        ..AuthRequest::default()
    };
    state.log_auth_request(ctx, request);
}
