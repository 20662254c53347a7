"""The gRPC status codes, without a dependency on gRPC."""

from __future__ import annotations

import enum


class StatusCode(enum.Enum):
    """The status of a call, with the names and values of ``grpc.StatusCode``.

    A member equals (and hashes like) the member of ``grpc.StatusCode`` of the same name, so code that
    compares with grpc's own enum keeps working where grpc is installed.
    """

    OK = (0, "ok")
    CANCELLED = (1, "cancelled")
    UNKNOWN = (2, "unknown")
    INVALID_ARGUMENT = (3, "invalid argument")
    DEADLINE_EXCEEDED = (4, "deadline exceeded")
    NOT_FOUND = (5, "not found")
    ALREADY_EXISTS = (6, "already exists")
    PERMISSION_DENIED = (7, "permission denied")
    RESOURCE_EXHAUSTED = (8, "resource exhausted")
    FAILED_PRECONDITION = (9, "failed precondition")
    ABORTED = (10, "aborted")
    OUT_OF_RANGE = (11, "out of range")
    UNIMPLEMENTED = (12, "unimplemented")
    INTERNAL = (13, "internal")
    UNAVAILABLE = (14, "unavailable")
    DATA_LOSS = (15, "data loss")
    UNAUTHENTICATED = (16, "unauthenticated")

    def __eq__(self, other: object) -> bool:
        """Compare by name and value with any enum called ``StatusCode``."""
        if isinstance(other, StatusCode):
            return self is other
        if isinstance(other, enum.Enum) and type(other).__name__ == "StatusCode":
            return self.name == other.name and self.value == other.value
        return NotImplemented

    def __hash__(self) -> int:
        """Hash as every enum does: by name."""
        return hash(self._name_)
