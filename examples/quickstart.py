"""From an empty environment to a signed-in user, step by step.

With the emulator (`make quickstart`), it runs all steps. With a real environment (set
SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET), it runs only the safe
steps: it creates an organization with two users, lists them, builds the login URL, and deletes the
organization.
"""

from __future__ import annotations

import os
import secrets
import sys

from quickstart_browser import Browser, WebhookReceiver, emulator_url
from scalekit import (
    AuthorizationUrlOptions,
    CodeAuthenticationOptions,
    LogoutUrlOptions,
    ScalekitClient,
    generate_pkce,
)
from scalekit.common.exceptions import (
    ScalekitConflictException,
    WebhookVerificationError,
)
from scalekit.v1.connections.connections_pb2 import CreateConnection
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization
from scalekit.v1.roles.roles_pb2 import CreateRole
from scalekit.v1.users.users_pb2 import CreateMembership, CreateUser

CALLBACK = "http://localhost:3000/auth/callback"


def section(title: str) -> None:
    print(f"\n{title}")


def log(line: str) -> None:
    print(f"  {line}")


def main() -> None:
    client = ScalekitClient.from_env()
    emulator = emulator_url(os.environ.get("SCALEKIT_ENVIRONMENT_URL", ""))
    tag = secrets.token_hex(4)
    print(f"Scalekit environment: {client.env_url}{' (the emulator)' if emulator else ''}")

    with client, WebhookReceiver(emulator) as webhooks:
        section("An organization")
        request = CreateOrganization(display_name="Acme Rockets", external_id=f"acme-{tag}")
        organization = client.organization.create_organization(request)[0].organization
        log(f"created {organization.display_name}, {organization.id}")
        try:
            users(client, organization.id, tag)
            duplicate(client, request)
            if emulator:
                single_sign_on(client, organization.id, tag)
                sign_in(client, emulator, organization.id, tag)
                webhook(client, webhooks)
            else:
                log(
                    "login URL: "
                    + client.get_authorization_url(CALLBACK, login_options(organization.id, tag))
                )
        finally:
            client.organization.delete_organization(organization.id)
            section("Cleanup")
            log(f"deleted {organization.id}")


def users(client: ScalekitClient, organization_id: str, tag: str) -> None:
    """Creates two users in the organization and lists them with automatic paging."""
    section("Two users")
    for name in ("Ada", "Grace"):
        user = CreateUser(email=f"{name.lower()}-{tag}@acme.example", membership=CreateMembership())
        user.user_profile.given_name = name
        created = client.users.create_user_and_membership(
            organization_id, user, send_invitation_email=False
        )
        log(f"created {name}, {created[0].user.id}")
    paged = client.users.iter_organization_users(organization_id, page_size=1)
    log("listed with one user per page: " + ", ".join(user.email for user in paged))


def duplicate(client: ScalekitClient, request: CreateOrganization) -> None:
    """Handles the error for an external ID that is already in use."""
    section("The same organization again")
    try:
        client.organization.create_organization(request)
    except ScalekitConflictException as error:
        log(f"{type(error).__name__}: {error}")
        log(
            f"http_status={error.http_status}, operation={error.operation}, request_id={error.request_id}"
        )
    else:
        sys.exit("a duplicate external id was accepted")


def single_sign_on(client: ScalekitClient, organization_id: str, tag: str) -> None:
    """Creates a domain, a connection and a role. Roles affect the whole environment."""
    section("Single sign-on")
    name = f"acme-{tag}.example"
    domain = client.domain.create_domain(organization_id, name, "ORGANIZATION_DOMAIN")[0].domain
    log(f"domain {domain.domain}")
    connection = CreateConnection()
    connection.type = "OIDC"
    connection.provider = "OKTA"
    created = client.connection.create_connection(organization_id, connection)[0].connection
    client.connection.enable_connection(organization_id, created.id)
    log(f"connection {created.id}, enabled")
    role = CreateRole(name=f"pilot_{tag}", display_name="Pilot", description="Flies the rockets")
    log(f"role {client.roles.create_role(role)[0].role.name}")


def login_options(organization_id: str, tag: str) -> AuthorizationUrlOptions:
    options = AuthorizationUrlOptions()
    options.organization_id = organization_id
    options.login_hint = f"ada-{tag}@acme.example"
    options.state = secrets.token_urlsafe(16)
    return options


def sign_in(client: ScalekitClient, emulator: str, organization_id: str, tag: str) -> None:
    """Signs in with an authorization code and PKCE (RFC 7636), like a browser."""
    section("Sign in")
    pkce = generate_pkce()
    options = login_options(organization_id, tag)
    options.code_challenge = pkce.code_challenge
    options.code_challenge_method = pkce.code_challenge_method
    url = client.get_authorization_url(CALLBACK, options)
    log(f"the browser opens {url[:76]}…")
    browser = Browser(emulator)
    callback = browser.sign_in(url, CALLBACK)
    if callback["state"] != options.state:
        sys.exit("the callback has a different state")
    log("Ada signs in, and the callback receives a code")

    result = client.authenticate_with_code(
        callback["code"],
        CALLBACK,
        CodeAuthenticationOptions(code_verifier=pkce.code_verifier),
    )
    log(f"signed in as {result['user']['email']}, token valid for {result['expires_in']} s")
    log(f"access token valid: {client.validate_access_token(result['access_token'])}")
    tampered = result["access_token"][:-8] + "AAAAAAAA"
    log(f"access token with a tampered signature valid: {client.validate_access_token(tampered)}")

    refreshed = client.refresh_access_token(result["refresh_token"])
    claims = client.validate_access_token_and_get_claims(refreshed["access_token"])
    log(f"refreshed: session {claims['sid']} of organization {claims['oid']}")

    logout = client.get_logout_url(
        LogoutUrlOptions(id_token_hint=result["id_token"], post_logout_redirect_uri=CALLBACK)
    )
    log(f"logged out, redirected to {browser.log_out(logout)}")


def webhook(client: ScalekitClient, webhooks: WebhookReceiver) -> None:
    """Verifies a webhook that the emulator sent for the new users."""
    section("A webhook")
    delivery = webhooks.wait_for("user.created")
    verified = client.verify_webhook_payload(webhooks.secret, delivery.headers, delivery.body)
    log(f"received {delivery.event_type}, signature verified: {verified}")
    try:
        client.verify_webhook_payload(webhooks.secret, delivery.headers, delivery.body + b" ")
    except WebhookVerificationError as error:
        log(f"with a changed body: {error}")


if __name__ == "__main__":
    main()
