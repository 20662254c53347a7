//! The exception classes of all languages.

use scalekit::{Error, ErrorKind};

/// Defines the classes from one table: variant, class name, base class, and the errors that a class
/// stands for.
macro_rules! exceptions {
    ($($(#[$doc:meta])* $class:ident = $name:literal : $base:expr => $matches:expr;)*) => {
        /// An exception class.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Exception {
            $($(#[$doc])* $class,)*
        }

        impl Exception {
            /// Every class. A base comes before its subclasses.
            pub const ALL: &'static [Self] = &[$(Self::$class,)*];

            /// The name of the class.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$class => $name,)*
                }
            }

            /// The base class. `None` for the root.
            ///
            /// A language with multiple inheritance adds [`status_base`](Self::status_base).
            pub fn base(self) -> Option<Self> {
                match self {
                    $(Self::$class => $base,)*
                }
            }

            /// Returns `true` if errors of this kind have this class. `tool` is set for the error
            /// of an executed tool.
            fn matches(self, kind: ErrorKind, tool: bool) -> bool {
                let matches: fn(ErrorKind, bool) -> bool = match self {
                    $(Self::$class => $matches,)*
                };
                matches(kind, tool)
            }
        }
    };
}

/// Matches the errors of one kind that no tool reported.
macro_rules! kind {
    ($kind:pat) => {
        |kind, tool| matches!((kind, tool), ($kind, false))
    };
}

/// Matches the errors of one kind that a tool reported.
macro_rules! tool {
    ($kind:pat) => {
        |kind, tool| matches!((kind, tool), ($kind, true))
    };
}

use Exception::{Scalekit, Server, Tool};

exceptions! {
    /// The root, and the class of internal errors.
    Scalekit = "ScalekitException": None => |_, _| false;
    /// An invalid argument, option or configuration.
    Argument = "ScalekitArgumentException": Some(Scalekit) => |kind, _| matches!(kind, ErrorKind::Config | ErrorKind::InvalidArgument);
    /// A rejected webhook or interceptor payload.
    WebhookVerification = "WebhookVerificationError": Some(Scalekit) => kind!(ErrorKind::WebhookVerification);
    /// A rejected token.
    ValidateTokenFailure = "ScalekitValidateTokenFailureException": Some(Scalekit) => kind!(ErrorKind::InvalidToken);
    /// The service rejected a call or was not reached.
    Server = "ScalekitServerException": Some(Scalekit) => |_, _| false;
    /// 400.
    BadRequest = "ScalekitBadRequestException": Some(Server) => kind!(ErrorKind::BadRequest);
    /// 401.
    Unauthorized = "ScalekitUnauthorizedException": Some(Server) => kind!(ErrorKind::Unauthorized);
    /// 403.
    Forbidden = "ScalekitForbiddenException": Some(Server) => kind!(ErrorKind::Forbidden);
    /// 404.
    NotFound = "ScalekitNotFoundException": Some(Server) => kind!(ErrorKind::NotFound);
    /// 409.
    Conflict = "ScalekitConflictException": Some(Server) => kind!(ErrorKind::Conflict);
    /// 429.
    TooManyRequests = "ScalekitTooManyRequestsException": Some(Server) => kind!(ErrorKind::TooManyRequests);
    /// 500.
    InternalServer = "ScalekitInternalServerException": Some(Server) => kind!(ErrorKind::InternalServer);
    /// 501.
    NotImplemented = "ScalekitNotImplementedException": Some(Server) => kind!(ErrorKind::NotImplemented);
    /// 503.
    ServiceUnavailable = "ScalekitServiceUnavailableException": Some(Server) => kind!(ErrorKind::ServiceUnavailable);
    /// 504.
    GatewayTimeout = "ScalekitGatewayTimeoutException": Some(Server) => kind!(ErrorKind::GatewayTimeout);
    /// 499.
    Cancelled = "ScalekitCancelledException": Some(Server) => kind!(ErrorKind::Cancelled);
    /// Any other status.
    Unknown = "ScalekitUnknownException": Some(Server) => kind!(ErrorKind::Unknown);
    /// An executed tool reported the error.
    Tool = "ScalekitToolException": Some(Server) => |_, tool| tool;
    /// 429 of a tool.
    ToolRateLimit = "ScalekitToolRateLimitException": Some(Tool) => tool!(ErrorKind::TooManyRequests);
    /// 401 of a tool.
    ToolUnauthorized = "ScalekitToolUnauthorizedException": Some(Tool) => tool!(ErrorKind::Unauthorized);
    /// 403 of a tool.
    ToolForbidden = "ScalekitToolForbiddenException": Some(Tool) => tool!(ErrorKind::Forbidden);
}

impl Exception {
    /// The names of all classes, each with the names of its bases.
    pub fn table() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
        Self::ALL.iter().map(|class| {
            let bases = [class.base(), class.status_base()];
            (
                class.name(),
                bases.into_iter().flatten().map(Self::name).collect(),
            )
        })
    }

    /// Returns the class of an error.
    pub fn of(error: &Error) -> Self {
        Self::find(error.kind(), error.is_tool())
    }

    /// The class of the same HTTP status, for the three special tool classes.
    pub fn status_base(self) -> Option<Self> {
        match self {
            Self::ToolRateLimit => Some(Self::TooManyRequests),
            Self::ToolUnauthorized => Some(Self::Unauthorized),
            Self::ToolForbidden => Some(Self::Forbidden),
            _ => None,
        }
    }

    /// Returns `true` for a subclass of [`Server`](Self::Server) and for the class itself.
    pub fn is_server(self) -> bool {
        self == Server || self.base().is_some_and(Self::is_server)
    }

    fn find(kind: ErrorKind, tool: bool) -> Self {
        // The last match is the most special class.
        let mut classes = Self::ALL.iter().rev();
        let class = classes.find(|class| class.matches(kind, tool));
        class.copied().unwrap_or(Scalekit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_class() {
        let classes = [
            (ErrorKind::Config, "ScalekitArgumentException"),
            (ErrorKind::InvalidArgument, "ScalekitArgumentException"),
            (
                ErrorKind::InvalidToken,
                "ScalekitValidateTokenFailureException",
            ),
            (ErrorKind::WebhookVerification, "WebhookVerificationError"),
            (ErrorKind::BadRequest, "ScalekitBadRequestException"),
            (ErrorKind::Unauthorized, "ScalekitUnauthorizedException"),
            (ErrorKind::Forbidden, "ScalekitForbiddenException"),
            (ErrorKind::NotFound, "ScalekitNotFoundException"),
            (ErrorKind::Conflict, "ScalekitConflictException"),
            (
                ErrorKind::TooManyRequests,
                "ScalekitTooManyRequestsException",
            ),
            (ErrorKind::InternalServer, "ScalekitInternalServerException"),
            (ErrorKind::NotImplemented, "ScalekitNotImplementedException"),
            (
                ErrorKind::ServiceUnavailable,
                "ScalekitServiceUnavailableException",
            ),
            (ErrorKind::GatewayTimeout, "ScalekitGatewayTimeoutException"),
            (ErrorKind::Cancelled, "ScalekitCancelledException"),
            (ErrorKind::Unknown, "ScalekitUnknownException"),
        ];
        for (kind, name) in classes {
            assert_eq!(Exception::find(kind, false).name(), name);
        }
    }

    #[test]
    fn errors_of_tools_have_tool_classes() {
        for (kind, class) in [
            (ErrorKind::TooManyRequests, Exception::ToolRateLimit),
            (ErrorKind::Unauthorized, Exception::ToolUnauthorized),
            (ErrorKind::Forbidden, Exception::ToolForbidden),
            (ErrorKind::BadRequest, Exception::Tool),
            (ErrorKind::InternalServer, Exception::Tool),
        ] {
            assert_eq!(Exception::find(kind, true), class);
            assert!(class.is_server());
        }
    }

    #[test]
    fn a_base_comes_before_its_subclasses() {
        for (index, class) in Exception::ALL.iter().enumerate() {
            let bases = [class.base(), class.status_base()];
            for base in bases.into_iter().flatten() {
                assert!(Exception::ALL[..index].contains(&base), "{class:?}");
            }
            assert_eq!(class.base().is_none(), index == 0);
        }
    }
}
