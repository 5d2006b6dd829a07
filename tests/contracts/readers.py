"""Who reads what: each handler's model, and notifications' news and feed."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple, get_args

from pydantic import AliasChoices, AliasPath, BaseModel

from services.notifications.deliveries.commands import deliver
from services.notifications.handlers import NEWS
from services.notifications.inboxes.commands import write_messages
from tests.contracts.publishers import BY_TYPE
from tests.servers import SERVICES

Path = tuple[str, ...]
Model = type[BaseModel]


class Reader(NamedTuple):
    """`model` is None where the whole document is passed on: regional systems may read any field of it."""

    service: str
    handler: str
    wire_type: str
    model: Model | None

    @property
    def name(self) -> str:
        return f"{self.service}.{self.handler}"

    def reads(self, path: Path) -> bool:
        """The field itself, something in it, or something around it; not a neighbour in the same object."""
        if self.model is None:
            return True
        read = {each for choices in fields_read(self.model) for each in choices}
        innermost = read - {each[:-1] for each in read}
        return any(path[: len(each)] == each[: len(path)] for each in innermost)


def fields_read(model: Model, within: Path = ()) -> Iterator[tuple[Path, ...]]:
    """For each field the paths at which the model looks for it: several where it takes the first that is there."""
    for name, field in model.model_fields.items():
        alias = field.validation_alias or name
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        paths = [(*within, str(each.path[0] if isinstance(each, AliasPath) else each)) for each in choices]
        yield tuple(paths)
        for inner in _models_in(field.annotation):
            for path in paths:
                yield from fields_read(inner, path)


def _models_in(annotation: Any) -> Iterator[Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _handlers_of(service: str) -> Iterator[Reader]:
    handlers: Mapping[str, tuple[Model, Any]] = import_module(f"services.{service}.handlers").HANDLERS
    for wire_type, (model, handle) in handlers.items():
        yield Reader(service, handle.__name__, wire_type, model)


def _feed() -> Iterator[Reader]:
    for wire_type, event in BY_TYPE.items():
        if event.source != "notifications":
            yield Reader("notifications", deliver.__name__, wire_type, None)


READERS: Final[tuple[Reader, ...]] = (
    *(reader for service in SERVICES for reader in _handlers_of(service)),
    *(Reader("notifications", write_messages.__name__, wire_type, model) for wire_type, model in NEWS.items()),
    *_feed(),
)


def readers_of(wire_type: str, path: Path = ()) -> list[str]:
    """The names of those who read the field, or the event at all."""
    return sorted({reader.name for reader in READERS if reader.wire_type == wire_type and reader.reads(path)})
