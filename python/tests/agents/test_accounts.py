"""Credentials, and the steps of ``get_or_create_connected_account``."""

from __future__ import annotations

from typing import Any

import pytest
from recorded_actions import RecordedActions

from scalekit.common.exceptions import (
    ScalekitArgumentException,
    ScalekitConflictException,
    ScalekitForbiddenException,
    ScalekitNotFoundException,
)
from scalekit.v1.connected_accounts import connected_accounts_pb2 as pb

pytestmark = pytest.mark.protobuf

GET, CREATE, UPDATE = (
    "ConnectedAccountService.GetConnectedAccountAuth",
    "ConnectedAccountService.CreateConnectedAccount",
    "ConnectedAccountService.UpdateConnectedAccount",
)
UPSERT = pytest.mark.parametrize(
    "method", ["get_or_create_connected_account", "upsert_connected_account"]
)
SENT_NAME = {"connector": "gmail", "identifier": "user_1"}
SECRET = "secret-of-the-account"


def found(**fields: Any) -> pb.GetConnectedAccountByIdentifierResponse:
    return pb.GetConnectedAccountByIdentifierResponse(
        connected_account=pb.ConnectedAccount(id="ca_1", **fields)
    )


def created(account_id: str = "ca_2") -> pb.CreateConnectedAccountResponse:
    return pb.CreateConnectedAccountResponse(connected_account=pb.ConnectedAccount(id=account_id))


def missing() -> ScalekitNotFoundException:
    return ScalekitNotFoundException("not found", http_status=404)


@UPSERT
def test_an_existing_account_is_returned(method: str, recorded: RecordedActions) -> None:
    recorded.respond(found(identifier="user_1"))
    response = recorded.call(method, "gmail", "user_1")
    assert response.connected_account.id == "ca_1"
    assert type(response).__name__ == "CreateConnectedAccountResponse"
    assert recorded.sent() == [[GET, SENT_NAME]]


@UPSERT
def test_organization_and_user_are_sent_with_each_step(
    method: str, recorded: RecordedActions
) -> None:
    owner = {"organization_id": "org_1", "user_id": "usr_1"}
    sent = {**SENT_NAME, "organizationId": "org_1", "userId": "usr_1"}
    recorded.respond(found(), None)
    recorded.call(method, "gmail", "user_1", {"oauth_token": {"access_token": "t"}}, **owner)
    recorded.respond(missing(), created())
    recorded.call(method, "gmail", "user_1", **owner)
    changed = {"authorizationDetails": {"oauthToken": {"accessToken": "t"}}}
    assert recorded.sent() == [
        [GET, sent],
        [UPDATE, {**sent, "connectedAccount": changed}],
        [GET, sent],
        [CREATE, {**sent, "connectedAccount": {}}],
    ]


def test_an_api_config_alone_updates_an_existing_account(recorded: RecordedActions) -> None:
    recorded.respond(found(), None)
    recorded.call("upsert_connected_account", "gmail", "user_1", api_config={"region": "eu"})
    update = {**SENT_NAME, "connectedAccount": {"apiConfig": {"region": "eu"}}}
    assert recorded.sent() == [[GET, SENT_NAME], [UPDATE, update]]


def test_an_account_that_is_deleted_before_the_update_is_created(recorded: RecordedActions) -> None:
    recorded.respond(found(), missing(), created())
    response = recorded.call("upsert_connected_account", "gmail", "user_1", credentials={"k": "v"})
    assert response.connected_account.id == "ca_2"
    assert [operation for operation, _ in recorded.sent()] == [GET, UPDATE, CREATE]


def test_a_conflict_is_resolved_by_another_lookup(recorded: RecordedActions) -> None:
    conflict = ScalekitConflictException("exists", http_status=409)
    recorded.respond(missing(), conflict, found())
    response = recorded.call("upsert_connected_account", "gmail", "user_1")
    assert response.connected_account.id == "ca_1"
    assert [operation for operation, _ in recorded.sent()] == [GET, CREATE, GET]
    recorded.respond(missing(), conflict, found(), None)
    recorded.call("upsert_connected_account", "gmail", "user_1", credentials={"k": "v"})
    assert [operation for operation, _ in recorded.sent()][3:] == [GET, CREATE, GET, UPDATE]


def test_other_errors_pass_through(recorded: RecordedActions) -> None:
    error = ScalekitForbiddenException("no", http_status=403)
    recorded.respond(error)
    with pytest.raises(ScalekitForbiddenException) as caught:
        recorded.call("upsert_connected_account", "gmail", "user_1")
    assert caught.value is error


METHODS = pytest.mark.parametrize(
    "method",
    ["create_connected_account", "update_connected_account", "upsert_connected_account"],
)


@METHODS
@pytest.mark.parametrize(
    ("details", "sent"),
    [
        (
            {"oauth_token": {"access_token": "a", "refresh_token": "r", "scopes": ("s",)}},
            {"oauthToken": {"accessToken": "a", "refreshToken": "r", "scopes": ["s"]}},
        ),
        ({"oauth_token": {}}, {"oauthToken": {}}),
        (
            {"static_auth": {"username": "u", "port": 1, "on": True, "tags": ["a"], "no": None}},
            {
                "staticAuth": {
                    "details": {"username": "u", "port": 1.0, "on": True, "tags": ["a"], "no": None}
                }
            },
        ),
        (
            {"google_dwd": {"subject": "a@b.c", "access_token": "x"}},
            {"googleDwd": {"subject": "a@b.c"}},
        ),
        (
            {"trusted_idp": {"db_user": "u", "access_key_id": "i", "session_token": "s"}},
            {"trustedIdp": {"dbUser": "u", "accessKeyId": "i", "sessionToken": "s"}},
        ),
        ({"oauth_token": None, "static_auth": {"k": "v"}}, {"staticAuth": {"details": {"k": "v"}}}),
    ],
    ids=["oauth", "empty", "static", "dwd", "idp", "none"],
)
def test_each_kind_of_credentials_is_sent(
    method: str, details: Any, sent: dict[str, Any], recorded: RecordedActions
) -> None:
    recorded.call(method, "gmail", "user_1", details)
    assert recorded.sent()[-1][1]["connectedAccount"] == {"authorizationDetails": sent}


@METHODS
def test_credentials_are_static_auth(method: str, recorded: RecordedActions) -> None:
    recorded.call(method, "gmail", "user_1", credentials={"api_key": "k"})
    sent = {"staticAuth": {"details": {"api_key": "k"}}}
    assert recorded.sent()[-1][1]["connectedAccount"] == {"authorizationDetails": sent}


@METHODS
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"authorization_details": {"api_key": SECRET}}, "not 'api_key'; pass API keys"),
        (
            {"authorization_details": {"oauth_token": {}, "static_auth": {}}},
            "exactly one of the keys .* not oauth_token and static_auth",
        ),
        ({"authorization_details": {"oauth_token": None}}, "exactly one of the keys .* not none"),
        ({"authorization_details": SECRET}, "authorization_details must be a dict, not str"),
        (
            {"authorization_details": {"oauth_token": {"acces_token": SECRET}}},
            "has no 'acces_token'; use 'access_token'",
        ),
        ({"authorization_details": {"oauth_token": SECRET}}, "must be a dict, not str"),
        (
            {"authorization_details": {"oauth_token": {"access_token": SECRET.encode()}}},
            "must be a str, not bytes",
        ),
        ({"authorization_details": {"oauth_token": {"scopes": SECRET}}}, "must be a list of str"),
        ({"authorization_details": {"google_dwd": SECRET}}, "must be a dict, not str"),
        ({"authorization_details": {"google_dwd": {}}}, r"\['subject'\] is required"),
        ({"authorization_details": {"trusted_idp": [SECRET]}}, "must be a dict, not list"),
        ({"credentials": {"password": SECRET.encode()}}, r"\['password'\] must be a JSON value"),
        ({"credentials": {"password": SECRET + "\udce9"}}, "contains a lone surrogate"),
        ({"credentials": {1: SECRET}}, "must have keys of type str"),
        ({"credentials": SECRET}, "credentials must be a dict"),
        (
            {"credentials": {"k": SECRET}, "authorization_details": {"static_auth": {"k": SECRET}}},
            "mutually exclusive",
        ),
        ({"credentails": {"k": SECRET}}, "has no 'credentails'; use 'credentials'"),
        ({"static_auth": {"k": SECRET}}, "has no 'static_auth'; use 'credentials'"),
        ({"apiConfig": {"k": SECRET}}, "has no 'apiConfig'; use 'api_config'"),
        (
            {"api_config": {"time": object()}},
            r"api_config\['time'\] must be a JSON value, not object",
        ),
    ],
)
def test_invalid_credentials_are_rejected_without_showing_them(
    method: str, arguments: dict[str, Any], message: str, recorded: RecordedActions
) -> None:
    with pytest.raises(ScalekitArgumentException, match=message) as caught:
        recorded.call(method, "gmail", "user_1", **arguments)
    assert SECRET not in str(caught.value)
    assert recorded.sent() == []
