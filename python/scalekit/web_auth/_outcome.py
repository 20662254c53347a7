"""Sessions, and the result of a request."""

from __future__ import annotations

from typing import Any, NamedTuple


class Session:
    """The session of a signed-in user. ``repr`` shows no token."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        """Wraps the fields of a session."""
        self._values = values

    @property
    def user(self) -> dict[str, Any]:
        """The claims of the access token."""
        user: dict[str, Any] = self._values["user"]
        return user

    @property
    def access_token(self) -> str:
        """The access token, for calls to other services on behalf of the user."""
        token: str = self._values["access_token"]
        return token

    @property
    def refresh_token(self) -> str | None:
        """The refresh token. Do not use it: the adapter refreshes the session."""
        return self._values.get("refresh_token")

    @property
    def id_token(self) -> str | None:
        """The ID token."""
        return self._values.get("id_token")

    @property
    def expires_at(self) -> int:
        """The expiry of the access token, in seconds since 1970."""
        seconds: int = self._values["expires_at"]
        return seconds

    @property
    def user_id(self) -> str | None:
        """The id of the user, claim ``sub``."""
        return self.user.get("sub")

    @property
    def organization_id(self) -> str | None:
        """The id of the organization, claim ``oid``."""
        return self.user.get("oid")

    @property
    def session_id(self) -> str | None:
        """The id of the session in the service, claim ``sid``."""
        return self.user.get("sid")

    def summary(self) -> dict[str, Any]:
        """Returns ``user`` and ``expires_at``, as ``get_session`` of the adapters does."""
        return {"user": self.user, "expires_at": self.expires_at}

    def __repr__(self) -> str:
        """Shows the user and the expiry."""
        return f"Session(user_id={self.user_id!r}, expires_at={self.expires_at})"


class WebResponse(NamedTuple):
    """A response to send, without its cookies."""

    status: int
    headers: list[tuple[str, str]]
    body: str


class AuthError:
    """A failed login, a failed refresh, or a store that cannot be reached.

    Attributes:
        reason: the code of the reason, such as ``state_mismatch``, ``access_denied``,
            ``exchange_failed``, ``refresh_failed`` or ``unavailable``. ``None`` if the request goes
            on with its session.
        message: the message of the error behind it.
        error_code: the error code of the service, such as ``invalid_grant``.
        retryable: ``True`` if the failed call can be repeated.
        status: the HTTP status of the response, or ``None`` if the application responds.
    """

    __slots__ = ("error_code", "message", "reason", "retryable", "status")

    def __init__(self, outcome: Outcome) -> None:
        """Collects the error of an outcome."""
        error = outcome.error or {}
        self.reason = outcome.reason
        self.message: str = error.get("message") or f"the login failed: {outcome.reason}"
        self.error_code: str | None = error.get("error_code")
        self.retryable: bool = error.get("retryable", False)
        self.status = outcome.response.status if outcome.response else None

    def __repr__(self) -> str:
        """Shows the reason and the message."""
        return f"AuthError(reason={self.reason!r}, message={self.message!r})"


class Outcome:
    """The result of a request.

    Attributes:
        session: the session, if the request has one.
        response: the response to send, or ``None`` if the application responds.
        set_cookies: cookies for the response: ``name``, ``value``, ``max_age`` (``None`` until the
            browser ends, 0 to delete it), ``path``, ``domain``, ``secure``, ``same_site`` and
            ``header``.
        event: ``login``, ``refresh``, ``logout`` or ``None``.
        reason: why the request has no session, or why a login failed.
        error: ``message``, ``error_code`` and ``retryable`` of the error behind it.
    """

    __slots__ = ("error", "event", "reason", "response", "session", "set_cookies")

    def __init__(self, values: dict[str, Any]) -> None:
        """Reads the JSON of the core."""
        session = values.get("session")
        self.session = None if session is None else Session(session)
        response = values.get("response")
        self.response = None if response is None else web_response(response)
        self.set_cookies: list[dict[str, Any]] = values.get("cookies") or []
        self.event: str | None = values.get("event")
        self.reason: str | None = values.get("reason")
        self.error: dict[str, Any] | None = values.get("error")

    @property
    def cookies(self) -> list[str]:
        """The values of the ``Set-Cookie`` headers for the response."""
        return [cookie["header"] for cookie in self.set_cookies]

    @property
    def route_response(self) -> WebResponse:
        """The response of a login, callback or logout route, which always has one."""
        return self.response or WebResponse(500, [], "")

    @property
    def is_failure(self) -> bool:
        """``True`` if the response reports a failed login, callback or logout."""
        return self.response is not None and self.response.status >= 400

    @property
    def has_error(self) -> bool:
        """``True`` if `on_error` shall be called. A missing session is not an error."""
        return self.error is not None or (
            self.response is not None and self.response.status in (400, 500, 503)
        )


def web_response(values: dict[str, Any]) -> WebResponse:
    """Reads the JSON of a response."""
    headers = [(name, value) for name, value in values["headers"]]
    return WebResponse(values["status"], headers, values["body"])
