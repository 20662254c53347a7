"""Requests of WSGI and of Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scalekit.web_auth._driver import HEADERS

_VARIABLES = {name: "HTTP_" + name.upper().replace("-", "_") for name in HEADERS}


def wsgi_request(
    environ: Mapping[str, Any], action: str, method: str, target: str
) -> dict[str, Any]:
    """Returns a request for the core. `target` is the path with the query."""
    headers = [
        (name, environ[variable]) for name, variable in _VARIABLES.items() if variable in environ
    ]
    return {"action": action, "method": method, "target": target, "headers": headers}
