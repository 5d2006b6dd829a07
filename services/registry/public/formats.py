"""The register as a file: CSV, JSON, GeoJSON, written row by row."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic_core import to_json

from services.registry.public.dictionary import COLUMNS, LICENCE, PLACES, SEPARATOR
from services.registry.public.rules import safe_cell
from services.registry.public.views import Entry
from shared.http.downloads import Spool

Rows = AsyncIterator[Mapping[str, Any]]

SHOWN_OF_PLACES: Final = tuple(field.name for field in PLACES)


async def write_csv(spool: Spool, entries: Rows, *, as_of: date) -> None:
    spool.write(_line([column.name for column in COLUMNS]))
    async for entry in entries:
        cells = _cells(entry) | {"as_of": as_of}
        spool.write(_line([cells[column.name] for column in COLUMNS]))


async def write_json(spool: Spool, entries: Rows, *, as_of: date) -> None:
    head = to_json({"as_of": as_of, "licence": LICENCE})
    spool.write(head[:-1] + b',"items":[')
    between = b"\n"
    async for entry in entries:
        spool.write(between + Entry.of(entry).model_dump_json().encode())
        between = b",\n"
    spool.write(b"]}\n")


async def write_geojson(spool: Spool, places: Rows, *, as_of: date) -> None:
    head = to_json({"type": "FeatureCollection", "as_of": as_of, "licence": LICENCE})
    spool.write(head[:-1] + b',"features":[')
    between = b"\n"
    async for place in places:
        spool.write(between + to_json(_feature(place)))
        between = b",\n"
    spool.write(b"]}\n")


def _feature(place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": f"{place['agreement_id']}/{place['region']}/{place['organisation_id']}",
        "geometry": {"type": "Point", "coordinates": [place["lon"], place["lat"]]},
        "properties": {name: place[name] for name in SHOWN_OF_PLACES},
    }


def _cells(entry: Mapping[str, Any]) -> dict[str, Any]:
    agreements: Sequence[Mapping[str, Any]] = entry["agreements"]
    known = entry["standing_is_known"]
    return {
        **entry,
        "agreements": [agreement["number"] for agreement in agreements],
        "regions": sorted({region for agreement in agreements for region in agreement["regions"]}),
        "until": max((agreement["until"] for agreement in agreements), default=None),
        "successor_id": entry["successor"] and entry["successor"]["id"],
        "compliance": ("late" if entry["overdue_obligations"] else "on_time") if known else None,
        **({} if known else dict.fromkeys(("overdue_obligations", "days_late", "foreign_staff_in_post"))),
    }


def _line(cells: Sequence[Any]) -> bytes:
    """RFC 4180."""
    line = io.StringIO()
    csv.writer(line).writerow([_text(cell) for cell in cells])
    return line.getvalue().encode()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_cell(cell)
    if isinstance(cell, list):
        return safe_cell(SEPARATOR.join(cell))
    return str(cell)
