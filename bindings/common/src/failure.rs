//! Errors as bindings pass them to their language: field by field, never as text to parse.

use std::any::Any;
use std::error::Error as _;
use std::iter::successors;

use scalekit::token::TokenError;
use scalekit::{Code, Error};
use serde_json::Value;

use crate::exceptions::Exception;
use crate::language::Language;

/// An error of a native function.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BindingError {
    /// An error of the core.
    #[error(transparent)]
    Core(#[from] Error),
    /// A bug in this library or an error of the operating system.
    #[error("{0}")]
    Internal(String),
}

impl BindingError {
    /// An internal error.
    pub fn internal(message: impl ToString) -> Self {
        Self::Internal(message.to_string())
    }

    /// Converts the payload of a panic. A panic is a bug in this library, but it must not end the
    /// user's process.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Self::Internal(format!("internal error, please report it: {text}"))
    }
}

/// All fields of an error. A language creates its exception from them.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exception class.
    pub exception: Exception,
    /// The message, with the names of options and arguments as the language spells them.
    pub message: String,
    /// The option or argument that the message names first, as the language spells it.
    pub argument: Option<String>,
    /// The failed operation, such as `OrganizationService.GetOrganization`.
    pub operation: Option<&'static str>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// `true` if the same call may succeed later.
    pub retryable: bool,
    /// The HTTP status and the gRPC code of a failed call.
    pub status: Option<(u16, Code)>,
    /// The service's error code.
    pub error_code: Option<String>,
    /// The details of the response. Null if there are none.
    pub details: Value,
    /// Why a token was rejected, such as `expired`.
    pub token_reason: Option<&'static str>,
    /// The messages of the causes, outermost first.
    pub causes: Vec<String>,
}

impl Failure {
    /// Returns the fields of an error in the words of a language.
    pub fn new(error: &BindingError, language: &Language) -> Self {
        match error {
            BindingError::Core(error) => Self::of(error, language),
            BindingError::Internal(message) => Self {
                exception: Exception::Scalekit,
                message: message.clone(),
                argument: None,
                operation: None,
                request_id: None,
                retryable: false,
                status: None,
                error_code: None,
                details: Value::Null,
                token_reason: None,
                causes: Vec::new(),
            },
        }
    }

    fn of(error: &Error, language: &Language) -> Self {
        Self {
            exception: Exception::of(error),
            message: error.message_spelled(|name| language.spell(name)),
            argument: error
                .argument()
                .map(|name| language.spell(name).into_owned()),
            operation: error.operation(),
            request_id: error.request_id().map(str::to_owned),
            retryable: error.retryable(),
            status: error.http_status().zip(error.grpc_code()),
            error_code: error.error_code().map(str::to_owned),
            details: error.details().clone(),
            token_reason: error.token_error().map(TokenError::reason),
            causes: successors(error.source(), |&error| error.source())
                .map(ToString::to_string)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{NODE, PYTHON};

    #[test]
    fn names_are_spelled_as_in_the_language() {
        let builder = scalekit::Client::builder("http://acme.scalekit.com", "skc_1", "s");
        let error = BindingError::from(builder.build().unwrap_err());
        let texts = [
            (&PYTHON, "env_url", "allow_insecure_http"),
            (&NODE, "envUrl", "allowInsecureHttp"),
        ];
        for (language, argument, option) in texts {
            let failure = Failure::new(&error, language);
            assert_eq!(failure.exception, Exception::Argument);
            assert_eq!(failure.argument.as_deref(), Some(argument));
            assert_eq!(
                failure.message,
                format!(
                    "{argument} \"http://acme.scalekit.com\": http would send secrets in the \
                     clear; use https, or set {option}"
                )
            );
        }
    }

    #[test]
    fn causes_are_listed_outermost_first() {
        let builder = scalekit::Client::builder("https://acme.scalekit.com", "skc_1", "s");
        let error = builder
            .ca_certificate_pem("-----BEGIN CERTIFICATE-----\nno\n")
            .build();
        let failure = Failure::new(&error.unwrap_err().into(), &PYTHON);
        assert_eq!(failure.message, "CA certificates: they are not valid PEM");
        assert_eq!(failure.causes.len(), 1);
    }
}
