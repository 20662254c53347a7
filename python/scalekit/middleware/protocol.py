"""Protocols of requests and responses, for :mod:`scalekit.middleware.session_manager`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class RequestAdapter(Protocol):
    """A request of a framework."""

    def get_cookie(self, name: str) -> str | None:
        """Returns the value of a cookie."""

    def get_request_url(self) -> str:
        """Returns the URL of the request."""


@runtime_checkable
class ResponseAdapter(Protocol):
    """A response of a framework."""

    def set_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: int | None = None,
        secure: bool = True,
        http_only: bool = True,
        same_site: str = "Lax",
        domain: str | None = None,
        path: str = "/",
    ) -> None:
        """Sets a cookie. Without `max_age`, it ends with the browser."""

    def delete_cookie(self, name: str, *, path: str = "/", domain: str | None = None) -> None:
        """Deletes a cookie."""
