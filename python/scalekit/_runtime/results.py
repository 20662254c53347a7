"""Functions that compute a method's result from the response message."""

from __future__ import annotations

from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.common.status import StatusCode
from scalekit.v1.directories.directories_pb2 import Directory, ListDirectoriesResponse

PrimaryDirectory = Directory


def primary_directory(message: ListDirectoriesResponse) -> Directory:
    """Returns the first directory of a list. An empty list raises a ScalekitNotFoundException."""
    if not message.directories:
        raise ScalekitNotFoundException(
            "the organization has no directory",
            http_status=404,
            grpc_status=StatusCode.NOT_FOUND,
            operation="DirectoryService.ListDirectories",
        )
    return message.directories[0]
