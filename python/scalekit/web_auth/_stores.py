"""Stores that the processes of an application share."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class SessionStore(Protocol):
    """A key-value store, with blocking methods.

    Keys and values are ASCII text; sessions in values are encrypted. Methods may raise any
    exception if the store cannot be reached.
    """

    def get(self, key: str) -> str | None:
        """Returns the value of `key`, or ``None`` if it is missing or has expired."""

    def set(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
        """Sets a value for `lifetime` seconds. With `if_absent`, only if `key` is missing, as one
        atomic step. Returns ``True`` if the value was set.
        """

    def delete(self, key: str) -> None:
        """Deletes `key`. A missing key is not an error."""


@runtime_checkable
class AsyncSessionStore(Protocol):
    """Like :class:`SessionStore`, with coroutine functions."""

    async def get(self, key: str) -> str | None:
        """See :meth:`SessionStore.get`."""

    async def set(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
        """See :meth:`SessionStore.set`."""

    async def delete(self, key: str) -> None:
        """See :meth:`SessionStore.delete`."""


class MemoryStore:
    """A store in the memory of this process, for tests and for applications of one process."""

    def __init__(self) -> None:
        """Creates an empty store."""
        self._values: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """See :meth:`SessionStore.get`."""
        with self._lock:
            value, end = self._values.get(key, (None, 0.0))
        return value if time.monotonic() < end else None

    def set(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
        """See :meth:`SessionStore.set`."""
        now = time.monotonic()
        with self._lock:
            self._values = {key: one for key, one in self._values.items() if now < one[1]}
            if if_absent and key in self._values:
                return False
            self._values[key] = (value, now + lifetime)
            return True

    def delete(self, key: str) -> None:
        """See :meth:`SessionStore.delete`."""
        with self._lock:
            self._values.pop(key, None)

    async def run_async(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Calls a method without a thread: it does not wait."""
        return function(*arguments)


class RedisStore:
    """A store in Redis or Valkey, with a client of redis-py.

    Args:
        client: a ``redis.Redis``, or a ``redis.asyncio.Redis`` for FastAPI and async Django.
        prefix: a prefix of all keys.
    """

    get: Callable[..., Any]
    set: Callable[..., Any]
    delete: Callable[..., Any]

    def __init__(self, client: Any, prefix: str = "") -> None:
        """Selects blocking or async methods by the type of the client."""
        self._client = client
        self._prefix = prefix
        is_async = inspect.iscoroutinefunction(client.execute_command)
        self.get = self._get_async if is_async else self._get
        self.set = self._set_async if is_async else self._set
        self.delete = self._delete_async if is_async else self._delete

    def _get(self, key: str) -> str | None:
        return _text(self._client.get(self._prefix + key))

    def _set(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
        return bool(self._client.set(self._prefix + key, value, ex=lifetime, nx=if_absent))

    def _delete(self, key: str) -> None:
        self._client.delete(self._prefix + key)

    async def _get_async(self, key: str) -> str | None:
        return _text(await self._client.get(self._prefix + key))

    async def _set_async(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
        return bool(await self._client.set(self._prefix + key, value, ex=lifetime, nx=if_absent))

    async def _delete_async(self, key: str) -> None:
        await self._client.delete(self._prefix + key)


class DjangoCacheStore:
    """A store in a cache of Django.

    The cache must be shared by all processes, such as Redis, Memcached or the database. The local
    memory cache is not.

    Args:
        alias: the name of the cache in ``CACHES``.
    """

    def __init__(self, alias: str = "default") -> None:
        """Looks up the cache when it is first used."""
        self._alias = alias

    @property
    def _cache(self) -> Any:
        from django.core.cache import caches

        return caches[self._alias]

    def get(self, key: str) -> str | None:
        """See :meth:`SessionStore.get`."""
        value: str | None = self._cache.get(key)
        return value

    def set(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
        """See :meth:`SessionStore.set`."""
        if if_absent:
            return bool(self._cache.add(key, value, lifetime))
        self._cache.set(key, value, lifetime)
        return True

    def delete(self, key: str) -> None:
        """See :meth:`SessionStore.delete`."""
        self._cache.delete(key)

    async def run_async(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Calls a method in the thread in which Django runs synchronous code."""
        from asgiref.sync import sync_to_async

        return await sync_to_async(function)(*arguments)


def _text(value: bytes | str | None) -> str | None:
    return value.decode() if isinstance(value, bytes) else value


class StoreCommands:
    """Runs the commands of the core on a store."""

    def __init__(self, store: Any) -> None:
        """Detects whether the methods of the store are coroutine functions."""
        self._store = store
        self.is_async = inspect.iscoroutinefunction(store.get)
        self._run_async = getattr(store, "run_async", _in_thread)

    def run(self, command: dict[str, Any]) -> dict[str, Any]:
        """Runs a command. A failure of the store is part of the answer."""
        name = command["command"]
        try:
            return _answer(name, getattr(self._store, name)(*_arguments(command)))
        except Exception as error:
            return _failure(error)

    async def run_async(self, command: dict[str, Any]) -> dict[str, Any]:
        """Runs a command without blocking the event loop."""
        if not self.is_async:
            result: dict[str, Any] = await self._run_async(self.run, command)
            return result
        name = command["command"]
        try:
            return _answer(name, await getattr(self._store, name)(*_arguments(command)))
        except Exception as error:
            return _failure(error)


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    import asyncio

    return await asyncio.to_thread(function, *arguments)


def _arguments(command: dict[str, Any]) -> tuple[Any, ...]:
    key = command["key"]
    if command["command"] != "set":
        return (key,)
    return (key, command["value"], command["lifetime"], command.get("if_absent", False))


def _answer(command: str, result: Any) -> dict[str, Any]:
    return {
        "get": {"value": result},
        "set": {"set": bool(result)},
        "delete": {},
    }[command]


def _failure(error: Exception) -> dict[str, Any]:
    return {"error": f"{type(error).__name__}: {error}"}
