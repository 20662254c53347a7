"""The arguments for the deletion of a custom provider."""

from __future__ import annotations

from scalekit._runtime.checks import length
from scalekit._runtime.model import Model


class DeleteCustomProviderRequest(Model):
    """The arguments for the deletion of a custom provider."""

    identifier: str

    def _check(self) -> None:
        length("DeleteCustomProviderRequest.identifier", self.identifier, 1)
