"""Requests to third-party services, with the credentials of a connected account."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from scalekit._runtime import validate
from scalekit._runtime.generator_methods import Steps, method
from scalekit.actions.response import ProxyResponse
from scalekit.common.exceptions import ScalekitArgumentException

_Pairs = list[tuple[str, str]]


class RequestMethods:
    """Requests to third-party services."""

    tools: Any
    _send: Any
    _invoke: Any = None

    @method
    def request(
        self,
        connection_name: str,
        identifier: str,
        path: str,
        method: str = "GET",
        query_params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        body: Any = None,
        form_data: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        raw_body: bytes | bytearray | memoryview | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        stream: bool = False,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        json: Any = None,
        data: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
    ) -> Steps[ProxyResponse]:
        """Sends a request to the API of a third-party service.

        Scalekit adds the credentials of the connected account. Redirects are not followed. The
        request is sent again only if it did not reach the service, or if it is a GET, HEAD or
        OPTIONS request without a body.

        Args:
            connection_name: the name of the connection.
            identifier: your identifier of the owner of the account.
            path: the path of the third-party API, with or without a leading slash. It may contain a
                query, but not the segments ``.`` and ``..``.
            method: the HTTP method.
            query_params: parameters of the query. A list is sent as repeated parameters, and
                ``None`` is not sent.
            body: a JSON value.
            form_data: fields of a form.
            raw_body: a body of any type. Set its ``content-type`` in `headers`.
            headers: additional headers. ``authorization``, ``connection_name``, ``identifier`` and
                headers of the connection are rejected.
            timeout: seconds for the request and the body of the response; default
                ``tool_call_timeout_s`` of the client.
            stream: whether to read the body on demand instead of at once, for large bodies.
            params: the same as `query_params`.
            json: the same as `body`.
            data: the same as `form_data`.

        Returns:
            The response with any status; call ``raise_for_status()`` to raise an exception for 4xx
            and 5xx.

        Raises:
            ScalekitArgumentException: an argument is invalid; nothing was sent.
            ScalekitServerException: there was no response, or a body of more than 64 MiB was not
                read with `stream`.
        """
        validate.text(
            connection_name=connection_name, identifier=identifier, path=path, method=method
        )
        request = (
            connection_name,
            identifier,
            method,
            path,
            _pairs("query_params", _either(query_params=query_params, params=params)),
            _headers(headers),
            _body(_either(body=body, json=json), _either(form_data=form_data, data=data), raw_body),
        )
        started = time.monotonic()
        native, content = yield self._send(request, bool(stream), timeout)
        return ProxyResponse(
            native,
            content,
            url=f"{self.tools.core_client.env_url}/proxy/{path.removeprefix('/')}",
            elapsed=time.monotonic() - started,
            account={"connection_name": connection_name, "identifier": identifier},
            invoke=self._invoke,
        )


def _either(**arguments: Any) -> Any:
    """Returns the value of an argument with two names."""
    given = [value for value in arguments.values() if value is not None]
    if len(given) > 1:
        raise ScalekitArgumentException(f"{' and '.join(arguments)} are the same; pass only one")
    return given[0] if given else None


def _pairs(name: str, value: Any) -> _Pairs:
    """Returns the names and values of a mapping or of pairs."""
    if value is None:
        return []
    items = value.items() if isinstance(value, Mapping) else value
    if isinstance(items, (str, bytes)) or not hasattr(items, "__iter__"):
        raise ScalekitArgumentException(f"{name} must be a dict, not {type(value).__name__}")
    pairs: _Pairs = []
    for item in items:
        if not isinstance(item, tuple | list) or len(item) != 2:
            raise ScalekitArgumentException(f"{name} must be a dict or a list of pairs")
        key, values = item
        validate.text(**{name: key})
        for each in values if isinstance(values, (list, tuple, set)) else [values]:
            if each is not None:
                pairs.append((key, _text(f"{name}[{key!r}]", each)))
    return pairs


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("latin-1")
    text = value if isinstance(value, str) else str(value)
    validate.optional_text(**{name: text})
    return text


def _headers(value: Any) -> _Pairs:
    if value is not None and not isinstance(value, Mapping):
        raise ScalekitArgumentException(f"headers must be a dict, not {type(value).__name__}")
    return _pairs("headers", value)


def _body(body: Any, form_data: Any, raw_body: Any) -> tuple[str, bytes] | None:
    """Returns the kind and the bytes of a body."""
    given = {"body": body, "form_data": form_data, "raw_body": raw_body}
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise ScalekitArgumentException(f"pass only one of {' and '.join(names)}")
    if body is not None:
        return "json", _json(body)
    if form_data is not None:
        return "form", urlencode(_pairs("form_data", form_data)).encode()
    if raw_body is None:
        return None
    if isinstance(raw_body, str):
        validate.optional_text(raw_body=raw_body)
        return "raw", raw_body.encode()
    if not isinstance(raw_body, (bytes, bytearray, memoryview)):
        kind = type(raw_body).__name__
        raise ScalekitArgumentException(f"raw_body must be bytes or str, not {kind}")
    return "raw", bytes(raw_body)


def _json(body: Any) -> bytes:
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError, RecursionError):
        # The exception may contain values, which may be secrets.
        pass
    raise ScalekitArgumentException(
        "body must contain only JSON values: dict, list, str, numbers, bool and None"
    )
