"""A query string holds what the route knows, each once. A misspelt filter would otherwise show more than was asked."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic_core import PydanticCustomError

from shared.errors import FieldError, InvalidInput, is_field_name
from shared.http.indonesian import field_detail
from shared.http.values import check_query, kinds_of

NAMES_SHOWN_MAX: Final = 10


def expect_known_query(request: Request, known: Mapping[str, Any]) -> None:
    """Raise InvalidInput unless the query string holds parameters that are known (name -> annotation), each once."""
    if not request.scope["query_string"]:
        return
    given = request.query_params.multi_items()
    errors = [
        FieldError(
            f"query:{name}" if is_field_name(name) else "query",
            f"is no parameter of this address; it knows {', '.join(sorted(known)) or 'none'}",
            indonesian=f"bukan parameter alamat ini; yang dikenal: {', '.join(sorted(known)) or 'tidak ada'}",
        )
        for name in dict.fromkeys(name for name, _ in given)
        if name not in known
    ]
    names = [name for name, _ in given]
    errors += [
        FieldError(f"query:{name}", "must be given once", indonesian="hanya boleh disebut satu kali")
        for name in dict.fromkeys(names)
        if names.count(name) > 1 and name in known and get_origin(known[name]) not in (list, set, tuple)
    ]
    errors += [error for name, text in given if name in known for error in _not_as_written(known[name], name, text)]
    if errors:
        raise InvalidInput(
            "the query holds what this address does not take",
            errors=errors[:NAMES_SHOWN_MAX],
            indonesian="kueri memuat yang tidak diterima oleh alamat ini",
        )


def _not_as_written(annotation: Any, name: str, text: str) -> Iterator[FieldError]:
    try:
        check_query(kinds_of(annotation), text)
    except PydanticCustomError as error:
        yield FieldError(f"query:{name}", error.message(), indonesian=field_detail(error.type, error.message(), {}))


def parameters_of(dependant: Dependant) -> dict[str, Any]:
    """Name -> its annotation."""
    return dict(_walk(dependant))


def _walk(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for dependency in dependant.dependencies:
        yield from _walk(dependency)
