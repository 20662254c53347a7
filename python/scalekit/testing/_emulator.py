"""Runs an emulator and calls its admin API."""

from __future__ import annotations

import json
import os
import ssl
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalekit import AsyncScalekitClient, ScalekitClient
from scalekit.emulator import EmulatorError, find_binary
from scalekit.testing._process import CLIENT_ID, CLIENT_SECRET, ENV_URL, Process

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from scalekit.testing._types import Fault, LoggedRequest, Options, RequestFilter

_TIMEOUT_S = 30


class Emulator:
    """A local Scalekit environment in a separate process. Several can run at the same time.

    It runs inside a ``with`` block, or from :meth:`start` to :meth:`stop`. It also stops when the
    process that started it ends.

    Args:
        lenient: skip the validation of constraints, and ignore unknown fields and page tokens.
        auto_approve: log in without the login page.
        seed: initial rows as the API returns them, in lists such as ``organizations`` and
            ``users``, or the path of a JSON file of such lists. A reset restores them.
        redirect_uris: allowed redirect URIs of logins; default any.
        webhooks: URLs that receive every event.
        client_id: id of the environment's client.
        client_secret: secret of the environment's client.
        port: the port to listen on; 0 for a free one.
        tls_new_ca: path of a PEM file. If given, the emulator serves HTTPS with a certificate of a
            new CA, and writes the CA's certificate to this file. Clients created by this object
            trust the CA.
        arguments: additional arguments of the program.
        binary: path of the program; default the result of :func:`scalekit.emulator.find_binary`.
        start_timeout_s: seconds to wait for the start.
    """

    def __init__(
        self,
        *,
        lenient: bool = False,
        auto_approve: bool = False,
        seed: Mapping[str, Any] | str | os.PathLike[str] | None = None,
        redirect_uris: str | Iterable[str] = (),
        webhooks: str | Iterable[str] = (),
        client_id: str | None = None,
        client_secret: str | None = None,
        port: int = 0,
        tls_new_ca: str | os.PathLike[str] | None = None,
        arguments: Iterable[str] = (),
        binary: str | os.PathLike[str] | None = None,
        start_timeout_s: float = _TIMEOUT_S,
    ) -> None:
        """Stores the options. Does not start the emulator."""
        self._arguments = ["--stop-with-stdin", "--port", str(port)]
        for switch, on in (("--lenient", lenient), ("--auto-approve", auto_approve)):
            if on:
                self._arguments.append(switch)
        for option, values in (
            ("--redirect-uri", _texts(redirect_uris)),
            ("--webhook", _texts(webhooks)),
            ("--client-id", _texts(client_id or ())),
            ("--client-secret", _texts(client_secret or ())),
        ):
            for value in values:
                self._arguments += [option, value]
        if tls_new_ca is not None:
            self._arguments += ["--tls-new-ca", os.fspath(tls_new_ca)]
        self._ca = tls_new_ca
        self._arguments += arguments
        self._seed = seed
        self._binary = binary
        self._start_timeout_s = start_timeout_s
        self._process: Process | None = None
        self._endpoints: set[int] = set()

    def start(self) -> Self:
        """Starts the emulator and waits until it listens.

        Raises:
            EmulatorError: the program is missing or did not start; the message contains the reason.
        """
        if self._process is not None:
            raise EmulatorError("this emulator is running already")
        binary = find_binary() if self._binary is None else os.fspath(self._binary)
        command = [binary, *self._arguments]
        if isinstance(self._seed, Mapping):
            with tempfile.TemporaryDirectory() as folder:
                # The emulator reads the file before it prints its variables, so it can be deleted
                # then.
                file = Path(folder, "seed.json")
                file.write_text(json.dumps(self._seed), encoding="utf-8")
                self._process = Process([*command, "--seed", str(file)], self._start_timeout_s)
        else:
            seed = [] if self._seed is None else ["--seed", os.fspath(self._seed)]
            self._process = Process([*command, *seed], self._start_timeout_s)
        try:
            self._endpoints = {endpoint["id"] for endpoint in self.admin("GET", "webhooks")}
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stops the emulator if it is running. Its state is lost."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def __enter__(self) -> Self:
        """Starts the emulator."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops the emulator."""
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of ``ScalekitClient.from_env``, for a process or for
        ``os.environ``.
        """
        if self._process is None:
            raise EmulatorError("this emulator is not running")
        return dict(self._process.environment)

    @property
    def url(self) -> str:
        """The environment URL."""
        return self.environment[ENV_URL]

    @property
    def client_id(self) -> str:
        """The id of the environment's client."""
        return self.environment[CLIENT_ID]

    @property
    def client_secret(self) -> str:
        """The secret of the environment's client."""
        return self.environment[CLIENT_SECRET]

    def client(self, **options: Unpack[Options]) -> ScalekitClient:
        """Creates a client, with the options of :class:`scalekit.ScalekitClient`."""
        self._trust(options)
        return ScalekitClient(self.url, self.client_id, self.client_secret, **options)

    def async_client(self, **options: Unpack[Options]) -> AsyncScalekitClient:
        """Creates an async client, with the options of :class:`scalekit.ScalekitClient`."""
        self._trust(options)
        return AsyncScalekitClient(self.url, self.client_id, self.client_secret, **options)

    def _trust(self, options: Options) -> None:
        if self._ca is not None:
            options.setdefault("ca_certificates", self._ca)

    def reset(self) -> None:
        """Resets the state, faults, request log, emails and clock, and restores the seed.

        The signing keys and the webhook endpoints of the constructor stay.
        """
        self.admin("POST", "reset", {})
        self.admin("DELETE", "interceptors")
        for endpoint in self.admin("GET", "webhooks"):
            if endpoint["id"] not in self._endpoints:
                self.admin("DELETE", f"webhooks/{endpoint['id']}")

    def seed(self, rows: Mapping[str, Any]) -> dict[str, list[str]]:
        """Adds rows as the API returns them, in lists such as ``organizations``.

        Returns:
            The ids of the rows in each list.
        """
        ids: dict[str, list[str]] = self.admin("POST", "seed", rows)
        return ids

    def requests(self, **filters: Unpack[RequestFilter]) -> list[LoggedRequest]:
        """Returns the requests received since the start or the last reset, oldest first.

        Args:
            **filters: see :class:`scalekit.testing.RequestFilter`.
        """
        query = {
            name: str(value).lower() if value is True else value for name, value in filters.items()
        }
        requests: list[LoggedRequest] = self.admin(
            "GET", f"requests?{urllib.parse.urlencode(query)}"
        )
        return requests

    def fault(self, operation: str, **fault: Unpack[Fault]) -> int:
        """Makes calls fail or return another response, until :meth:`reset` or :meth:`clear_faults`.

        >>> with Emulator() as emulator:
        ...     number = emulator.fault("OrganizationService.GetOrganization", times=2, status=503)

        Args:
            operation: an operation, a service (``UserService.*``), an endpoint (``oauth.token``) or
                ``*``.
            **fault: see :class:`scalekit.testing.Fault`.

        Returns:
            The fault's id.
        """
        number: int = self.admin("POST", "faults", {"operation": operation, **fault})["id"]
        return number

    def clear_faults(self, number: int | None = None) -> None:
        """Removes one fault, or all faults if `number` is ``None``."""
        self.admin("DELETE", "faults" if number is None else f"faults/{number}")

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        """Returns the emails that the emulator would have sent, with their codes and links, oldest
        first.
        """
        query = "" if to is None else f"?{urllib.parse.urlencode({'to': to})}"
        mails: list[dict[str, Any]] = self.admin("GET", f"mails{query}")
        return mails

    def _opener(self) -> urllib.request.OpenerDirector:
        # No proxy: the emulator runs on this machine.
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if self._ca is not None:
            context = ssl.create_default_context(cafile=os.fspath(self._ca))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        return urllib.request.build_opener(*handlers)

    def admin(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Sends a request to the admin API, which the emulator's README documents.

        Args:
            method: the HTTP method.
            path: path after ``/_emulator/``, with the query.
            body: the JSON body.

        Returns:
            The JSON of the response, or ``None`` if its body is empty.

        Raises:
            EmulatorError: the request was rejected; the message contains the reason.
        """
        request = urllib.request.Request(  # noqa: S310  a URL of the emulator
            f"{self.url}/_emulator/{path}",
            None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json"},
            method=method,
        )
        try:
            with self._opener().open(request, timeout=_TIMEOUT_S) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            with error:
                reason = error.read().decode(errors="replace")
            raise EmulatorError(f"{method} {path}: {error.code} {reason}") from None
        except OSError as error:
            raise EmulatorError(
                f"{method} {path}: the emulator did not respond: {error}"
            ) from error
        return json.loads(text) if text else None


def _texts(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
