"""The table of rights, the routes' guards and the printed page say the same."""

import pytest

from shared.http.rights import ANYBODY, SIGNED_IN, Reach
from tests.rights import page
from tests.rights.routes import ALL_ROUTES, Route, guards, rights_of, routes
from tests.servers import SERVICES

SIGNED = {SIGNED_IN: Reach.SELF}


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_a_row_and_every_row_a_route(service: str) -> None:
    assert {route.name for route in routes(service)} == set(rights_of(service))


@pytest.mark.parametrize("route", ALL_ROUTES, ids=lambda route: f"{route.service} {route.name}")
def test_the_guard_of_a_route_lets_in_whom_the_table_names(route: Route) -> None:
    said = guards(route.route.dependant)
    narrower = [grants for grants in said if grants != SIGNED]

    assert said, "the route has no guard"
    assert len(narrower) <= 1, f"several guards: {narrower}"
    assert (narrower or [SIGNED])[0] == route.right.grants


@pytest.mark.parametrize("route", ALL_ROUTES, ids=lambda route: f"{route.service} {route.name}")
def test_nothing_is_changed_by_anybody_and_nothing_personal_is_shown_to_anybody(route: Route) -> None:
    if route.is_write or route.right.personal:
        assert ANYBODY not in route.right.grants


def test_the_page_is_what_the_tables_say() -> None:
    assert page.PAGE.read_text() == page.text(), "run `python -m tests.rights.page`"
