import ast
import re
from pathlib import Path

from shared.local.folders import REPOSITORY

HERE = Path(__file__).parent
REPORT = REPOSITORY / "docs" / "reports" / "hazards.md"


def names_of_tests() -> set[str]:
    trees = [ast.parse(file.read_text()) for file in HERE.glob("test_*.py") if file != Path(__file__)]
    functions = (
        node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {function.name for function in functions if function.name.startswith("test_")}


def test_every_hazard_of_the_report_names_tests_that_exist() -> None:
    rows = [line for line in REPORT.read_text().splitlines() if line.startswith("| ")][2:]

    assert len(rows) == 21
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row.rsplit("|", 2)[1])
        assert named, row
        assert set(named) <= names_of_tests(), row
