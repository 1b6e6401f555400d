"""A cache that nobody depends on: without Redis people still sign in, read and save."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger()


def or_default(default: Any) -> Callable:
    """Answer `default` and log one line when Redis does not answer."""

    def decorate(method: Callable) -> Callable:
        def guarded(self: "FailOpenRedisCache", *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                log.warning("cache_unavailable", operation=method.__name__, error=str(error))
                return default(*args, **kwargs) if callable(default) else default

        return guarded

    return decorate


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, for which a Redis that is away is an empty one."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        params.setdefault("OPTIONS", {}).update(socket_timeout=1, socket_connect_timeout=1)
        super().__init__(server, params)

    add = or_default(True)(RedisCache.add)
    get = or_default(lambda key, default=None, version=None: default)(RedisCache.get)
    set = or_default(None)(RedisCache.set)
    touch = or_default(False)(RedisCache.touch)
    delete = or_default(False)(RedisCache.delete)
    get_many = or_default(lambda *args, **kwargs: {})(RedisCache.get_many)
    set_many = or_default(lambda *args, **kwargs: [])(RedisCache.set_many)
    delete_many = or_default(None)(RedisCache.delete_many)
    has_key = or_default(False)(RedisCache.has_key)
    incr = or_default(1)(RedisCache.incr)
    clear = or_default(False)(RedisCache.clear)
