"""The types of events that can be subscribed to: those whose contracts the services publish that we listen to.

Not those of who acts for an organisation: the registry shows that for a reason only, and logs each reading.
"""

from importlib.resources import files
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from services.notifications.subscriptions.rules import TYPE
from shared.http.auth import public
from shared.http.body import Page
from shared.http.etags import read_response
from shared.http.routing import resource

PUBLISHERS: Final = ("recommendations", "registry", "reporting")
PERSONAL: Final = frozenset({"MemberAdded", "MemberRemoved"})
"""Of any version. Nobody can name them, and `*` does not mean them."""


def is_personal(type_: str) -> bool:
    return type_.split(".")[2] in PERSONAL


def _published() -> list[str]:
    contracts = files("shared.contracts")
    names = [
        f"singo.{service}.{file.name.removesuffix('.json')}"
        for service in PUBLISHERS
        for file in (contracts / service).iterdir()
        if file.name.endswith(".json") and not file.name.endswith(".example.json")
    ]
    return sorted(name for name in names if not is_personal(name))


PUBLISHED: Final = _published()
"""Full names, such as `singo.reporting.VisitAnnounced.v1`."""

_KNOWN: Final = frozenset({"*", *PUBLISHED, *(name.split(".")[2] for name in PUBLISHED)})
"""What a subscription may name: all, a full name, or a name for all its versions."""


def _known(name: str) -> str:
    if name not in _KNOWN:
        raise PydanticCustomError("unknown_event_type", "is no type of event: /v1/event-types lists them")
    return name


TypeName = Annotated[str, StringConstraints(max_length=100, pattern=f"^(?:{TYPE})$"), AfterValidator(_known)]

router = resource("/event-types", tag="subscriptions", dependencies=[Depends(public)])


class EventTypePage(Page[TypeName]):
    """All event types. There is one page."""


@router.get("", response_model=EventTypePage)
async def list_event_types(request: Request) -> Response:
    """All types of events that can be subscribed to, by name."""
    return read_response(request, EventTypePage(items=PUBLISHED))
