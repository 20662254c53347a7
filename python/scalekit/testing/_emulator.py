"""An emulator of one's own."""

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
from scalekit.testing._process import Process

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from scalekit.testing._types import Fault, LoggedRequest, Options, RequestFilter

_TIMEOUT_S = 30


class Emulator:
    """A local Scalekit environment in a process of its own, on a free port; as many as you like side by side.

    It runs inside a ``with`` block, or from :meth:`start` to :meth:`stop`. It also ends with the process that
    started it.

    Args:
        lenient: check no constraints, and pass over unknown fields and page tokens.
        auto_approve: log in without the login page.
        seed: rows to start with, as the API shows them, in lists such as ``organizations`` and ``users``, or
            the path of a JSON file of them. A reset brings them back.
        redirect_uris: where logins may lead back to; without any, anywhere.
        webhooks: URLs that every event is posted to.
        client_id: id of the environment's client.
        client_secret: secret of the environment's client.
        port: the port to listen on; 0 for any free one.
        tls_new_ca: path of a PEM file. If given, the emulator serves HTTPS with a certificate of a new CA,
            and writes the CA's certificate to this file. The clients that it makes trust the CA.
        arguments: further arguments of the program.
        binary: path of the program; by default see :func:`scalekit.emulator.find_binary`.
        start_timeout_s: seconds that starting may take.
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
        """Note the options. Nothing is started yet."""
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
        """Start it and wait until it listens.

        Raises:
            EmulatorError: the program is missing or does not start; the message says why.
        """
        if self._process is not None:
            raise EmulatorError("this emulator is running already")
        binary = find_binary() if self._binary is None else os.fspath(self._binary)
        command = [binary, *self._arguments]
        if isinstance(self._seed, Mapping):
            with tempfile.TemporaryDirectory() as folder:
                # The program reads it before it says that it listens.
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
        """Stop it, if it runs. What it knew is gone."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that ``ScalekitClient.from_env`` reads, for a process or for ``os.environ``."""
        if self._process is None:
            raise EmulatorError("this emulator is not running")
        return dict(self._process.environment)

    @property
    def url(self) -> str:
        """The environment URL."""
        return self.environment["SCALEKIT_ENVIRONMENT_URL"]

    @property
    def client_id(self) -> str:
        """The id of the environment's client."""
        return self.environment["SCALEKIT_CLIENT_ID"]

    @property
    def client_secret(self) -> str:
        """The secret of the environment's client."""
        return self.environment["SCALEKIT_CLIENT_SECRET"]

    def client(self, **options: Unpack[Options]) -> ScalekitClient:
        """Make a client of this environment; the options are those of :class:`scalekit.ScalekitClient`."""
        self._trust(options)
        return ScalekitClient(self.url, self.client_id, self.client_secret, **options)

    def async_client(self, **options: Unpack[Options]) -> AsyncScalekitClient:
        """Make a client for asyncio; the options are those of :class:`scalekit.ScalekitClient`."""
        self._trust(options)
        return AsyncScalekitClient(self.url, self.client_id, self.client_secret, **options)

    def _trust(self, options: Options) -> None:
        if self._ca is not None:
            options.setdefault("ca_certificates", self._ca)

    def reset(self) -> None:
        """Make it as new: only its signing keys stay, and the webhook endpoints that it was started with.

        State, faults, the request log, mails and the clock begin anew, and the seed is there again.
        """
        self.admin("POST", "reset", {})
        self.admin("DELETE", "interceptors")
        for endpoint in self.admin("GET", "webhooks"):
            if endpoint["id"] not in self._endpoints:
                self.admin("DELETE", f"webhooks/{endpoint['id']}")

    def seed(self, rows: Mapping[str, Any]) -> dict[str, list[str]]:
        """Add rows, as the API shows them, in lists such as ``organizations``.

        Returns:
            Their ids, list by list.
        """
        ids: dict[str, list[str]] = self.admin("POST", "seed", rows)
        return ids

    def requests(self, **wanted: Unpack[RequestFilter]) -> list[LoggedRequest]:
        """Return the requests that came in since the start or the last reset, oldest first.

        Args:
            **wanted: see :class:`scalekit.testing.RequestFilter`.
        """
        query = {name: str(value).lower() if value is True else value for name, value in wanted.items()}
        found: list[LoggedRequest] = self.admin("GET", f"requests?{urllib.parse.urlencode(query)}")
        return found

    def fault(self, operation: str, **what: Unpack[Fault]) -> int:
        """Let calls fail or answer what you say, until :meth:`reset` or :meth:`clear_faults`.

        >>> with Emulator() as emulator:
        ...     number = emulator.fault("OrganizationService.GetOrganization", times=2, status=503)

        Args:
            operation: an operation, a service (``UserService.*``), an endpoint (``oauth.token``) or ``*``.
            **what: see :class:`scalekit.testing.Fault`.

        Returns:
            The fault's id.
        """
        number: int = self.admin("POST", "faults", {"operation": operation, **what})["id"]
        return number

    def clear_faults(self, number: int | None = None) -> None:
        """Remove one fault, or all."""
        self.admin("DELETE", "faults" if number is None else f"faults/{number}")

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        """Return the mails that were not really sent, with their codes and links, oldest first."""
        query = "" if to is None else f"?{urllib.parse.urlencode({'to': to})}"
        found: list[dict[str, Any]] = self.admin("GET", f"mails{query}")
        return found

    def _opener(self) -> urllib.request.OpenerDirector:
        # Proxies of the machine have no business between a test and its own process.
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if self._ca is not None:
            context = ssl.create_default_context(cafile=os.fspath(self._ca))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        return urllib.request.build_opener(*handlers)

    def admin(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send any request to the admin API, which the emulator's README lists.

        Args:
            method: the HTTP method.
            path: what follows ``/_emulator/``, query included.
            body: the JSON to send.

        Returns:
            The JSON that came back, or ``None``.

        Raises:
            EmulatorError: it was refused; the message says why.
        """
        request = urllib.request.Request(  # noqa: S310  its own URL
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
                said = error.read().decode(errors="replace")
            raise EmulatorError(f"{method} {path}: {error.code} {said}") from None
        except OSError as error:
            raise EmulatorError(f"{method} {path}: the emulator does not answer: {error}") from error
        return json.loads(text) if text else None


def _texts(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
