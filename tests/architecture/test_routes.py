"""What must hold for every route of every service."""

from collections.abc import Callable, Iterator
from inspect import iscoroutinefunction
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.http import writes
from shared.http.rights import let_in_by
from tests.openapi.generate import app_of
from tests.servers import SERVICES

SETS_THE_CLOCK = ({"PUT"}, "/ops/v1/clock")
"""Twice is once by itself, and it is there for demonstrations only."""


def routes_of(app: FastAPI) -> Iterator[Any]:
    for route in app.routes:
        assert isinstance(route, APIRoute), f"{route} is none of ours"
        yield route


def calls_of(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for dependency in dependant.dependencies:
        if dependency.call:
            yield dependency.call
        yield from calls_of(dependency)


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_says_who_may_call_it(service: str) -> None:
    for route in routes_of(app_of(service)):
        rules = [call for call in calls_of(route.dependant) if let_in_by(call)]
        assert rules, f"{route.methods} {route.path} has no rule"


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_waits_for_a_thread(service: str) -> None:
    for route in routes_of(app_of(service)):
        for call in [route.endpoint, *calls_of(route.dependant)]:
            assert iscoroutinefunction(call), f"{route.methods} {route.path}: {call} is not async"


@pytest.mark.parametrize("service", SERVICES)
def test_every_write_takes_an_idempotency_key(service: str) -> None:
    for route in routes_of(app_of(service)):
        if route.methods != {"GET"} and (route.methods, route.path) != SETS_THE_CLOCK:
            assert writes.keyed_write in calls_of(route.dependant), f"{route.methods} {route.path}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_name_a_tag_and_a_description(service: str) -> None:
    for path, verbs in app_of(service).openapi()["paths"].items():
        for verb, operation in verbs.items():
            assert operation.get("tags"), f"{verb} {path} has no tag"
            assert operation.get("description"), f"{verb} {path} has no description"
