"""Tests the options of clients, and methods without network: URLs and PKCE."""

from __future__ import annotations

import asyncio
import base64
import copy
import hashlib
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from scalekit import (
    AsyncScalekitClient,
    AuthorizationUrlOptions,
    CodeAuthenticationOptions,
    LogoutUrlOptions,
    ScalekitArgumentException,
    ScalekitClient,
    TokenValidationOptions,
    generate_pkce,
)
from scalekit.common.scalekit import AuthenticationOptions, PkceParameters
from scalekit.constants.user import id_token_claim_to_user_map

URL = "https://acme.scalekit.com"
SECRET = "s3cret-of-the-client"
BOTH_CLIENTS = pytest.mark.parametrize("kind", [ScalekitClient, AsyncScalekitClient])


@BOTH_CLIENTS
@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"env_url": ""}, "env_url must not be empty"),
        ({"env_url": None}, "env_url must be a str, not NoneType"),
        ({"env_url": "acme.scalekit.com"}, "scheme"),
        ({"env_url": "ftp://acme.scalekit.com"}, "https"),
        ({"env_url": "http://acme.scalekit.com"}, "http"),
        ({"env_url": "https://u:p@acme.scalekit.com"}, "password"),
        ({"client_id": ""}, "client_id must not be empty"),
        ({"client_id": 5}, "client_id must be a str, not int"),
        ({"client_secret": b"x"}, "client_secret must be a str, not bytes"),
        ({"keepalive_time_ms": 59_999}, "keepalive_time_ms must be 0"),
        ({"keepalive_time_ms": -1}, "keepalive_time_ms"),
        ({"keepalive_time_ms": True}, "keepalive_time_ms"),
        ({"keepalive_time_ms": 60_000.0}, "keepalive_time_ms"),
        ({"keepalive_timeout_ms": "5"}, "keepalive_timeout_ms"),
        ({"call_timeout_s": 0}, "call_timeout_s must be a positive number of seconds, not 0"),
        ({"call_timeout_s": "20"}, "call_timeout_s"),
        ({"call_timeout_s": True}, "call_timeout_s"),
        ({"tool_call_timeout_s": float("inf")}, "tool_call_timeout_s"),
        ({"tool_call_timeout_s": float("nan")}, "tool_call_timeout_s"),
        ({"connect_timeout_s": -1}, "connect_timeout_s"),
        ({"connect_timeout_s": 1e19}, "connect_timeout_s"),
        ({"webhook_tolerance_s": 0}, "webhook_tolerance_s"),
        ({"token_leeway_s": -1}, "token_leeway_s"),
        ({"token_cache_size": -1}, "token_cache_size must be a number from 0 to 1048576"),
        ({"token_cache_size": 2**21}, "token_cache_size"),
        ({"token_cache_size": 1.5}, "token_cache_size"),
        ({"max_retries": -1}, "max_retries"),
        ({"max_retries": 1.5}, "max_retries"),
        ({"proxy": 5}, "proxy must be a str, not int"),
        ({"issuer": b""}, "issuer must be a str, not bytes"),
        ({"ca_certificates": "/does/not/exist.pem"}, "ca_certificates cannot be read"),
        ({"ca_certificates": b"nonsense"}, "CA certificates"),
        ({"proxy": "nonsense"}, "proxy"),
        ({"user_agent_suffix": "a\nb"}, "user_agent_suffix"),
        ({"audience": 5}, "audience must be a str or a list of str, not int"),
        ({"audience": [5]}, "audience must be a list of str"),
    ],
)
def test_the_constructor_rejects_invalid_options_by_name(
    kind: Any, options: dict[str, Any], why: str
) -> None:
    arguments = {"env_url": URL, "client_id": "skc_1", "client_secret": SECRET, **options}
    with pytest.raises(ScalekitArgumentException) as caught:
        kind(**arguments)
    assert why in str(caught.value)
    assert SECRET not in repr(caught.value)


@BOTH_CLIENTS
def test_options_are_attributes_and_secrets_are_not_shown(kind: Any, tmp_path: Path) -> None:
    client = kind(
        URL + "/",
        "skc_1",
        SECRET,
        0,
        5_000,
        2.5,
        tool_call_timeout_s=90,
        connect_timeout_s=1,
        max_retries=0,
        proxy="http://user:hunter2@proxy.example.com:3128",
        token_leeway_s=0,
        token_cache_size=0,
        issuer=URL,
        audience="skc_1",
        user_agent_suffix="acme-portal/2.1",
    )
    core = client.core_client
    assert (core.env_url, core.host, core.client_id) == (URL, "acme.scalekit.com", "skc_1")
    assert (core.keepalive_time_ms, core.keepalive_timeout_ms) == (0, 5_000)
    assert (core.call_timeout_s, core.tool_call_timeout_s) == (2.5, 90)
    assert core.user_agent.endswith("acme-portal/2.1")
    assert "python 3." in core.user_agent
    for shown in (repr(client), str(client), repr(core), repr(vars(core)), repr(dir(client))):
        assert SECRET not in shown
        assert "hunter2" not in shown
    assert repr(client) == f"{kind.__name__}(env_url='{URL}', client_id='skc_1')"


@BOTH_CLIENTS
def test_a_client_has_the_url_of_its_environment(kind: Any) -> None:
    client = kind(f"{URL}/", "skc_1", SECRET)
    assert client.env_url == client.core_client.env_url == URL
    with pytest.raises(AttributeError):
        client.env_url = "https://other.scalekit.com"


def test_environment_urls_can_have_a_path_and_an_allowed_insecure_host() -> None:
    assert (
        ScalekitClient("https://gw.example.com/sk/", "a", "b").env_url
        == "https://gw.example.com/sk"
    )
    allowed = ScalekitClient("http://gw.internal", "a", "b", allow_insecure_http=True)
    assert allowed.env_url == "http://gw.internal"


@BOTH_CLIENTS
def test_from_env(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "SCALEKIT_ENVIRONMENT_URL",
        "SCALEKIT_ENV_URL",
        "SCALEKIT_CLIENT_ID",
        "SCALEKIT_CLIENT_SECRET",
    )
    for name in names:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ScalekitArgumentException, match="SCALEKIT_ENVIRONMENT_URL is not set"):
        kind.from_env()
    monkeypatch.setenv("SCALEKIT_ENV_URL", "https://old.scalekit.com")
    monkeypatch.setenv("SCALEKIT_CLIENT_ID", "skc_1")
    with pytest.raises(ScalekitArgumentException, match="SCALEKIT_CLIENT_SECRET is not set"):
        kind.from_env()
    monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", SECRET)
    assert kind.from_env().env_url == "https://old.scalekit.com"
    monkeypatch.setenv("SCALEKIT_ENVIRONMENT_URL", URL)
    client = kind.from_env(call_timeout_s=3, audience="x")
    assert (client.env_url, client.core_client.call_timeout_s) == (URL, 3)


@BOTH_CLIENTS
def test_authorization_url(kind: Any) -> None:
    client = kind(URL, "skc_1", SECRET)
    assert client.get_authorization_url("https://app.example.com/callback") == (
        f"{URL}/oauth/authorize?response_type=code&client_id=skc_1"
        "&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&scope=openid+profile+email"
    )
    options = AuthorizationUrlOptions()
    options.prompt, options.state, options.nonce = "login", "a b&c", "n"
    options.login_hint, options.domain_hint = "jane@acme.com", "acme.com"
    options.connection_id, options.organization_id, options.provider = "conn_1", "org_1", ""
    options.scopes = ["openid", "email"]
    options.code_challenge, options.code_challenge_method = "abc", "S256"
    query = urlsplit(client.get_authorization_url("https://a/b", options)).query
    assert "state=a+b%26c" in query
    assert parse_qsl(query, keep_blank_values=True)[3:] == [
        ("scope", "openid email"),
        ("state", "a b&c"),
        ("nonce", "n"),
        ("login_hint", "jane@acme.com"),
        ("domain_hint", "acme.com"),
        ("connection_id", "conn_1"),
        ("organization_id", "org_1"),
        ("prompt", "login"),
        ("code_challenge", "abc"),
        ("code_challenge_method", "S256"),
    ]
    text = AuthorizationUrlOptions(scopes="openid offline_access")
    assert "scope=openid+offline_access" in client.get_authorization_url("https://a/b", text)
    for scopes in (("openid", "email"), iter(["openid", "email"]), {"openid": 1, "email": 2}):
        options = AuthorizationUrlOptions(scopes=scopes)
        assert "scope=openid+email" in client.get_authorization_url("https://a/b", options)
    name = uuid.UUID(int=1)
    with_numbers = AuthorizationUrlOptions(state=name, nonce=7)
    assert f"&state={name}&nonce=7" in client.get_authorization_url("https://a/b", with_numbers)
    for options, why in [
        (AuthorizationUrlOptions(state=[5]), "state"),
        (AuthorizationUrlOptions(state=True), "state"),
        (AuthorizationUrlOptions(login_hint=5), "login_hint"),
        (AuthorizationUrlOptions(scopes=5), "scopes must be a str or a list of str, not int"),
        (AuthorizationUrlOptions(scopes=["openid", 5]), "scopes must be a list of str"),
        (AuthorizationUrlOptions(scopes=("openid", "\ud800")), "lone surrogate"),
    ]:
        with pytest.raises(ScalekitArgumentException, match=why):
            client.get_authorization_url("https://a/b", options)
    with pytest.raises(ScalekitArgumentException, match="redirect_uri"):
        client.get_authorization_url("")


@BOTH_CLIENTS
def test_logout_url(kind: Any) -> None:
    client = kind(URL, "skc_1", SECRET)
    assert client.get_logout_url() == f"{URL}/oidc/logout"
    assert client.get_logout_url(LogoutUrlOptions()) == f"{URL}/oidc/logout"
    options = LogoutUrlOptions("the-id-token", "https://app.example.com/bye", "a b")
    assert client.get_logout_url(options) == (
        f"{URL}/oidc/logout?id_token_hint=the-id-token"
        "&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye&state=a+b"
    )


@pytest.mark.parametrize("length", [43, 64, 128])
def test_pkce_challenges_match_their_verifiers(length: int) -> None:
    pair = generate_pkce(length)
    assert len(pair.code_verifier) == length
    digest = hashlib.sha256(pair.code_verifier.encode()).digest()
    assert pair.code_challenge == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert pair.code_challenge_method == "S256"
    assert pair.code_verifier != generate_pkce(length).code_verifier


@pytest.mark.parametrize("length", [0, 42, 129, -1, 1 << 80, "64", None, True, 64.0])
def test_pkce_lengths_out_of_range_are_rejected(length: Any) -> None:
    with pytest.raises(ScalekitArgumentException, match="43"):
        generate_pkce(length)


def test_options_show_no_secrets_and_compare_by_value() -> None:
    secret = "hidden-value"
    for options in (
        CodeAuthenticationOptions(secret),
        AuthenticationOptions(secret),
        LogoutUrlOptions(id_token_hint=secret, state="seen"),
        PkceParameters(secret, "challenge"),
    ):
        assert secret not in repr(options)
        assert "[redacted]" in repr(options)
    assert repr(TokenValidationOptions(issuer="x")) == "TokenValidationOptions(issuer='x')"
    assert TokenValidationOptions(audience=["a"]) == TokenValidationOptions(audience=["a"])
    assert TokenValidationOptions(audience=["a"]) != TokenValidationOptions(audience=["b"])
    assert CodeAuthenticationOptions() != AuthenticationOptions()


def test_the_claims_of_a_user_have_the_documented_names() -> None:
    assert id_token_claim_to_user_map["sub"] == "id"
    assert id_token_claim_to_user_map["phone_number_verified"] == "phoneNumberVerified"
    assert len(set(id_token_claim_to_user_map.values())) == 18


@BOTH_CLIENTS
@pytest.mark.parametrize("options", [{"state": "s"}, "s", 5, AuthenticationOptions(), [], {}, ""])
def test_options_of_another_class_are_rejected(kind: Any, options: Any) -> None:
    client = kind(URL, "skc_1", SECRET)

    def rejected(call: Any, *arguments: Any) -> str:
        async def awaited() -> None:
            result = call(*arguments)
            if hasattr(result, "__await__"):
                await result

        with pytest.raises(ScalekitArgumentException) as caught:
            asyncio.run(awaited())
        return str(caught.value)

    wrong = f"not {type(options).__name__}"
    checks = f"options must be TokenValidationOptions, {wrong}"
    assert rejected(client.validate_token, "token", options) == checks
    assert rejected(client.validate_access_token, "token", options) == checks
    assert rejected(client.validate_access_token_and_get_claims, "token", options) == checks
    assert rejected(client.get_idp_initiated_login_claims, "token", options) == checks
    urls = [
        (rejected(client.get_authorization_url, "https://a/b", options), "AuthorizationUrlOptions"),
        (rejected(client.get_logout_url, options), "LogoutUrlOptions"),
        (
            rejected(client.authenticate_with_code, "code", "https://a/b", options),
            "CodeAuthenticationOptions",
        ),
    ]
    for message, name in urls:
        assert message == f"options must be {name}, {wrong}"


def test_misspelled_options_are_rejected_and_subclasses_can_add_options() -> None:
    misspelt = "required_scope"
    with pytest.raises(
        AttributeError, match="TokenValidationOptions has no option 'required_scope'"
    ):
        setattr(TokenValidationOptions(), misspelt, ["admin"])

    class Mine(AuthorizationUrlOptions):
        def __init__(self, tenant: str) -> None:
            super().__init__(state="s")
            self.tenant = tenant

    client = ScalekitClient(URL, "skc_1", SECRET)
    assert "&state=s" in client.get_authorization_url("https://a/b", Mine("t"))
    copied = copy.deepcopy(TokenValidationOptions(audience=["a"]))
    assert copied == TokenValidationOptions(audience=["a"])


@BOTH_CLIENTS
def test_text_that_cannot_be_encoded_is_rejected_without_showing_it(kind: Any) -> None:
    invalid = "hidden-value\udce9"
    client = kind(URL, "skc_1", SECRET)

    async def awaited(call: Any, arguments: tuple[Any, ...]) -> None:
        result = call(*arguments)
        if hasattr(result, "__await__"):
            await result

    for call, *arguments in (
        (kind, URL, "skc_1", invalid),
        (kind, URL, invalid, SECRET),
        (kind, invalid, "skc_1", SECRET),
        (client.refresh_access_token, invalid),
        (client.authenticate_with_code, invalid, "https://a/b"),
        (client.authenticate_with_code, "code", invalid),
        (client.authenticate_with_code, "code", "https://a/b", CodeAuthenticationOptions(invalid)),
        (client.generate_client_token, "m2m_1", invalid),
        (client.generate_client_token, "m2m_1", "secret", [invalid]),
        (client.validate_token, "token", None, invalid),
        (client.validate_token, "token", TokenValidationOptions(issuer=invalid)),
        (client.get_authorization_url, "https://a/b", AuthorizationUrlOptions(state=invalid)),
        (
            client.core_client.authenticate,
            {"grant_type": "refresh_token", "refresh_token": invalid},
        ),
        (client.tokens.validate_token, invalid),
        (client.tokens.create_token, "org_1", "usr_1", {"claim": invalid}),
        (client.tokens.create_token, "org_1", "usr_1", {invalid: "claim"}),
        (client.tools.execute_tool, "tool", "user", {"a": invalid}),
        (client.tools.execute_tool, "tool", "user", {1: 1}),
        (client.organization.create_organization, {"display_name": invalid}),
    ):
        with pytest.raises(ScalekitArgumentException) as caught:
            asyncio.run(awaited(call, tuple(arguments)))
        error = caught.value
        assert (error.__cause__, error.__context__) == (None, None)
        assert "hidden" not in f"{error} {error!r} {vars(error)}"
