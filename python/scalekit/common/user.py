"""Types of a user's profile for annotations, for compatibility with ``scalekit-sdk-python``.

No method returns them: ``authenticate_with_code`` returns the profile as a ``dict``, with the keys
of :data:`scalekit.constants.user.id_token_claim_to_user_map`.
"""

from __future__ import annotations

__all__ = ["IdTokenClaim", "IdTokenClaimIdentity", "Identity", "User"]


class Identity:
    """An account at an identity provider."""

    connection_id: str | None = None
    organization_id: str | None = None
    connection_type: str | None = None
    provider_name: str | None = None
    social: bool | None = None
    provider_raw_attributes: str | None = None


class IdTokenClaimIdentity(Identity):
    """An account at an identity provider, in the claims of an ID token."""


class _Profile:
    """The members that :class:`User` and :class:`IdTokenClaim` share."""

    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None
    profile: str | None = None
    picture: str | None = None
    gender: str | None = None
    birth_date: str | None = None
    zone_info: str | None = None
    locale: str | None = None
    updated_at: str | None = None
    identities: Identity | None = None
    metadata: str | None = None


class User(_Profile):
    """A user's profile."""

    id: str | None = None
    username: str | None = None


class IdTokenClaim(_Profile):
    """The claims of an ID token about the user."""

    sub: str | None = None
    preferred_username: str | None = None
