"""What an answer shows of a resource: `fields=id,name` chooses, `expand=organisation` adds a named relation.

Both are allow-lists: the fields of the view, and the relations that its route names. A relation is one level deep and
is loaded for all rows of a page by one statement (`with_related`): the number of statements never depends on the rows.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from shared.errors import FieldError, InvalidInput, is_field_name
from shared.http.body import Page, View

Shown = TypeVar("Shown", bound=View)

NAMES_LENGTH_MAX: Final = 1000
NAMES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Selection:
    """`shown`: names of the fields that go out; `expanded`: the relations among them, which must be loaded."""

    shown: frozenset[str]
    expanded: frozenset[str] = frozenset()

    def of(self, view: type[BaseModel]) -> set[str] | None:
        """What to include of it; none if that is all of it, for to choose takes time."""
        return None if view.model_fields.keys() <= self.shown else {*self.shown}

    def json(self, view: BaseModel) -> bytes:
        return view.model_dump_json(include=self.of(type(view))).encode()


def selects(view: type[View], *relations: str) -> Callable[..., Coroutine[Any, Any, Selection]]:
    """A dependency that reads `fields`, and `expand` where the view has relations: fields that are null by default."""
    own = tuple(name for name in view.model_fields if name not in relations)
    fields_query = Query(
        max_length=NAMES_LENGTH_MAX,
        description=f"Only these fields, with commas: {', '.join(own)}",
        json_schema_extra={"pattern": _list_of(own)},
    )
    expand_query = Query(
        max_length=NAMES_LENGTH_MAX,
        description=f"Also these relations, with commas, one level deep: {', '.join(relations)}",
        json_schema_extra={"pattern": _list_of(relations)},
    )

    async def fields_only(fields: Annotated[str | None, fields_query] = None) -> Selection:
        return Selection(_names("fields", fields, own) or frozenset(own))

    async def fields_and_relations(
        fields: Annotated[str | None, fields_query] = None, expand: Annotated[str | None, expand_query] = None
    ) -> Selection:
        expanded = _names("expand", expand, relations)
        return Selection((_names("fields", fields, own) or frozenset(own)) | expanded, expanded)

    return fields_and_relations if relations else fields_only


def _list_of(names: Sequence[str]) -> str:
    """For the document; what is wrong with a list is said name by name."""
    one = f"({'|'.join(names)})"
    return f"^{one}(,{one}){{0,{NAMES_MAX - 1}}}$"


def _names(parameter: str, given: str | None, allowed: Sequence[str]) -> frozenset[str]:
    if given is None:
        return frozenset()
    names = given.split(",")
    if len(names) > NAMES_MAX:
        raise InvalidInput.field(f"query:{parameter}", f"must be at most {NAMES_MAX} names")
    known = ", ".join(allowed)
    wrong = [
        FieldError(f"query:{parameter}", f"there is no `{name if is_field_name(name) else '…'}` here; {known}")
        for name in names
        if name not in allowed
    ]
    if wrong:
        raise InvalidInput(f"`{parameter}` names what there is not", errors=wrong)
    return frozenset(names)


async def with_related(
    rows: Sequence[Mapping[str, Any]],
    chosen: Selection,
    relation: str,
    key: str,
    load: Callable[[list[UUID]], Awaitable[Sequence[Mapping[str, Any]]]],
) -> Sequence[Mapping[str, Any]]:
    """The rows with what each row's `key` refers to under `relation`, if it was asked for. `load` is called once."""
    if relation not in chosen.expanded or not rows:
        return rows
    related = {row["id"]: dict(row) for row in await load(list({row[key] for row in rows if row[key] is not None}))}
    return [{**row, relation: related.get(row[key])} for row in rows]


@cache
def partial(view: type[Shown]) -> type[Shown]:
    """The view as it may look with `fields`, where any of them can be missing. For the API's document only."""

    def nothing_required(schema: dict[str, Any]) -> None:
        schema.pop("required", None)

    namespace = {
        "__module__": view.__module__,
        "__doc__": f"{view.__name__} with only the fields that were chosen.",
        "model_config": ConfigDict(json_schema_extra=nothing_required),
    }
    make: Any = type(view)
    made: type[Shown] = make(f"Chosen{view.__name__}", (view,), namespace)
    return made


def shown(view: type[View]) -> Any:
    """What a route with a Selection answers, for the API's document: all fields, or those that were chosen."""
    return view | partial(view)


def shown_page(view: type[View]) -> Any:
    """A page of that."""
    whole: Any = view
    chosen: Any = partial(view)
    return Page[whole] | Page[chosen]
