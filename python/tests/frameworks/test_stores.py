"""Stores of sessions, with a real Redis server."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
import redis.asyncio
from redis_server import running_redis
from web_apps import REDIRECT_URI, SECRET

from scalekit import ScalekitArgumentException, ScalekitClient
from scalekit.web_auth import DjangoCacheStore, MemoryStore, RedisStore, SessionStore, WebAuth


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def django_cache() -> DjangoCacheStore:
    from django.conf import settings

    if not settings.configured:
        settings.configure(STATIC_URL="/static/", ALLOWED_HOSTS=["*"], SECRET_KEY="s")
    return DjangoCacheStore()


Call = Callable[..., Any]


@pytest.fixture(params=["memory", "redis", "redis_text", "redis_async", "django"])
def call(
    request: pytest.FixtureRequest, redis_url: str, django_cache: DjangoCacheStore
) -> Iterator[Call]:
    """Calls a method of a store."""
    kind = request.param
    if kind == "redis_async":
        loop = asyncio.new_event_loop()
        client: Any = redis.asyncio.Redis.from_url(redis_url)
        store: Any = RedisStore(client, prefix="async:")
        assert inspect.iscoroutinefunction(store.get)
        yield lambda name, *arguments: loop.run_until_complete(getattr(store, name)(*arguments))
        loop.run_until_complete(client.aclose())
        loop.close()
        return
    stores: dict[str, Any] = {"memory": MemoryStore, "django": lambda: django_cache}
    if kind in stores:
        store = stores[kind]()
        yield lambda name, *arguments: getattr(store, name)(*arguments)
        return
    with redis.Redis.from_url(redis_url, decode_responses=kind == "redis_text") as blocking:
        store = RedisStore(blocking, prefix=f"{kind}:")
        assert isinstance(store, SessionStore)
        yield lambda name, *arguments: getattr(store, name)(*arguments)


def test_a_store_keeps_values_for_their_lifetime(call: Call) -> None:
    assert call("get", "scalekit:a") is None
    assert call("set", "scalekit:a", "1", 60, False) is True
    assert call("get", "scalekit:a") == "1"
    assert call("set", "scalekit:a", "2", 60, True) is False
    assert call("get", "scalekit:a") == "1"
    assert call("set", "scalekit:a", "2", 1, False) is True
    assert call("get", "scalekit:a") == "2"
    time.sleep(1.2)
    assert call("get", "scalekit:a") is None
    assert call("set", "scalekit:a", "3", 60, True) is True
    call("delete", "scalekit:a")
    call("delete", "scalekit:a")
    assert call("get", "scalekit:a") is None


def test_an_async_store_needs_asyncio(redis_url: str) -> None:
    from scalekit.frameworks.flask import ScalekitAuth

    store = RedisStore(redis.asyncio.Redis.from_url(redis_url))
    options: Any = {"redirect_uri": REDIRECT_URI, "cookie_encryption_secret": SECRET}
    options["client"] = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
    with pytest.raises(ValueError, match="store must be blocking"):
        ScalekitAuth(store=store, **options)
    auth = WebAuth(store=store, **options)
    with pytest.raises(ValueError, match="store is async"):
        auth.revoke("ses_1")
    asyncio.run(revoke_and_close(auth, store))
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("scalekit:revoked:ses_1") == b"1"


async def revoke_and_close(auth: WebAuth, store: Any) -> None:
    await auth.revoke_async("ses_1")
    await store._client.aclose()


class Slow:
    """A blocking store of an application."""

    def get(self, key: str) -> str | None:
        return None

    def set(self, key: str, value: str, lifetime: int, if_absent: bool) -> bool:
        time.sleep(0.2)
        return True

    def delete(self, key: str) -> None:
        pass


def test_a_blocking_store_does_not_block_the_event_loop() -> None:
    client = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
    auth = WebAuth(
        client=client, redirect_uri=REDIRECT_URI, cookie_encryption_secret=SECRET, store=Slow()
    )

    async def main() -> int:
        ticks = 0
        task = asyncio.ensure_future(auth.revoke_async("ses_1"))
        while not task.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await task
        return ticks

    assert asyncio.run(main()) > 5


def test_revoking_needs_a_store() -> None:
    client = ScalekitClient("https://acme.scalekit.com", "skc_1", "secret")
    auth = WebAuth(client=client, redirect_uri=REDIRECT_URI, cookie_encryption_secret=SECRET)
    event = {"type": "session.revoked", "data": {"session_id": "ses_1"}}
    with pytest.raises(ValueError, match="requires a store"):
        auth.handle_event(event)
    with pytest.raises(ValueError, match="requires a store"):
        asyncio.run(auth.revoke_async("ses_1"))
    assert auth.handle_event({"type": "user.created"}) is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"cookie_name": "a b"}, "cookie_name"),
        ({"cookie_names": "a"}, "unknown option: cookie_names"),
        ({"redirect_uri": "/callback"}, "redirect_uri"),
        ({"cookie_encryption_secret": "short"}, "32"),
        ({"cookie_same_site": "some"}, "cookie_same_site"),
        ({"cookie_name": object()}, "wrong type"),
        ({"client": None}, "set client, or env_url, client_id, client_secret"),
        ({"scopes": ["profile"]}, "openid"),
    ],
)
def test_a_wrong_option_is_an_error(options: Any, text: str) -> None:
    given = {
        "client": ScalekitClient("https://acme.scalekit.com", "skc_1", "secret"),
        "redirect_uri": REDIRECT_URI,
        "cookie_encryption_secret": SECRET,
    }
    with pytest.raises(ScalekitArgumentException, match=text) as caught:
        WebAuth(**{**given, **options})
    assert "short" not in str(caught.value)
