"""`calls.py client|sockets ORGANIZATION_ID THREADS`: measures get_organization from Python.

`client` calls the installed wheel. `sockets` measures the maximum that Python threads can reach:
each thread sends the bytes of a prepared request over a plain socket, receives the response, and
creates only the request message and the response message. See `worker.serve` for the protocol.
"""

import socket
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from worker import serve

from scalekit import ScalekitClient
from scalekit.v1.organizations.organizations_pb2 import (
    GetOrganizationRequest,
    GetOrganizationResponse,
)

CLIENT = ScalekitClient.from_env()


def through_client(organization_id: str) -> Callable[[int], None]:
    call = CLIENT.organization.get_organization

    def run(count: int) -> None:
        for _ in range(count):
            call(organization_id)

    return run


def through_socket(organization_id: str) -> Callable[[int], None]:
    url = urlsplit(CLIENT.env_url)
    head = f"GET /api/v1/organizations/{organization_id} HTTP/1.1\r\nhost: {url.netloc}"
    request = f"{head}\r\nauthorization: Bearer {CLIENT.get_client_access_token()}\r\n\r\n".encode()
    response = CLIENT.organization.get_organization(organization_id)[0].SerializeToString()
    connection = socket.create_connection((url.hostname, url.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.send(request)
    assert b" 200 OK" in connection.recv(65536)

    def run(count: int) -> None:
        for _ in range(count):
            GetOrganizationRequest(id=organization_id).SerializeToString()
            connection.send(request)
            connection.recv(65536)
            GetOrganizationResponse.FromString(response)

    return run


def main() -> None:
    mode, organization_id, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    make = {"client": through_client, "sockets": through_socket}[mode]
    serve([make(organization_id) for _ in range(threads)])


if __name__ == "__main__":
    main()
