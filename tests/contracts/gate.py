"""The gate: what is published fits everything that was ever released, or the readers that it would break are named."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from shared.contracts.compatibility import breaks
from shared.contracts.schemas import HEADERS
from tests.contracts.readers import readers_of
from tests.servers import SERVICES

FOLDER: Final = Path(__file__).parents[2] / "shared" / "contracts"
RELEASED: Final = FOLDER / "released"

Schemas = Mapping[str, Mapping[str, Any]]
"""Contract (`registry/NgoApplied.v1`) -> schema."""


def releases() -> dict[int, Schemas]:
    """What each release brought, or changed, oldest first."""
    numbers = sorted(int(folder.name) for folder in RELEASED.iterdir())
    return {number: _schemas_in(RELEASED / str(number)) for number in numbers}


def _schemas_in(folder: Path) -> Schemas:
    files = sorted(folder.rglob("*.json"))
    return {file.relative_to(folder).with_suffix("").as_posix(): json.loads(file.read_text()) for file in files}


def objections(published: Schemas, released: Mapping[int, Schemas]) -> Iterator[str]:
    """FULL_TRANSITIVE: each released version of each contract against what is published now."""
    for number, schemas in released.items():
        for contract, schema in schemas.items():
            if contract not in published:
                yield f"{contract}: is gone (release {number}). {_affected(_readers(contract, ()))}"
                continue
            for found in breaks(schema, published[contract]):
                yield f"{contract}: {found} (release {number}). {_affected(_readers(contract, found.path))}"


def _readers(contract: str, path: tuple[str, ...]) -> Iterable[str]:
    if contract == HEADERS:
        return SERVICES
    return readers_of(f"singo.{contract.replace('/', '.')}", path)


def _affected(readers: Iterable[str]) -> str:
    return f"It would break {', '.join(readers) or 'nobody here'}; publish a new version beside it."
