"""Passwordless login, passkeys, custom login pages and sessions."""

from __future__ import annotations

from scalekit import ScalekitClient
from scalekit.testing import Emulator

from .registry import example


@example("passwordless.send_passwordless_email")
def test_send_passwordless_email(
    scalekit_client: ScalekitClient, seeded_emulator: Emulator
) -> None:
    response = scalekit_client.passwordless.send_passwordless_email(
        "user@example.com", template="SIGNIN", state="random-state", expires_in=3600
    )
    assert response[0].expires_in == 3600
    (mail,) = seeded_emulator.admin("GET", "mails?to=user@example.com")
    verified = scalekit_client.passwordless.verify_passwordless_email(
        code=mail["code"], auth_request_id=response[0].auth_request_id
    )
    assert verified[0].state == "random-state"


@example("passwordless.verify_passwordless_email")
def test_verify_passwordless_email(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.passwordless.verify_passwordless_email(
        code="123456", auth_request_id="auth_request_id"
    )
    assert f"Email: {response[0].email}" == "Email: user@example.com"


@example("passwordless.resend_passwordless_email")
def test_resend_passwordless_email(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.passwordless.resend_passwordless_email("auth_request_id")
    assert response[0].auth_request_id.startswith("areq_")


@example("webauthn.list_credentials")
def test_list_credentials(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.webauthn.list_credentials("usr_123456")
    assert [credential.id for credential in response[0].credentials] == ["cred_123"]


@example("webauthn.update_credential")
def test_update_credential(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.webauthn.update_credential("cred_123", "My YubiKey")
    assert response[0].credential.display_name == "My YubiKey"


@example("webauthn.delete_credential")
def test_delete_credential(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.webauthn.delete_credential("cred_123")
    assert f"Deleted: {response[0].success}" == "Deleted: True"


@example("auth.update_login_user_details")
def test_update_login_user_details(
    scalekit_client: ScalekitClient, seeded_emulator: Emulator
) -> None:
    scalekit_client.auth.update_login_user_details(
        "conn_abc123",
        "login_xyz789",
        {
            "email": "john.doe@company.com",
            "sub": "unique_user_id_456",
        },
    )
    login = seeded_emulator.admin("GET", "login-requests/login_xyz789")
    assert login["user"] == {"email": "john.doe@company.com", "sub": "unique_user_id_456"}


@example("sessions.get_session")
def test_get_session(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.sessions.get_session("session_123456")
    session = response[0]
    assert session.user_id == "usr_123456"


@example("sessions.get_user_sessions")
def test_get_user_sessions(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.sessions.get_user_sessions("usr_123456", page_size=50)
    assert [session.id for session in response[0].sessions] == ["session_123456"]


@example("sessions.revoke_session")
def test_revoke_session(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.sessions.revoke_session("session_123456")
    assert response[0].revoked_session.status == "revoked"


@example("sessions.revoke_all_user_sessions")
def test_revoke_all_user_sessions(scalekit_client: ScalekitClient) -> None:
    response = scalekit_client.sessions.revoke_all_user_sessions("usr_123456")
    assert response[0].total_revoked == 1
