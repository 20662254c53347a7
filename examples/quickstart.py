"""The road from an empty environment to a signed-in user, step by step.

Against the emulator (`make quickstart`) it runs the whole story. Against a real environment (set
SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET) it does only what is safe there: it
makes one organization with two users, reads them back, builds the login URL, and deletes what it made.
"""

from __future__ import annotations

import os
import secrets
import sys

from quickstart_browser import Browser, WebhookReceiver, emulator_of
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


def chapter(title: str) -> None:
    print(f"\n{title}")


def tell(line: str) -> None:
    print(f"  {line}")


def main() -> None:
    client = ScalekitClient.from_env()
    emulator = emulator_of(os.environ.get("SCALEKIT_ENVIRONMENT_URL", ""))
    tag = secrets.token_hex(4)
    print(f"Scalekit environment: {client.core_client.env_url}{' (the emulator)' if emulator else ''}")

    with client, WebhookReceiver(emulator) as webhooks:
        chapter("An organization")
        wanted = CreateOrganization(display_name="Acme Rockets", external_id=f"acme-{tag}")
        organization = client.organization.create_organization(wanted)[0].organization
        tell(f"created {organization.display_name}, {organization.id}")
        try:
            people(client, organization.id, tag)
            duplicate(client, wanted)
            if emulator:
                single_sign_on(client, organization.id, tag)
                sign_in(client, emulator, organization.id, tag)
                webhook(client, webhooks)
            else:
                tell(
                    "login URL: "
                    + client.get_authorization_url(CALLBACK, login_options(organization.id, tag))
                )
        finally:
            client.organization.delete_organization(organization.id)
            chapter("Tidied up")
            tell(f"deleted {organization.id}")


def people(client: ScalekitClient, organization_id: str, tag: str) -> None:
    """Two users in the organization, and a list that pages for us."""
    chapter("Two users")
    for name in ("Ada", "Grace"):
        user = CreateUser(email=f"{name.lower()}-{tag}@acme.example", membership=CreateMembership())
        user.user_profile.given_name = name
        created = client.users.create_user_and_membership(organization_id, user, send_invitation_email=False)
        tell(f"created {name}, {created[0].user.id}")
    paged = client.users.iter_organization_users(organization_id, page_size=1)
    tell("read back, one a page: " + ", ".join(user.email for user in paged))


def duplicate(client: ScalekitClient, wanted: CreateOrganization) -> None:
    """The same external id again: one clear error."""
    chapter("The same organization again")
    try:
        client.organization.create_organization(wanted)
    except ScalekitConflictException as error:
        tell(f"{type(error).__name__}: {error}")
        tell(f"http_status={error.http_status}, operation={error.operation}, request_id={error.request_id}")
    else:
        sys.exit("a duplicate external id was accepted")


def single_sign_on(client: ScalekitClient, organization_id: str, tag: str) -> None:
    """A domain, a connection and a role. Environment-wide, so only where nobody else is affected."""
    chapter("Single sign-on")
    domain = client.domain.create_domain(organization_id, f"acme-{tag}.example", "ORGANIZATION_DOMAIN")[
        0
    ].domain
    tell(f"domain {domain.domain}")
    connection = CreateConnection()
    connection.type = "OIDC"
    connection.provider = "OKTA"
    made = client.connection.create_connection(organization_id, connection)[0].connection
    client.connection.enable_connection(organization_id, made.id)
    tell(f"connection {made.id}, enabled")
    role = CreateRole(name=f"pilot_{tag}", display_name="Pilot", description="Flies the rockets")
    tell(f"role {client.roles.create_role(role)[0].role.name}")


def login_options(organization_id: str, tag: str) -> AuthorizationUrlOptions:
    options = AuthorizationUrlOptions()
    options.organization_id = organization_id
    options.login_hint = f"ada-{tag}@acme.example"
    options.state = secrets.token_urlsafe(16)
    return options


def sign_in(client: ScalekitClient, emulator: str, organization_id: str, tag: str) -> None:
    """Authorization code with PKCE (RFC 7636), the way a browser walks it."""
    chapter("Sign in")
    pkce = generate_pkce()
    options = login_options(organization_id, tag)
    options.code_challenge = pkce.code_challenge
    options.code_challenge_method = pkce.code_challenge_method
    url = client.get_authorization_url(CALLBACK, options)
    tell(f"the browser opens {url[:76]}…")
    browser = Browser(emulator)
    answer = browser.sign_in(url, CALLBACK)
    if answer["state"] != options.state:
        sys.exit("the state that came back is not ours")
    tell("Ada confirms on the login page and comes back with a code")

    result = client.authenticate_with_code(
        answer["code"],
        CALLBACK,
        CodeAuthenticationOptions(code_verifier=pkce.code_verifier),
    )
    tell(f"signed in as {result['user']['email']}, token valid for {result['expires_in']} s")
    tell(f"access token valid: {client.validate_access_token(result['access_token'])}")
    tampered = result["access_token"][:-8] + "AAAAAAAA"
    tell(f"the same with another signature: {client.validate_access_token(tampered)}")

    fresh = client.refresh_access_token(result["refresh_token"])
    claims = client.validate_access_token_and_get_claims(fresh["access_token"])
    tell(f"refreshed: session {claims['sid']} of organization {claims['oid']}")

    logout = client.get_logout_url(
        LogoutUrlOptions(id_token_hint=result["id_token"], post_logout_redirect_uri=CALLBACK)
    )
    tell(f"logged out, back at {browser.log_out(logout)}")


def webhook(client: ScalekitClient, webhooks: WebhookReceiver) -> None:
    """What the emulator sent while all this happened, signed as the service signs."""
    chapter("A webhook")
    delivery = webhooks.wait_for("user.created")
    verified = client.verify_webhook_payload(webhooks.secret, delivery.headers, delivery.body)
    tell(f"received {delivery.event_type}, signature verified: {verified}")
    try:
        client.verify_webhook_payload(webhooks.secret, delivery.headers, delivery.body + b" ")
    except WebhookVerificationError as error:
        tell(f"one byte more and it says: {error}")


if __name__ == "__main__":
    main()
