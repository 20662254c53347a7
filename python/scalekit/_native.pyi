"""The Rust core. This module is private: use the clients of :mod:`scalekit`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias, final, overload

from typing_extensions import Buffer

__all__ = [
    "API_VERSION",
    "DEFAULTS",
    "EXCEPTIONS",
    "MIN_KEEPALIVE_TIME_MS",
    "OPERATIONS",
    "VARIABLES",
    "CallRecording",
    "Headers",
    "NativeClient",
    "Sink",
    "StreamedResponse",
    "Task",
    "WebAuth",
    "WebAuthFlow",
    "__version__",
    "credentials",
    "generate_pkce",
    "is_signature_header",
    "response_type",
    "web_auth_tool",
]

__version__: Final[str]
API_VERSION: Final[str]
OPERATIONS: Final[tuple[str, ...]]
# The names of all exceptions, each with the names of its bases.
EXCEPTIONS: Final[dict[str, list[str]]]
# The defaults of the options that are numbers.
DEFAULTS: Final[dict[str, int]]
MIN_KEEPALIVE_TIME_MS: Final[int]
# The environment variables of the environment URL, the client id and the client secret.
VARIABLES: Final[list[list[str]]]

@final
class CallRecording:
    """Records the attempts of a call."""

    def __new__(cls, headers: list[tuple[str, str]]) -> CallRecording:
        """Starts a recording. The headers are added to the requests, such as ``traceparent``."""

    def json(self) -> str:
        """Returns the recorded calls as JSON."""

@final
class Headers:
    """The headers of a response."""

    def items(self) -> list[tuple[str, str]]:
        """Returns lower-case names and values."""

@final
class Sink:
    """Delivers results to an event loop."""

    def __new__(cls, call_soon: Callable[..., object]) -> Sink: ...
    def drain(self) -> None:
        """Sets the results that have arrived. The event loop calls it."""

@final
class Task:
    """A call that runs in the background."""

    def cancel(self) -> None:
        """Drops the request and its connection. Has no effect on a finished call."""

@final
class StreamedResponse:
    """A response whose body is read on demand."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    def headers(self) -> list[tuple[str, str]]:
        """Returns lower-case names and values."""

    @overload
    def read(self, all: bool, *, target: None = None) -> bytes: ...
    @overload
    def read(self, all: bool, *, target: _Target) -> Task: ...
    def close(self) -> None:
        """Ends the transfer, unless a thread is reading the body."""

# The sink of an event loop, and an asyncio future of that loop.
_Target: TypeAlias = tuple[Sink, Any]
# The connection name, the identifier, the method, the path, the query, the headers, and the body with
# its kind: ``json``, ``form`` or ``raw``.
_ProxyRequest: TypeAlias = tuple[
    str,
    str,
    str,
    str,
    list[tuple[str, str]],
    list[tuple[str, str]],
    tuple[str, bytes] | None,
]
# The accepted issuers, the accepted audiences and the required scopes.
_TokenRequirements: TypeAlias = tuple[list[str] | None, list[str] | None, list[str]]

@final
class NativeClient:
    """The client of the Rust core. It also works in forked processes.

    Methods with a `target`, a sink and an asyncio future, return a task and set the result of the
    future. Without a `target` they block and return the result. With `cached_only`, a validation
    returns ``None`` if the keys must be fetched first.
    """

    def __new__(cls, options: dict[str, object], language_version: str) -> NativeClient: ...
    @property
    def env_url(self) -> str:
        """The environment's URL, without a trailing slash."""

    @property
    def user_agent(self) -> str:
        """The ``user-agent`` header."""

    @property
    def sdk_version(self) -> str:
        """The ``x-sdk-version`` header."""

    @overload
    def call(
        self,
        operation: str,
        request: bytes,
        timeout: object = None,
        *,
        target: None = None,
        recording: CallRecording | None = None,
    ) -> tuple[bytes, Headers]: ...
    @overload
    def call(
        self,
        operation: str,
        request: bytes,
        timeout: object = None,
        *,
        target: _Target,
        recording: CallRecording | None = None,
    ) -> Task: ...
    @overload
    def refresh_keys(self, *, target: None = None) -> None: ...
    @overload
    def refresh_keys(self, *, target: _Target) -> Task: ...
    @overload
    def request_token(
        self, grant: str, *arguments: str | None, target: None = None
    ) -> dict[str, Any]: ...
    @overload
    def request_token(self, grant: str, *arguments: str | None, target: _Target) -> Task: ...
    @overload
    def proxy(
        self,
        request: _ProxyRequest,
        stream: bool,
        timeout: object = None,
        *,
        target: None = None,
    ) -> tuple[StreamedResponse, bytes | None]: ...
    @overload
    def proxy(
        self, request: _ProxyRequest, stream: bool, timeout: object = None, *, target: _Target
    ) -> Task: ...
    @overload
    def client_access_token(self, *, target: None = None) -> str: ...
    @overload
    def client_access_token(self, *, target: _Target) -> Task: ...
    @overload
    def validate_token(
        self,
        token: str | bytes,
        requirements: _TokenRequirements | None = None,
        claims: Literal[True] = True,
        *,
        cached_only: Literal[False] = False,
        target: None = None,
    ) -> dict[str, Any]: ...
    @overload
    def validate_token(
        self,
        token: str | bytes,
        requirements: _TokenRequirements | None,
        claims: Literal[False],
        *,
        cached_only: Literal[False] = False,
        target: None = None,
    ) -> bool: ...
    @overload
    def validate_token(
        self,
        token: str | bytes,
        requirements: _TokenRequirements | None = None,
        claims: bool = True,
        *,
        cached_only: Literal[True],
        target: None = None,
    ) -> dict[str, Any] | bool | None: ...
    @overload
    def validate_token(
        self,
        token: str | bytes,
        requirements: _TokenRequirements | None = None,
        claims: bool = True,
        *,
        cached_only: Literal[False] = False,
        target: _Target,
    ) -> Task: ...
    def authorization_url(self, redirect_uri: str, attributes: dict[str, object]) -> str: ...
    def logout_url(self, attributes: dict[str, object]) -> str: ...
    def verify(
        self,
        interceptor: bool,
        secret: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
        payload: str | Buffer,
    ) -> bool:
        """Verifies the signature of a webhook, or of an interceptor request."""

    def close(self) -> None: ...

@final
class WebAuth:
    """Login and sessions of one application. Options, requests and results are JSON text."""

    def __new__(cls, client: NativeClient, options: str) -> WebAuth: ...
    def try_handle(self, client: NativeClient, request: str) -> str | None:
        """Handles a request without waiting. ``None`` if it needs the network or the store."""

    def start(self, client: NativeClient, request: str) -> WebAuthFlow:
        """Starts to handle a request."""

@final
class WebAuthFlow:
    """A request in progress."""

    @overload
    def advance(self, answer: str | None, *, target: None = None) -> str: ...
    @overload
    def advance(self, answer: str | None, *, target: _Target) -> Task: ...

def web_auth_tool(text: str) -> str:
    """Runs a function of sessions that needs no client."""

def credentials(variable: Callable[[str], str | None]) -> list[str]:
    """Returns the environment URL, the client id and the client secret. `variable` returns the
    value of an environment variable.
    """

def generate_pkce(length: object) -> list[str]:
    """Returns a random verifier and its S256 challenge."""

def is_signature_header(name: str) -> bool:
    """Returns ``True`` for the headers that a verification may read, in any spelling."""

def response_type(operation: str) -> str:
    """Returns the full name of an operation's response message."""
