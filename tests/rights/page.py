"""The tables of rights as a page: `python -m tests.rights.page` writes docs/rights.md anew."""

from pathlib import Path
from typing import Final

from shared.http.rights import Reach, Right
from tests.rights.routes import rights_of
from tests.servers import SERVICES

PAGE: Final = Path(__file__).parents[2] / "docs" / "rights.md"

HEAD: Final = """# Siapa boleh apa · Who may do what

Dibuat dari `services/*/rights.py` oleh `python -m tests.rights.page`; jangan disunting. · Made from
`services/*/rights.py`; not to be edited. What is not in a table is refused. `tests/rights` asks every route as every
role, of two organisations and two regions.

| jangkauan · reach | artinya · meaning |
| --- | --- |
| all | semuanya; pejabat melihat yang sudah diajukan · everything; officials see what was submitted |
| regions | yang menyangkut wilayah dalam token · what concerns the regions in the token |
| own organisation | milik organisasi sendiri (keanggotaan) · of the organisation that one is a member of |
| self | yang dibuat sendiri atau ditujukan kepadanya · what one made, or what is addressed to one |

Di luar jangkauan: 404, sama seperti yang tidak ada. · Outside of one's reach: 404, as for what does not exist.
**4** four eyes (V23): not by whoever handed it in. **P** personal data: every reading is logged, officials give a
reason (`Singo-Reason`), and the organisation can list the readings (`GET /v1/personal-data-reads`).
"""


def text() -> str:
    return HEAD + "".join(_service(service) for service in SERVICES)


def _service(service: str) -> str:
    rows = "".join(_row(name, right) for name, right in sorted(rights_of(service).items(), key=_by_path))
    return f"\n## {service}\n| route | | who, and how far | |\n| --- | --- | --- | --- |\n{rows}"


def _by_path(item: tuple[str, Right]) -> tuple[str, str]:
    verb, path = item[0].split(" ", 1)
    return path, verb


def _row(name: str, right: Right) -> str:
    marks = ("4" if right.four_eyes else "") + ("P" if right.personal else "")
    reaches = [
        f"{', '.join(sorted(role for role, reach in right.grants.items() if reach is wanted))}: {wanted}"
        for wanted in Reach
        if wanted in right.grants.values()
    ]
    return f"| `{name}` | {marks} | {'; '.join(reaches)} | {right.note} |\n"


if __name__ == "__main__":
    PAGE.write_text(text())
