"""Names of ID token claims in the ``user`` of a code exchange."""

from __future__ import annotations

id_token_claim_to_user_map: dict[str, str] = {
    "sub": "id",
    "name": "name",
    "preferred_username": "username",
    "email": "email",
    "email_verified": "emailVerified",
    "given_name": "givenName",
    "family_name": "familyName",
    "profile": "profile",
    "picture": "picture",
    "gender": "gender",
    "birthdate": "birthDate",
    "zoneinfo": "zoneInfo",
    "locale": "locale",
    "phone_number": "phoneNumber",
    "phone_number_verified": "phoneNumberVerified",
    "updated_at": "updatedAt",
    "identities": "identities",
    "metadata": "metadata",
}
"""The key in ``authenticate_with_code(...)["user"]`` of each claim of the ID token."""
