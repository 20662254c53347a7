"""What methods return that give neither the message nor one of its fields."""

from __future__ import annotations

from scalekit.common.exceptions import ScalekitNotFoundException
from scalekit.common.status import StatusCode
from scalekit.v1.directories.directories_pb2 import Directory, ListDirectoriesResponse

PrimaryDirectory = Directory


def primary_directory(message: ListDirectoriesResponse) -> Directory:
    """The first directory of a list; an organization without one is like one that does not exist."""
    if not message.directories:
        raise ScalekitNotFoundException(
            "the organization has no directory",
            http_status=404,
            grpc_status=StatusCode.NOT_FOUND,
            operation="DirectoryService.ListDirectories",
        )
    return message.directories[0]
