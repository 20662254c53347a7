"""API tokens that the emulator rejects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scalekit.common.exceptions import (
    ScalekitNotFoundException,
    ScalekitValidateTokenFailureException,
)
from scalekit.testing import Emulator


def failure(call: Callable[[], Any]) -> ScalekitValidateTokenFailureException:
    with pytest.raises(ScalekitValidateTokenFailureException) as caught:
        call()
    return caught.value


def test_unknown_and_invalidated_tokens_are_failed_validations(emulator: Emulator) -> None:
    with emulator.client() as client:
        organization = client.organization.create_organization({"display_name": "Tokens"})[
            0
        ].organization
        token = client.tokens.create_token(organization.id).token
        assert client.tokens.validate_token(token).token_info.organization_id == organization.id
        client.tokens.invalidate_token(token)
        for call in (
            lambda: client.tokens.validate_token(token),
            lambda: client.tokens.validate_token("no such token"),
            lambda: client.tokens.update_token("no such token", custom_claims={"plan": "x"}),
            lambda: client.tokens.update_token("no such token", description="new"),
        ):
            error = failure(call)
            assert (error.http_status, error.error_code) == (404, "RESOURCE_NOT_FOUND")
            assert isinstance(error.__cause__, ScalekitNotFoundException)
            assert "404 NOT_FOUND" in str(error)
