"""Sessions without a framework: reads, refreshes and writes the session cookie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.middleware.protocol import RequestAdapter, ResponseAdapter
from scalekit.middleware.session_crypto import (
    InvalidSessionError,
    decrypt_session,
    encrypt_session,
)
from scalekit.web_auth import Outcome, WebAuth

if TYPE_CHECKING:
    from scalekit import AsyncScalekitClient, ScalekitClient

DEFAULT_COOKIE_NAME = "sk_session"


@dataclass
class SessionResult:
    """The session of a request.

    Attributes:
        authenticated: whether the request has a session.
        user: the claims of the access token.
        new_cookie_value: the new value of the session cookie, if the session was refreshed and fits
            into one cookie.
        should_clear_cookie: whether the session cookie must be deleted.
        reason: why the request has no session: ``no_session``, ``invalid_session``,
            ``refresh_failed``, ``revoked``, or ``unavailable`` if the service cannot be reached. In
            the last case respond with 503; the session is kept.
        set_cookies: all cookies to set or delete; :meth:`SessionRefreshManager.apply` writes them.
    """

    authenticated: bool
    user: dict[str, Any] | None = None
    new_cookie_value: str | None = None
    should_clear_cookie: bool = False
    reason: str | None = None
    set_cookies: list[dict[str, Any]] = field(default_factory=list, repr=False)


class SessionRefreshManager:
    """Reads and refreshes sessions.

    Requests of one process that arrive together refresh a session once. With a store, so do all
    processes.
    """

    def __init__(
        self,
        client: ScalekitClient | AsyncScalekitClient,
        cookie_encryption_secret: str | Sequence[str],
        cookie_name: str = DEFAULT_COOKIE_NAME,
        **options: Any,
    ) -> None:
        """Checks the options.

        Args:
            client: the client that refreshes sessions.
            cookie_encryption_secret: at least 32 characters. With a list, the first secret
                encrypts.
            cookie_name: the name of the session cookie.
            **options: other options of :class:`scalekit.web_auth.WebAuthOptions`, such as `store`.

        Raises:
            ScalekitArgumentException: a ``ValueError``: an option is missing or invalid.
        """
        if not cookie_encryption_secret:
            raise ScalekitArgumentException("cookie_encryption_secret is required")
        self.cookie_name = cookie_name
        self._secret = cookie_encryption_secret
        options["client"] = client
        options["cookie_encryption_secret"] = cookie_encryption_secret
        options["cookie_name"] = cookie_name
        # The core requires a callback URL, but only a login uses it.
        options.setdefault("redirect_uri", "http://localhost/callback")
        self._auth = WebAuth(**options)

    def check(self, request_adapter: RequestAdapter) -> SessionResult:
        """Returns the session of a request, refreshed if necessary."""
        return session_result(self._auth.run(self._request(request_adapter)), self.cookie_name)

    async def check_async(self, request_adapter: RequestAdapter) -> SessionResult:
        """Like :meth:`check`, without blocking the event loop."""
        outcome = await self._auth.run_async(self._request(request_adapter))
        return session_result(outcome, self.cookie_name)

    def create_session_cookie(self, payload: Mapping[str, Any]) -> str:
        """Encrypts a session: ``user``, ``access_token``, ``refresh_token``, ``id_token`` and
        ``expires_at``.
        """
        return encrypt_session(payload, self._secret, self.cookie_name)

    def read_session(self, cookie: str | None) -> dict[str, Any] | None:
        """Decrypts a session cookie. Does not check whether the session has expired."""
        try:
            return decrypt_session(cookie or "", self._secret, self.cookie_name)
        except InvalidSessionError:
            return None

    def apply(self, result: SessionResult, response_adapter: ResponseAdapter) -> None:
        """Sets and deletes cookies of a response."""
        for cookie in result.set_cookies:
            place = {"path": cookie["path"], "domain": cookie["domain"]}
            if cookie["max_age"] == 0:
                response_adapter.delete_cookie(cookie["name"], **place)
            else:
                response_adapter.set_cookie(
                    cookie["name"],
                    cookie["value"],
                    max_age=cookie["max_age"],
                    secure=cookie["secure"],
                    same_site=cookie["same_site"],
                    **place,
                )

    def _request(self, adapter: RequestAdapter) -> dict[str, Any]:
        cookies = {self.cookie_name: adapter.get_cookie(self.cookie_name)}
        for index in range(10):
            name = f"{self.cookie_name}.{index}"
            value = adapter.get_cookie(name)
            if value is None:
                break
            cookies[name] = value
        header = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        return {"action": "session", "method": "GET", "headers": [("cookie", header)]}


def session_result(outcome: Outcome, cookie_name: str) -> SessionResult:
    """Converts the outcome of a request."""
    new = [
        cookie["value"]
        for cookie in outcome.set_cookies
        if cookie["name"] == cookie_name and cookie["max_age"] != 0
    ]
    return SessionResult(
        authenticated=outcome.session is not None,
        user=None if outcome.session is None else outcome.session.user,
        new_cookie_value=new[0] if new else None,
        should_clear_cookie=outcome.session is None and bool(outcome.set_cookies),
        reason=outcome.reason,
        set_cookies=outcome.set_cookies,
    )
