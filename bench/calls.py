"""`calls.py client|sockets ORGANIZATION_ID THREADS`: get_organization from Python, the twin of `floor`.

`client` calls through the installed wheel. `sockets` says what threads of Python could reach at best: each
sends one request as prepared bytes over a plain socket, receives, and only makes the objects that the
documented API is about, the request message and the answer. Says `ready`, then answers every line on its
standard input with the microseconds of one call, all threads together, over a round of about 20 ms.
"""

import socket
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from worker import serve

from scalekit import ScalekitClient
from scalekit.v1.organizations.organizations_pb2 import GetOrganizationRequest, GetOrganizationResponse

CLIENT = ScalekitClient.from_env()


def through_client(organization_id: str) -> Callable[[int], None]:
    call = CLIENT.organization.get_organization

    def run(count: int) -> None:
        for _ in range(count):
            call(organization_id)

    return run


def through_socket(organization_id: str) -> Callable[[int], None]:
    url = urlsplit(CLIENT.core_client.env_url)
    head = f"GET /api/v1/organizations/{organization_id} HTTP/1.1\r\nhost: {url.netloc}"
    request = f"{head}\r\nauthorization: Bearer {CLIENT.get_client_access_token()}\r\n\r\n".encode()
    answer = CLIENT.organization.get_organization(organization_id)[0].SerializeToString()
    connection = socket.create_connection((url.hostname, url.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.send(request)
    assert b" 200 OK" in connection.recv(65536)

    def run(count: int) -> None:
        for _ in range(count):
            GetOrganizationRequest(id=organization_id).SerializeToString()
            connection.send(request)
            connection.recv(65536)
            GetOrganizationResponse.FromString(answer)

    return run


def main() -> None:
    how, organization_id, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    make = {"client": through_client, "sockets": through_socket}[how]
    serve([make(organization_id) for _ in range(threads)])


if __name__ == "__main__":
    main()
