"""The Rust core. Private: use the clients of :mod:`scalekit`."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias, final, overload

__all__ = [
    "API_VERSION",
    "EXCEPTIONS",
    "OPERATIONS",
    "Headers",
    "NativeClient",
    "Sink",
    "Task",
    "__version__",
    "generate_pkce",
    "make_client",
    "response_type",
    "verify_payload",
]

__version__: Final[str]
API_VERSION: Final[str]
OPERATIONS: Final[tuple[str, ...]]
EXCEPTIONS: Final[tuple[str, ...]]

@final
class Headers:
    """Headers of a reply."""

    def items(self) -> list[tuple[str, str]]:
        """Names, in lower case, and values."""

@final
class Sink:
    """Brings answers to an event loop."""

    def __new__(cls, call_soon: Callable[..., object]) -> Sink: ...

@final
class Task:
    """A call in the background."""

    def cancel(self) -> None:
        """Drop the request and its connection; without effect on a call that is done."""

_Target: TypeAlias = tuple[Sink, Any]

@final
class NativeClient:
    """The core's client, in whichever process it is used.

    Where there is a `target` (a sink and an asyncio future), the answer goes there.
    """

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
        self, operation: str, request: bytes, timeout: float | None = None, *, target: None = None
    ) -> tuple[bytes, Headers]: ...
    @overload
    def call(
        self, operation: str, request: bytes, timeout: float | None = None, *, target: _Target
    ) -> Task: ...
    @overload
    def refresh_keys(self, *, target: None = None) -> None: ...
    @overload
    def refresh_keys(self, *, target: _Target) -> Task: ...
    @overload
    def client_token(
        self, client_id: str, client_secret: str, scopes: list[str], *, target: None = None
    ) -> dict[str, Any]: ...
    @overload
    def client_token(
        self, client_id: str, client_secret: str, scopes: list[str], *, target: _Target
    ) -> Task: ...
    @overload
    def own_client_token(self, *, target: None = None) -> str: ...
    @overload
    def own_client_token(self, *, target: _Target) -> Task: ...
    @overload
    def authenticate_with_code(
        self, code: str, redirect_uri: str, code_verifier: str | None, *, target: None = None
    ) -> dict[str, Any]: ...
    @overload
    def authenticate_with_code(
        self, code: str, redirect_uri: str, code_verifier: str | None, *, target: _Target
    ) -> Task: ...
    @overload
    def refresh_access_token(self, refresh_token: str, *, target: None = None) -> dict[str, Any]: ...
    @overload
    def refresh_access_token(self, refresh_token: str, *, target: _Target) -> Task: ...
    @overload
    def validate_token(
        self,
        token: str,
        issuer: str | None,
        audience: list[str] | None,
        required_scopes: list[str],
        *,
        target: None = None,
    ) -> dict[str, Any]: ...
    @overload
    def validate_token(
        self,
        token: str,
        issuer: str | None,
        audience: list[str] | None,
        required_scopes: list[str],
        *,
        target: _Target,
    ) -> Task: ...
    def validate_token_at_once(
        self, token: str, issuer: str | None, audience: list[str] | None, required_scopes: list[str]
    ) -> dict[str, Any] | None:
        """Validate with a cached key; ``None`` if the keys have to be fetched first."""

    def authorization_url(
        self, redirect_uri: str, scopes: list[str], parameters: list[tuple[str, str]]
    ) -> str: ...
    def logout_url(self, parameters: list[tuple[str, str]]) -> str: ...
    def close(self) -> None: ...

def make_client(
    env_url: str,
    client_id: str,
    client_secret: str,
    *,
    call_timeout: float,
    tool_call_timeout: float,
    connect_timeout: float,
    keepalive: tuple[float, float],
    max_retries: int,
    ca_certificates: bytes | None,
    proxy: str | None,
    token_leeway: float,
    issuer: str | None,
    audience: list[str] | None,
    user_agent_suffix: str | None,
    allow_insecure_http: bool,
    language_version: str,
) -> NativeClient:
    """Make a client; times are in seconds, a keepalive of 0 is none."""

def generate_pkce(length: int) -> tuple[str, str]:
    """Verifier and S256 challenge."""

def verify_payload(
    secret: str, headers: list[tuple[str, str]], payload: bytes, interceptor: bool, tolerance: float
) -> None:
    """Verify the signature of a webhook or interceptor payload."""

def response_type(operation: str) -> str:
    """Full name of an operation's response message."""
