"""Uses of the package for mypy, with the types that users see. This file is never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from langchain_core.tools import StructuredTool
from typing_extensions import assert_type

import scalekit
from scalekit import (
    AsyncScalekitClient,
    AuthorizationUrlOptions,
    IdpInitiatedLoginClaims,
    ScalekitArgumentException,
    ScalekitClient,
    ScalekitException,
    ScalekitNotFoundException,
    ScalekitServerException,
    ScalekitToolException,
    ScalekitValidateTokenFailureException,
    StatusCode,
    TokenValidationOptions,
)
from scalekit import client as client_module
from scalekit import core as core_module
from scalekit.actions import ActionClient, AgentTool, AsyncActionClient, AsyncAgentTool
from scalekit.actions.frameworks.types.google_adk_tool import ScalekitGoogleAdkTool
from scalekit.actions.modifier import Modifier
from scalekit.actions.response import ProxyResponse
from scalekit.actions.types import (
    ConnectedAccount,
    CreateConnectedAccountResponse,
    CreateCustomProviderRequest,
    CreateCustomProviderResponse,
    CreateMcpSessionTokenResponse,
    ExecuteToolResponse,
    ListMcpConfigsResponse,
    McpConfig,
    McpConfigConnectionToolMapping,
)
from scalekit.common.exceptions import HTTP_STATUS
from scalekit.core import Call
from scalekit.frameworks.fastapi import BearerAuth, ScalekitAuth
from scalekit.middleware.session_manager import SessionRefreshManager, SessionResult
from scalekit.organization import AsyncOrganizationClient, OrganizationClient
from scalekit.testing import Emulator, LoggedRequest
from scalekit.v1.organizations.organizations_pb2 import (
    CreateOrganization,
    CreateOrganizationResponse,
    Link,
    Organization,
)
from scalekit.web_auth import MemoryStore, Session

assert_type(scalekit.__version__, str)


def blocking(client: ScalekitClient, headers: dict[str, str], body: bytes) -> None:
    assert_type(client.env_url, str)
    assert_type(client.organization, OrganizationClient)
    result = client.organization.create_organization(CreateOrganization(display_name="Acme"))
    assert_type(result, tuple[CreateOrganizationResponse, Call])
    assert_type(result[0].organization, Organization)
    assert_type(result[0].organization.display_name, str)
    assert_type(result[1].code(), StatusCode)
    assert_type(client.organization.generate_portal_link("org_1"), Link)
    assert_type(client.organization.iter_organizations(), Iterator[Organization])
    assert_type(
        client.get_authorization_url("https://a/b", AuthorizationUrlOptions(state="x")), str
    )
    assert_type(client.authenticate_with_code("code", "https://a/b"), dict[str, Any])
    assert_type(client.validate_access_token("token", TokenValidationOptions(issuer="x")), bool)
    assert_type(client.get_idp_initiated_login_claims("token"), IdpInitiatedLoginClaims)
    assert_type(client.verify_webhook_payload("whsec_x", headers, body), bool)
    with ScalekitClient.from_env(call_timeout_s=5, audience=["a"]) as other:
        assert_type(other, ScalekitClient)
    # Type checkers report wrong arguments and names.
    client.organization.get_organization(5)  # type: ignore[arg-type]
    ScalekitClient("https://a", "b", "c", max_retrys=1)  # type: ignore[call-arg]
    _ = client.organisation  # type: ignore[attr-defined]


async def awaitable(client: AsyncScalekitClient) -> None:
    assert_type(client.env_url, str)
    assert_type(client.organization, AsyncOrganizationClient)
    result = await client.organization.create_organization({"display_name": "Acme"})
    assert_type(result, tuple[CreateOrganizationResponse, Call])
    assert_type(client.organization.iter_organizations(), AsyncIterator[Organization])
    assert_type(await client.validate_token("token", audience="a"), dict[str, Any])
    assert_type(client.get_logout_url(), str)
    async with AsyncScalekitClient.from_env() as other:
        assert_type(other, AsyncScalekitClient)


def testing() -> None:
    with Emulator(
        auto_approve=True, seed={"organizations": []}, webhooks=["http://localhost:3000"]
    ) as emulator:
        assert_type(emulator, Emulator)
        assert_type(emulator.client(max_retries=0, call_timeout_s=1.5), ScalekitClient)
        assert_type(emulator.async_client(), AsyncScalekitClient)
        assert_type(emulator.fault("*", status=503, effect="drop"), int)
        assert_type(emulator.requests(operation="oauth.token", limit=1), list[LoggedRequest])
        assert_type(emulator.requests()[0]["status"], int | None)
        assert_type(emulator.seed({}), dict[str, list[str]])
        emulator.fault("*", effect="explode")  # type: ignore[arg-type]
        emulator.client(retries=0)  # type: ignore[call-arg]


def accounts(client: ScalekitClient) -> None:
    client.tools.execute_tool("gmail_send", None, connected_account_id="ca_1")
    client.connected_accounts.delete_connected_account(None, None, connected_account_id="ca_1")
    client.connected_accounts.update_connected_account(None, None, {}, connected_account_id="ca_1")


def agents(client: ScalekitClient, error: ScalekitToolException) -> None:
    actions = client.actions
    assert_type(actions, ActionClient)
    assert_type(client.connect, ActionClient)
    result = actions.execute_tool(tool_input={"q": 1}, tool_name="a", identifier="user_1")
    assert_type(result, ExecuteToolResponse)
    assert_type(result.data, dict[str, Any] | None)
    assert_type(result.to_dict(), dict[str, Any])
    assert_type(ExecuteToolResponse.model_validate({}), ExecuteToolResponse)
    response = actions.upsert_connected_account("gmail", "user_1", credentials={"token": "t"})
    assert_type(response, CreateConnectedAccountResponse)
    assert_type(response.connected_account, ConnectedAccount | None)
    assert_type(actions.mcp.create_session_token("cfg_1", "u"), CreateMcpSessionTokenResponse)
    mapping = McpConfigConnectionToolMapping(connection_name="gmail", tools=["a"])
    actions.mcp.create_config("support", connection_tool_mappings=[mapping])
    assert_type(actions.list_configs(filter_name="support"), ListMcpConfigsResponse)
    request = CreateCustomProviderRequest(display_name="My API", proxy_url="https://a.example")
    assert_type(actions.providers.create_custom_provider(request), CreateCustomProviderResponse)
    proxied = actions.request("gmail", "user_1", "/v1", params={"a": 1}, stream=True)
    assert_type(proxied, ProxyResponse)
    assert_type(proxied.raise_for_status().content, bytes)
    assert_type(proxied.iter_bytes(), Iterator[bytes])
    (tool,) = actions.get_tools("user_1", connection_names=["gmail"])
    assert_type(tool, AgentTool)
    assert_type(tool.call({"q": 1}), dict[str, Any])
    assert_type(actions.describe_tool_failure(error), str)
    assert_type(actions.langchain.get_tools("user_1"), list[StructuredTool])
    assert_type(actions.google.get_tools("user_1"), list[ScalekitGoogleAdkTool])
    models = actions.openai.get_tools("user_1", authorization_links={"state": "s"})
    assert_type(models.definitions, list[dict[str, Any]])
    assert_type(models.run({}), list[Any])
    if error.needs_authorization:
        assert_type(actions.get_authorization_link_for(error).link, str | None)

    @actions.pre_modifier("gmail_list")
    def limit(tool_input: dict[str, Any]) -> dict[str, Any]:
        return {**tool_input, "max": 5}

    assert_type(limit({}), dict[str, Any])
    assert_type(actions.get_modifiers(), list[Modifier])
    # Type checkers report wrong arguments and fields.
    actions.execute_tool(tool_input={}, tool_name="a", identifer="user_1")  # type: ignore[call-arg]
    actions.execute_tool(tool_input={}, tool_name=5)  # type: ignore[arg-type]
    McpConfig()  # type: ignore[call-arg]
    _ = result.dta  # type: ignore[attr-defined]
    _ = actions.premodifier  # type: ignore[attr-defined]


async def async_agents(client: AsyncScalekitClient) -> None:
    assert_type(client.actions, AsyncActionClient)
    result = await client.actions.execute_tool(tool_input={}, tool_name="a", identifier="user_1")
    assert_type(result, ExecuteToolResponse)
    (tool,) = await client.actions.get_tools("user_1")
    assert_type(tool, AsyncAgentTool)
    assert_type(await tool.call(), dict[str, Any])
    assert_type(await client.actions.langchain.get_tools("user_1"), list[StructuredTool])
    assert_type(await (await client.actions.anthropic.get_tools("user_1")).run({}), list[Any])
    proxied = await client.actions.request("gmail", "user_1", "/v1", body=[1])
    assert_type(proxied, ProxyResponse)
    assert_type(await proxied.aread(), bytes)
    assert_type(await client.actions.mcp.list_configs(), ListMcpConfigsResponse)

    @client.connect.post_modifier(["gmail_list"])
    async def shorten(data: dict[str, Any]) -> dict[str, Any]:
        return data

    assert_type(await shorten({}), dict[str, Any])


def names() -> None:
    assert_type(client_module.OrganizationClient, type[OrganizationClient])
    assert_type(client_module.webhook_tolerance_in_seconds, timedelta)
    assert_type(core_module.ScalekitException, type[ScalekitException])
    assert_type(HTTP_STATUS["NOT_FOUND"], HTTPStatus)
    _ = client_module.NothingClient  # type: ignore[attr-defined]


def errors(error: Exception) -> None:
    if isinstance(error, ScalekitArgumentException):
        assert_type(error.detail, str | None)
    if isinstance(error, ScalekitValidateTokenFailureException):
        assert_type(error.http_status, int | None)
        assert_type(error.grpc_status, StatusCode | None)
        assert_type(error.server, ScalekitServerException | None)
    if isinstance(error, ScalekitToolException):
        assert_type(error.execution_id, str)
    if isinstance(error, ScalekitServerException):
        assert_type(error.http_status, int)
        assert_type(error.grpc_status, StatusCode)
        assert_type(error.request_id, str | None)
    if isinstance(error, ScalekitNotFoundException):
        assert_type(error.operation, str | None)


def sessions(client: ScalekitClient, async_client: AsyncScalekitClient, request: Request) -> None:
    auth = ScalekitAuth(
        client=async_client,
        redirect_uri="https://app.example.com/callback",
        cookie_encryption_secret=["new", "old"],
        store=MemoryStore(),
    )
    assert_type(auth.get_session(request), dict[str, Any] | None)
    auth.requires(roles=["admin"], organization_id="org_1")
    BearerAuth(client=client, audience="https://api.example.com").requires(scopes=["a"])
    manager = SessionRefreshManager(client, "secret", store=None)
    assert_type(manager.read_session("cookie"), dict[str, Any] | None)
    assert_type(SessionResult(True).user, dict[str, Any] | None)
    auth.requires(role=["admin"])  # type: ignore[call-arg]
    ScalekitAuth(redirect_url="https://app.example.com/callback")  # type: ignore[call-arg]


async def coroutines(auth: ScalekitAuth, request: Request, response: Response) -> None:
    assert_type(await auth.requires_auth(request, response), dict[str, Any])
    assert_type(await auth.session(request, response), Session | None)
    assert_type(await auth.login(request, organization_id="org_1"), Response)
    assert_type(await auth.handle_event({}), str | None)
