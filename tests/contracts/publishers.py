"""Every event class that the services publish."""

from importlib import import_module
from typing import Final

from shared.events.envelope import Event
from tests.servers import SERVICES


def _published(service: str) -> list[type[Event]]:
    module = import_module(f"services.{service}.events")
    classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Event)]
    # Bases say what a group of events has in common; only what nobody derives from is sent.
    return [each for each in classes if each.__module__ == module.__name__ and not each.__subclasses__()]


EVENTS: Final[tuple[type[Event], ...]] = tuple(event for service in SERVICES for event in _published(service))
BY_TYPE: Final = {event.wire_type(): event for event in EVENTS}
