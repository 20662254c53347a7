"""The models of custom providers."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import ListValue

from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException
from scalekit.v1.providers import providers_pb2

pytestmark = pytest.mark.protobuf


def test_to_dict_omits_defaults() -> None:
    field = types.AuthField(field_name="domain")
    assert field.to_dict() == {"field_name": "domain", "label": "", "input_type": "text"}
    option = types.AuthFieldOption(value="eu")
    assert option.to_dict() == {
        "value": "eu",
        "display_name": "",
        "description": "",
        "default": False,
    }
    pattern = types.AuthPattern(
        type="OAUTH",
        display_name="Login",
        oauth_config=types.OAuthConfig(),
        account_fields=[types.AuthField(field_name="region", options=[option], required=True)],
    )
    assert pattern.to_dict() == {
        "type": "OAUTH",
        "display_name": "Login",
        "fields": [],
        "account_fields": [
            {
                "field_name": "region",
                "label": "",
                "input_type": "text",
                "required": True,
                "options": [option.to_dict()],
            }
        ],
        "oauth_config": {"pkce_enabled": True},
    }


def test_unknown_keys_are_preserved() -> None:
    values: dict[str, Any] = {"authorize_uri": "https://a.example", "available_scopes": ["a"]}
    config: Any = types.OAuthConfig(**values)
    assert config.authorize_uri == "https://a.example"
    assert config.to_dict() == {"pkce_enabled": True, **values}
    config.token_uri = "https://b.example"
    assert config.to_dict()["token_uri"] == "https://b.example"
    assert config != types.OAuthConfig()


def test_patterns_are_checked_on_construction_and_assignment() -> None:
    with pytest.raises(ScalekitArgumentException, match="oauth_config is required for type OAUTH"):
        types.AuthPattern(type="OAUTH", display_name="a")
    with pytest.raises(ScalekitArgumentException, match="fields must be empty for type NO_AUTH"):
        types.AuthPattern(
            type="NO_AUTH", display_name="a", fields=[types.AuthField(field_name="a")]
        )
    pattern = types.AuthPattern(type="BEARER", display_name="a")
    with pytest.raises(ScalekitArgumentException, match="oauth_config is required"):
        pattern.type = "OAUTH"
    assert pattern.type == "BEARER"
    pattern.oauth_config = types.OAuthConfig()
    pattern.type = "OAUTH"


def test_decoded_patterns_are_never_rejected() -> None:
    decoded: Any = types.AuthPattern.from_dict(
        {"type": "OAUTH", "fields": [{"label": "L"}], "is_mcp": "yes", "new": {"a": 1}}
    )
    assert (decoded.type, decoded.display_name, decoded.oauth_config) == ("OAUTH", "", None)
    assert decoded.fields[0].label == "L"
    assert (decoded.is_mcp, decoded.new) == ("yes", {"a": 1})
    decoded.description = "text"
    assert decoded.to_dict()["new"] == {"a": 1}
    assert "_unchecked" not in repr(decoded)


def test_providers_are_decoded() -> None:
    patterns = ListValue()
    patterns.extend([{"type": "OAUTH", "display_name": "Login", "extra": 5}])
    message = providers_pb2.Provider(
        identifier="my",
        display_name="My API",
        proxy_enabled=True,
        is_custom=True,
        metadata={"team": "a"},
        auth_patterns=patterns,
    )
    page = types.ListProvidersResponse.from_proto(
        providers_pb2.ListProvidersResponse(providers=[message], total_size=1)
    )
    assert (page.total_size, page.next_page_token) == (1, "")
    (provider,) = page.providers
    assert provider.metadata == {"team": "a"}
    assert provider.to_dict() == {
        "identifier": "my",
        "display_name": "My API",
        "description": "",
        "proxy_url": "",
        "icon_src": "",
        "proxy_enabled": True,
        "metadata": {"team": "a"},
        "is_custom": True,
        "is_custom_mcp": False,
        "auth_patterns": [{"type": "OAUTH", "display_name": "Login", "fields": [], "extra": 5}],
    }


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("CreateCustomProviderRequest", {"proxy_url": "http://a"}, "must be an absolute https URL"),
        ("CreateCustomProviderRequest", {"proxy_url": "https://"}, "must be an absolute https URL"),
        (
            "CreateCustomProviderRequest",
            {"proxy_url": "https://["},
            "must be an absolute https URL",
        ),
        (
            "CreateCustomProviderRequest",
            {"auth_patterns": [{"type": "BEARER", "display_name": "a"}] * 2},
            "at most one item",
        ),
        ("UpdateCustomProviderRequest", {"identifier": ""}, "identifier must not be empty"),
        ("UpdateCustomProviderRequest", {"auth_patterns": []}, "exactly one item"),
        ("ListProvidersRequest", {"provider_type": 3}, "provider_type must be 0"),
        ("ListProvidersRequest", {"page_size": 0}, "page_size must be at least 1"),
        ("ListProvidersRequest", {"identifier": ""}, "identifier must not be empty"),
        ("DeleteCustomProviderRequest", {"identifier": ""}, "identifier must not be empty"),
    ],
)
def test_requests_are_checked(name: str, values: dict[str, Any], message: str) -> None:
    valid: dict[str, dict[str, Any]] = {
        "CreateCustomProviderRequest": {"display_name": "a", "proxy_url": "https://a.example"},
        "UpdateCustomProviderRequest": {
            "identifier": "my",
            "display_name": "a",
            "proxy_url": "https://a.example",
        },
    }
    kind = getattr(types, name)
    with pytest.raises(ScalekitArgumentException, match=message):
        kind(**{**valid.get(name, {}), **values})


def test_objects_can_be_passed_to_the_service_client() -> None:
    from recorder import Services

    services = Services()
    pattern = types.AuthPattern(type="BEARER", display_name="Token")
    services.providers.create_custom_provider("a", "https://a.example", auth_patterns=[pattern])
    sent = services.recorder.sent(providers_pb2.CreateCustomProviderRequest)
    assert sent.provider.auth_patterns.values[0].struct_value["type"] == "BEARER"
