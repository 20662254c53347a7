"""APIs that accept bearer tokens, in each framework."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest
from bearer_apps import METADATA, RESOURCE_URL, bearer_application
from signer import Signer
from stub_server import Response, StubServer
from web_apps import ADAPTERS
from web_client import Application, Reply

from scalekit import AsyncScalekitClient
from scalekit.web_auth import BearerAuth

AUDIENCE = "https://api.example.com"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("key_1")


@pytest.fixture
def server(signer: Signer) -> Iterator[StubServer]:
    server = StubServer()
    server.on("/keys", Response(body={"keys": [signer.jwk()]}))
    yield server
    server.close()


Create = Callable[..., Application]


@pytest.fixture(params=ADAPTERS)
def create(request: pytest.FixtureRequest, server: StubServer) -> Iterator[Create]:
    with ExitStack() as stack:

        def create(**options: Any) -> Application:
            credentials = {"env_url": server.url, "client_id": "skc_1", "client_secret": "s"}
            return stack.enter_context(
                bearer_application(request.param, {**credentials, **options})
            )

        yield create


@pytest.fixture
def app(create: Create) -> Application:
    return create(audience=AUDIENCE)


def get(app: Application, path: str, token: str | None = None, scheme: str = "Bearer") -> Reply:
    headers = {} if token is None else {"Authorization": f"{scheme} {token}"}
    return app.handle("GET", path, headers, b"")


def test_a_request_without_a_token_is_challenged(app: Application) -> None:
    reply = get(app, "/api")
    assert (reply.status, reply.json["error"]) == (401, "unauthorized")
    assert reply.header("www-authenticate") == 'Bearer realm="OAuth"'


def test_tokens_of_users_and_of_machines_are_accepted(app: Application, signer: Signer) -> None:
    user = signer.sign(aud=[AUDIENCE], oid="org_1", sid="ses_1")
    assert get(app, "/api", user).json["sub"] == "usr_1"
    machine = signer.sign(sub="m2morg_1", aud=AUDIENCE, client_id="m2morg_1", scopes=["a"])
    assert get(app, "/api", machine, scheme="bearer").json["sub"] == "m2morg_1"
    assert get(app, "/async", machine).json["sub"] == "m2morg_1"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://other.example.com"},
        {"aud": None},
        {"exp": int(time.time()) - 60},
        {"nbf": int(time.time()) + 600},
    ],
)
def test_a_token_that_is_not_valid_is_rejected(
    app: Application, signer: Signer, claims: dict[str, Any]
) -> None:
    reply = get(app, "/api", signer.sign(**{"aud": AUDIENCE, **claims}))
    assert (reply.status, reply.json["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in reply.header("www-authenticate")


def test_a_token_of_another_key_is_rejected(app: Application, signer: Signer) -> None:
    forged = Signer(signer.kid).sign(aud=AUDIENCE)
    assert get(app, "/api", forged).status == 401


def test_the_issuer_is_checked(create: Create, signer: Signer) -> None:
    app = create(issuer="https://acme.scalekit.com")
    assert get(app, "/api", signer.sign(iss="https://acme.scalekit.com")).status == 200
    assert get(app, "/api", signer.sign(iss="https://evil.example")).status == 401


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Basic dTpw", 401),
        ("Bearer", 400),
        ("Bearer a b", 400),
        ("Bearer a, Bearer b", 400),
        ("Bearer x", 401),
        ("Bearer caf\u00e9", 401),
        ("", 401),
    ],
)
def test_a_malformed_header_is_rejected(app: Application, header: str, status: int) -> None:
    reply = app.handle("GET", "/api", {"Authorization": header}, b"")
    assert reply.status == status
    assert reply.header("www-authenticate").startswith("Bearer ")


@pytest.mark.parametrize(
    ("path", "claims", "error"),
    [
        ("/scopes", {"scope": "orders:read orders:write"}, None),
        ("/scopes", {"scopes": ["orders:read"]}, None),
        ("/scopes", {"scopes": ["orders"]}, "insufficient_scope"),
        ("/permissions", {"permissions": ["orders:read"]}, None),
        ("/permissions", {"permissions": []}, "insufficient_permissions"),
        ("/organization", {"oid": "org_1"}, None),
        ("/organization", {"oid": "org_2"}, "insufficient_permissions"),
        ("/organization", {}, "insufficient_permissions"),
    ],
)
def test_requirements(
    app: Application, signer: Signer, path: str, claims: dict[str, Any], error: str | None
) -> None:
    reply = get(app, path, signer.sign(aud=AUDIENCE, **claims))
    assert reply.status == (200 if error is None else 403)
    if error is not None:
        assert reply.json["error"] == error
    if error == "insufficient_scope":
        assert 'scope="orders:read"' in reply.header("www-authenticate")


def test_an_outage_is_not_the_fault_of_the_token(
    app: Application, server: StubServer, signer: Signer
) -> None:
    server.on("/keys", Response(503))
    reply = get(app, "/api", signer.sign(aud=AUDIENCE))
    assert (reply.status, reply.header("retry-after")) == (503, "5")


def test_a_form_can_be_posted_with_a_token(app: Application, signer: Signer) -> None:
    headers = {"Authorization": f"Bearer {signer.sign(aud=AUDIENCE)}"}
    assert app.handle("POST", "/write", headers, b"").status == 200
    assert app.handle("POST", "/write", {}, b"").status == 401


def test_a_protected_resource_has_metadata(create: Create, server: StubServer) -> None:
    app = create(resource_url=RESOURCE_URL, resource_id="res_1", resource_scopes=["orders:read"])
    for path in (METADATA, f"{METADATA}/orders"):
        reply = get(app, path)
        assert reply.status == 200
        assert reply.json == {
            "resource": RESOURCE_URL,
            "authorization_servers": [f"{server.url}/resources/res_1"],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["orders:read"],
        }
    assert get(app, f"{METADATA}/other").status == 404
    challenge = get(app, "/api").header("www-authenticate")
    assert f'resource_metadata="https://api.example.com{METADATA}/orders"' in challenge


def test_the_identifiers_of_a_resource_are_audiences(create: Create, signer: Signer) -> None:
    app = create(resource_url=RESOURCE_URL, resource_id="res_1")
    for audience in (RESOURCE_URL, f"{RESOURCE_URL}/", "res_1"):
        assert get(app, "/api", signer.sign(aud=[audience])).status == 200
    assert get(app, "/api", signer.sign(aud=["res_2"])).status == 401


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"resource_id": "res_1"}, "resource_id requires resource_url"),
        ({"resource_url": "mcp"}, "resource_url"),
        ({"scopes": ["a"]}, "unknown option: scopes"),
        ({"audience": 5}, "audience"),
        ({"client": None}, "set client"),
    ],
)
def test_a_wrong_option_is_an_error(options: Any, text: str) -> None:
    client = AsyncScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
    with pytest.raises(ValueError, match=text):
        BearerAuth(**{"client": client, **options})


def test_a_missing_framework_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from importlib import import_module

    for package in ("flask", "fastapi", "django"):
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.delitem(sys.modules, f"scalekit.frameworks.{package}", raising=False)
        monkeypatch.setitem(sys.modules, package, None)  # type: ignore[arg-type]
        with pytest.raises(ImportError, match=rf"scalekit-client\[{package}\]"):
            import_module(f"scalekit.frameworks.{package}")
    broken = ModuleType("fastapi")
    monkeypatch.setitem(sys.modules, "fastapi", broken)
    with pytest.raises(ImportError, match="fastapi cannot be imported"):
        import_module("scalekit.frameworks.fastapi")
