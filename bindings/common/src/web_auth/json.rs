//! Requests and results as JSON.

use std::borrow::Cow;

use scalekit::Error;
use scalekit::oauth::AuthorizationUrlOptions;
use scalekit::session::{Session, SetCookie};
use scalekit::web_auth::{LoginParameters, Outcome, Requirements, WebRequest, WebResponse};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::failure::BindingError;

/// A request of the language.
pub(super) struct Request<'a> {
    pub(super) action: Action,
    method: Cow<'a, str>,
    target: Cow<'a, str>,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// The function of `WebAuth` that handles a request.
pub(super) enum Action {
    Session,
    /// The session without a refresh.
    Peek,
    Require(Requirements),
    /// `Require` for a session that an earlier action of the request found to be unavailable.
    RequireUnavailable,
    Login(Box<LoginParameters>),
    Callback,
    Logout,
    Revoke(String),
    Event(Value),
}

/// The JSON of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestJson<'a> {
    /// `session`, `peek`, `require`, `login`, `callback`, `logout`, `revoke` or `event`.
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    /// The path with the query.
    #[serde(borrow, default)]
    target: Cow<'a, str>,
    /// Names and values of the headers in `WebRequest::HEADERS`.
    #[serde(borrow, default)]
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    #[serde(default)]
    require: RequirementsJson,
    /// `true` if an earlier action of this request returned the reason `unavailable`.
    #[serde(default)]
    unavailable: bool,
    #[serde(default)]
    login: LoginJson,
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    event: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RequirementsJson {
    organization: bool,
    organization_id: Option<String>,
    roles: Vec<String>,
    permissions: Vec<String>,
    scopes: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LoginJson {
    return_to: Option<String>,
    organization_id: Option<String>,
    connection_id: Option<String>,
    login_hint: Option<String>,
    domain_hint: Option<String>,
    provider: Option<String>,
    prompt: Option<String>,
}

impl<'a> Request<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, BindingError> {
        let json: RequestJson<'a> = serde_json::from_str(text).map_err(BindingError::internal)?;
        let action = match (&*json.action, json.session_id, json.event) {
            ("session", None, None) => Action::Session,
            ("peek", None, None) => Action::Peek,
            ("require", None, None) if json.unavailable => Action::RequireUnavailable,
            ("require", None, None) => Action::Require(json.require.into()),
            ("login", None, None) => Action::Login(Box::new(json.login.into())),
            ("callback", None, None) => Action::Callback,
            ("logout", None, None) => Action::Logout,
            ("revoke", Some(id), None) => Action::Revoke(id),
            ("event", None, Some(event)) => Action::Event(event),
            (action, ..) => {
                let message = format!("invalid action or arguments: {action}");
                return Err(BindingError::internal(message));
            }
        };
        Ok(Self {
            action,
            method: json.method,
            target: json.target,
            headers: json.headers,
        })
    }

    pub(super) fn into_owned(self) -> Request<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let headers = self.headers.into_iter();
        Request {
            action: self.action,
            method: owned(self.method),
            target: owned(self.target),
            headers: headers
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
        }
    }

    pub(super) fn web(&self) -> WebRequest<'_> {
        let request = WebRequest::new(&self.method, &self.target);
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }
}

impl From<RequirementsJson> for Requirements {
    fn from(json: RequirementsJson) -> Self {
        let mut required = Self::new();
        required.organization = json.organization;
        required.organization_id = json.organization_id;
        required.roles = json.roles;
        required.permissions = json.permissions;
        required.scopes = json.scopes;
        required
    }
}

impl From<LoginJson> for LoginParameters {
    fn from(json: LoginJson) -> Self {
        let mut options = AuthorizationUrlOptions::new();
        options.organization_id = json.organization_id;
        options.connection_id = json.connection_id;
        options.login_hint = json.login_hint;
        options.domain_hint = json.domain_hint;
        options.provider = json.provider;
        options.prompt = json.prompt;
        let mut parameters = Self::new().authorization(options);
        parameters.return_to = json.return_to;
        parameters
    }
}

/// The JSON of an outcome. Empty fields are left out.
#[derive(Serialize)]
struct OutcomeJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a Session>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<ResponseJson<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "cookies")]
    cookies: &'a [SetCookie],
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorJson<'a>>,
}

#[derive(Serialize)]
pub(super) struct ResponseJson<'a> {
    status: u16,
    headers: &'a [(&'static str, String)],
    body: &'a str,
}

#[derive(Serialize)]
struct CookieJson<'a> {
    name: &'a str,
    value: &'a str,
    max_age: Option<u64>,
    path: &'a str,
    domain: Option<&'a str>,
    secure: bool,
    same_site: &'static str,
    /// The value of the header `Set-Cookie`.
    header: String,
}

#[derive(Serialize)]
pub(super) struct ErrorJson<'a> {
    message: String,
    error_code: Option<&'a str>,
    retryable: bool,
}

pub(super) fn outcome(outcome: &Outcome) -> Result<String, BindingError> {
    let json = OutcomeJson {
        session: outcome.session.as_ref(),
        response: outcome.response.as_ref().map(response_json),
        cookies: &outcome.cookies,
        event: outcome.event.map(|event| event.as_str()),
        reason: outcome.reason.as_ref().map(|reason| reason.as_str()),
        error: outcome.error.as_ref().map(error_json),
    };
    serde_json::to_string(&json).map_err(BindingError::internal)
}

pub(super) fn response_json(response: &WebResponse) -> ResponseJson<'_> {
    ResponseJson {
        status: response.status,
        headers: &response.headers,
        body: &response.body,
    }
}

pub(super) fn error_json(error: &Error) -> ErrorJson<'_> {
    ErrorJson {
        message: error.to_string(),
        error_code: error.error_code(),
        retryable: error.retryable(),
    }
}

fn cookies<S: Serializer>(cookies: &[SetCookie], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(cookies.len()))?;
    for cookie in cookies {
        list.serialize_element(&CookieJson {
            name: &cookie.name,
            value: &cookie.value,
            max_age: cookie.max_age,
            path: &cookie.options.path,
            domain: cookie.options.domain.as_deref(),
            secure: cookie.options.secure,
            same_site: cookie.options.same_site.as_str(),
            header: cookie.to_string(),
        })?;
    }
    list.end()
}
