"""What must hold for every route of every service."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant

from shared.http import auth, writes
from shared.service import api
from shared.settings import ServiceSettings
from tests.servers import SERVICES

MADE_BY_THE_FRAMEWORK = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}


def app_of(service: str) -> FastAPI:
    settings = ServiceSettings(dsn="postgresql://nowhere", kafka="nowhere:1", oidc_issuer="https://issuer.test")
    return api(import_module(f"services.{service}.__main__").SERVICE, settings)


def routes_of(app: FastAPI) -> Iterator[Any]:
    """All routes with what their routers add to them."""
    for route in app.routes:
        if hasattr(route, "effective_route_contexts"):
            yield from route.effective_route_contexts()
        else:
            assert getattr(route, "path", "") in MADE_BY_THE_FRAMEWORK


def calls_of(dependant: Dependant) -> Iterator[object]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from calls_of(dependency)


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_says_who_may_call_it(service: str) -> None:
    rules = {auth.public, auth.signed_in}

    for route in routes_of(app_of(service)):
        assert rules & set(calls_of(route.dependant)), f"{route.methods} {route.path} has no rule"


@pytest.mark.parametrize("service", SERVICES)
def test_every_write_of_the_domain_takes_an_idempotency_key(service: str) -> None:
    for route in routes_of(app_of(service)):
        if route.path.startswith("/v1/") and route.methods != {"GET"}:
            assert writes.keyed_write in calls_of(route.dependant), f"{route.methods} {route.path}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_name_a_tag_and_a_description(service: str) -> None:
    for path, verbs in app_of(service).openapi()["paths"].items():
        for verb, operation in verbs.items():
            assert operation.get("tags"), f"{verb} {path} has no tag"
            assert operation.get("description"), f"{verb} {path} has no description"
