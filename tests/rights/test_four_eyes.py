"""V23, over the whole story: nobody decides on what he handed in himself, nor signs what only he has reviewed."""

from tests.rights.conftest import Scene
from tests.rights.routes import ALL_ROUTES


async def test_whoever_handed_it_in_is_refused_on_every_route_that_reviews_or_decides(scene: Scene) -> None:
    expected = {(route.service, route.name) for route in ALL_ROUTES if route.right.four_eyes}

    assert {(tried.route.service, tried.route.name) for tried in scene.recorder.tried} == expected
    assert [t for t in scene.recorder.tried if (t.status, t.rule) != (403, "V23")] == []
