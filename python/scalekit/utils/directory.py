"""Messages of directory listings under the names of ``scalekit-sdk-python``, for compatibility."""

from __future__ import annotations

from scalekit.v1.directories.directories_pb2 import DirectoryGroup as DirGroup
from scalekit.v1.directories.directories_pb2 import DirectoryUser as DirUser
from scalekit.v1.directories.directories_pb2 import (
    ListDirectoryGroupsResponse as ListDirGroupsResponse,
)
from scalekit.v1.directories.directories_pb2 import (
    ListDirectoryUsersResponse as ListDirUsersResponse,
)

__all__ = ["DirGroup", "DirUser", "ListDirGroupsResponse", "ListDirUsersResponse"]
