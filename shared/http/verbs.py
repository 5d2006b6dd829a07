"""Which verbs an address knows: for `Allow` (RFC 9110, section 10.2.1)."""

from functools import lru_cache

from fastapi import FastAPI
from fastapi.routing import APIRoute


def verbs_of(app: FastAPI, path: str) -> list[str]:
    """All verbs of all routes that match the path, with those that we answer ourselves; none: there is no route."""
    if path in (fixed := fixed_addresses(app)):
        return fixed[path]
    verbs = set[str]()
    for route in app.routes:
        if isinstance(route, APIRoute) and route.path_regex.match(path):
            verbs |= route.methods or set()
    return _with_ours(verbs) if verbs else []


@lru_cache(maxsize=16)  # of a process there is one; tests make many
def fixed_addresses(app: FastAPI) -> dict[str, list[str]]:
    """Addresses without a variable part, and what they know; `/stories/written` is no story that could be changed."""
    verbs: dict[str, set[str]] = {}
    for route in app.routes:
        if isinstance(route, APIRoute) and "{" not in route.path_format:
            verbs.setdefault(route.path_format, set()).update(route.methods or ())
    return {path: _with_ours(known) for path, known in verbs.items()}


def _with_ours(verbs: set[str]) -> list[str]:
    return sorted(verbs | {"OPTIONS"} | ({"HEAD"} if "GET" in verbs else set()))
