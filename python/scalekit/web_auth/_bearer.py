"""Passes bearer tokens to the guard of the native module."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from scalekit import _native
from scalekit._runtime import validate
from scalekit._runtime.annotations import Unpack
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.core import _AsyncCalls
from scalekit.web_auth._driver import client_of, encode, json_object
from scalekit.web_auth._outcome import WebResponse, web_response

if TYPE_CHECKING:
    from scalekit import AsyncScalekitClient, ScalekitClient


class BearerOptions(TypedDict, total=False):
    """Options of an API or an MCP server that accepts access tokens.

    Attributes:
        client: a client; or set `env_url`, `client_id` and `client_secret`.
        issuer: accepted issuers; default the option of the client.
        audience: accepted audiences; default the identifiers of the resource, or the option of the
            client. Set it if several APIs share an environment: without it, a token for one is
            accepted by the others.
        resource_url: the URL of an MCP server or another protected resource (RFC 9728), such as
            ``https://mcp.example.com/mcp``.
        resource_id: the id of the resource in Scalekit, ``res_...``.
        resource_scopes: the scopes that its metadata lists.
        resource_documentation: the URL of its documentation.
    """

    client: ScalekitClient | AsyncScalekitClient | None
    env_url: str | None
    client_id: str | None
    client_secret: str | None
    issuer: str | Sequence[str] | None
    audience: str | Sequence[str] | None
    resource_url: str | None
    resource_id: str | None
    resource_scopes: Sequence[str]
    resource_documentation: str | None


class TokenRequirements(TypedDict, total=False):
    """Requirements of a route.

    Attributes:
        scopes: scopes that the token must have, all of them.
        roles: roles that the user must have, all of them.
        permissions: permissions that the user must have, all of them.
        organization: the token must belong to an organization.
        organization_id: the token must belong to this organization.
    """

    scopes: Sequence[str]
    roles: Sequence[str]
    permissions: Sequence[str]
    organization: bool
    organization_id: str | None


class BearerOutcome:
    """The result of a check.

    Attributes:
        claims: the claims of the token, if it is accepted.
        response: the response to send if it is not, with ``WWW-Authenticate``.
        error: the message of the error of the token.
    """

    __slots__ = ("claims", "error", "response")

    def __init__(self, values: dict[str, Any]) -> None:
        """Reads the JSON of the core."""
        self.claims: dict[str, Any] | None = values.get("claims")
        response = values.get("response")
        self.response = None if response is None else web_response(response)
        self.error: str | None = (values.get("error") or {}).get("message")


class BearerAuth(_AsyncCalls):
    """Checks the access tokens of users and of machine clients, without a framework."""

    def __init__(self, **options: Unpack[BearerOptions]) -> None:
        """Checks the options. Does not use the network.

        Raises:
            ScalekitArgumentException: an option is unknown or invalid.
        """
        unknown = sorted(options.keys() - BearerOptions.__annotations__.keys())
        if unknown:
            raise ScalekitArgumentException(f"unknown option: {', '.join(unknown)}")
        self.client = client_of(options)
        values: dict[str, Any] = {}
        for name, value in (
            ("issuer", options.get("issuer")),
            ("audience", options.get("audience")),
        ):
            if value is not None:
                values[name] = validate.strings(name, value)
        url = options.get("resource_url")
        if url is not None:
            scopes = validate.strings("resource_scopes", options.get("resource_scopes"))
            values["resource"] = {
                "url": url,
                "resource_id": options.get("resource_id"),
                "scopes": scopes or [],
                "documentation": options.get("resource_documentation"),
            }
        elif options.get("resource_id") is not None:
            raise ScalekitArgumentException("resource_id requires resource_url")
        self._client = self.client.core_client._native
        self._core = _native.WebAuth(self._client, json.dumps({"bearer": values}))
        resource = self._handle({"action": "resource"})
        self.metadata_paths: list[str] = resource["paths"]
        self.audience: list[str] | None = resource["audience"]

    def authenticate(
        self, authorization: str | None, requirements: TokenRequirements | None = None
    ) -> BearerOutcome:
        """Checks the header ``Authorization``, blocking."""
        return BearerOutcome(self._handle(_request(authorization, requirements)))

    async def authenticate_async(
        self, authorization: str | None, requirements: TokenRequirements | None = None
    ) -> BearerOutcome:
        """Checks the header ``Authorization`` without blocking the event loop."""
        request = encode(_request(authorization, requirements))
        found = self._core.try_handle(self._client, request)
        if found is None:
            flow = self._core.start(self._client, request)
            return BearerOutcome(json_object(await self._invoke(flow.advance, None))["done"])
        return BearerOutcome(json_object(found))

    def check(
        self, claims: Mapping[str, Any], requirements: TokenRequirements
    ) -> WebResponse | None:
        """Returns the response to a request whose claims lack a requirement."""
        request = {"action": "check", "claims": claims, "require": requirements}
        return BearerOutcome(self._handle(request)).response

    def metadata(self, path: str) -> WebResponse | None:
        """Returns the metadata of the resource, or ``None`` if `path` is another path."""
        return BearerOutcome(self._handle({"action": "metadata", "target": path})).response

    def _handle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        text = encode(request)
        found = self._core.try_handle(self._client, text)
        if found is None:
            done = self._core.start(self._client, text).advance(None)
            result: dict[str, Any] = json_object(done)["done"]
            return result
        return json_object(found)


def _request(authorization: str | None, requirements: TokenRequirements | None) -> dict[str, Any]:
    # Other characters are not part of any token, and lone surrogates are not JSON.
    if authorization is not None and not authorization.isascii():
        authorization = authorization.encode("ascii", "replace").decode()
    request: dict[str, Any] = {"action": "bearer", "authorization": authorization}
    if requirements:
        request["require"] = requirements
    return request
