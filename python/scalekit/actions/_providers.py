"""Methods for custom providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from scalekit._runtime.generator_methods import Async, Blocking, Steps, method
from scalekit.actions import types
from scalekit.common.exceptions import ScalekitArgumentException

if TYPE_CHECKING:
    from scalekit.providers import AsyncProvidersClient, ProvidersClient

T = TypeVar("T")


class ProviderMethods:
    """Methods for custom providers: third-party services that you add."""

    _providers_client: Any

    @method
    def create_custom_provider(
        self, request: types.CreateCustomProviderRequest
    ) -> Steps[types.CreateCustomProviderResponse]:
        """Creates a custom provider.

        Raises:
            ScalekitConflictException: a provider with this name exists.
        """
        request = _checked(request, types.CreateCustomProviderRequest)
        message, _ = yield self._providers_client.create_custom_provider(
            display_name=request.display_name,
            proxy_url=request.proxy_url,
            proxy_enabled=request.proxy_enabled,
            description=request.description,
            auth_patterns=request.auth_patterns or None,
            icon_src=request.icon_src,
            metadata=request.metadata or None,
        )
        return types.CreateCustomProviderResponse.from_proto(message)

    @method
    def update_custom_provider(
        self, request: types.UpdateCustomProviderRequest
    ) -> Steps[types.UpdateCustomProviderResponse]:
        """Updates a custom provider. Fields that are ``None`` are not sent.

        ``proxy_enabled`` cannot be changed.
        """
        request = _checked(request, types.UpdateCustomProviderRequest)
        message, _ = yield self._providers_client.update_custom_provider(
            identifier=request.identifier,
            display_name=request.display_name,
            proxy_url=request.proxy_url,
            description=request.description,
            auth_patterns=request.auth_patterns,
            icon_src=request.icon_src,
            metadata=request.metadata,
        )
        return types.UpdateCustomProviderResponse.from_proto(message)

    @method
    def list_providers(
        self, request: types.ListProvidersRequest
    ) -> Steps[types.ListProvidersResponse]:
        """Lists built-in or custom providers, page by page."""
        request = _checked(request, types.ListProvidersRequest)
        message, _ = yield self._providers_client.list_providers(
            page_size=request.page_size,
            page_token=request.page_token,
            provider_type=request.provider_type,
            identifier=request.identifier,
        )
        return types.ListProvidersResponse.from_proto(message)

    @method
    def delete_custom_provider(
        self, request: types.DeleteCustomProviderRequest
    ) -> Steps[types.DeleteCustomProviderResponse]:
        """Deletes a custom provider. Its connected accounts remain."""
        request = _checked(request, types.DeleteCustomProviderRequest)
        message, _ = yield self._providers_client.delete_custom_provider(
            identifier=request.identifier
        )
        return types.DeleteCustomProviderResponse.from_proto(message)


class ActionProviders(ProviderMethods, Blocking):
    """``client.actions.providers``: custom providers."""

    def __init__(self, providers_client: ProvidersClient) -> None:
        """Uses the service client `providers_client`."""
        self._providers_client = providers_client


class AsyncActionProviders(ProviderMethods, Async):
    """``client.actions.providers`` for asyncio."""

    def __init__(self, providers_client: AsyncProvidersClient) -> None:
        """Uses the service client `providers_client`."""
        self._providers_client = providers_client


def _checked(request: T, kind: type[T]) -> T:
    if not isinstance(request, kind):
        raise ScalekitArgumentException(
            f"request must be a {kind.__name__}, not {type(request).__name__}"
        )
    return request
