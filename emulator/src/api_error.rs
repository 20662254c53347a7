//! API errors and their JSON form.

use scalekit::Code;
use scalekit::api::raw::errdetails::{
    ErrorInfo, RequestInfo, ResourceInfo, ValidationErrorInfo, ValidationErrorInfoFieldViolation,
};
use serde_json::{Value, json};

use crate::http::Response;

/// One violated constraint.
pub(crate) type Violation = ValidationErrorInfoFieldViolation;

/// An error response of the API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) info: Box<ErrorInfo>,
}

impl ApiError {
    /// Creates an error with an error code such as `ROLE_KEYNAME_CONFLICT`.
    pub(crate) fn new(code: Code, error_code: &str, message: impl Into<String>) -> Self {
        let info = ErrorInfo {
            error_code: error_code.to_owned(),
            ..ErrorInfo::default()
        };
        Self {
            code,
            message: message.into(),
            info: Box::new(info),
        }
    }

    /// INVALID_ARGUMENT for the whole request.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, "INVALID_ARGUMENT", message)
    }

    /// INVALID_ARGUMENT with the violated constraints. `violations` must not be empty.
    pub(crate) fn violations(violations: Vec<Violation>) -> Self {
        let message = match violations.as_slice() {
            [only] => format!("{}: {}", only.field, only.description),
            [first, rest @ ..] => format!(
                "{}: {} (and {} more)",
                first.field,
                first.description,
                rest.len()
            ),
            [] => "the request violates a constraint".to_owned(),
        };
        let mut error = Self::invalid(message);
        error.info.validation_error_info = Some(ValidationErrorInfo {
            field_violations: violations,
        });
        error
    }

    /// INVALID_ARGUMENT for one field. `constraint` is the id of the violated rule, such as
    /// `domain.dot`.
    pub(crate) fn field(field: &str, constraint: &str, description: impl Into<String>) -> Self {
        Self::violations(vec![Violation {
            field: field.to_owned(),
            description: description.into(),
            constraint: constraint.to_owned(),
        }])
    }

    /// NOT_FOUND. `kind` is the resource type in plain words, such as `organization`.
    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        Self::new(
            Code::NotFound,
            "RESOURCE_NOT_FOUND",
            format!("{kind} not found"),
        )
        .resource(kind, id)
    }

    /// ALREADY_EXISTS.
    pub(crate) fn exists(error_code: &str, message: impl Into<String>) -> Self {
        Self::new(Code::AlreadyExists, error_code, message)
    }

    /// FAILED_PRECONDITION.
    pub(crate) fn precondition(error_code: &str, message: impl Into<String>) -> Self {
        Self::new(Code::FailedPrecondition, error_code, message)
    }

    pub(crate) fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, "UNAUTHENTICATED", message)
    }

    pub(crate) fn unimplemented(message: impl Into<String>) -> Self {
        Self::new(Code::Unimplemented, "UNIMPLEMENTED", message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, "INTERNAL", message)
    }

    /// Adds the resource that the error is about.
    #[must_use]
    pub(crate) fn resource(mut self, kind: &str, id: &str) -> Self {
        let description = format!("{kind} {id}");
        self.info.resource_info = Some(ResourceInfo {
            resource_name: kind.to_owned(),
            description,
            ..ResourceInfo::default()
        });
        self
    }

    /// Returns the error in the JSON form of the service.
    pub(crate) fn to_json(&self, request_id: &str) -> Value {
        let info = ErrorInfo {
            request_info: Some(RequestInfo {
                request_id: request_id.to_owned(),
                ..RequestInfo::default()
            }),
            ..(*self.info).clone()
        };
        let mut detail = serde_json::to_value(info).unwrap_or_else(|_| json!({}));
        detail["@type"] = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo".into();
        json!({ "code": self.code.value(), "message": self.message, "details": [detail] })
    }

    pub(crate) fn into_response(self, request_id: &str) -> Response {
        let status = http::StatusCode::from_u16(self.code.http_status())
            .unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        Response::json(status, &self.to_json(request_id))
    }
}
