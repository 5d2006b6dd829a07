"""The page is what the committed record says."""

import json
from typing import Any, Final

from tests.faults.report import PAGE, RECORD, added_up, page

A_RECORD: Final[dict[str, Any]] = {
    "commands": ["make faults RUNS=3 SEED=1"],
    "runs": 3,
    "seconds": 60.0,
    "restarts": 7,
    "failed_seeds": [2],
    "not_made": {"cut (kafka): why": 4},
    "accepted": 900,
    "lost": 1,
    "doubled": 2,
    "out_of_order": 3,
    "chains_broken": 4,
    "other": 5,
    "by_fault": {"kill api": 6},
    "bus": {"copies": 8, "junk": 9},
    "repeated_because": {"unanswered": 10},
}


def test_the_page_tells_what_the_record_holds() -> None:
    text = page(A_RECORD)

    assert "`make faults RUNS=3 SEED=1`: 3 runs in 1 minutes" in text
    assert "of 900 accepted requests" in text
    assert "| kill -9 of an API | 6 |" in text
    assert "unanswered (10)" in text
    assert "- cut (kafka): why (4)" in text
    assert "for these or any other reason | 1 |" in text


def test_records_of_commands_side_by_side_are_added_up() -> None:
    total = added_up([A_RECORD, A_RECORD | {"seconds": 70.0, "failed_seeds": [104], "bus": {"junk": 1}}])

    assert (total["runs"], total["lost"], total["seconds"], total["failed_seeds"]) == (6, 2, 70.0, [2, 104])
    assert total["bus"] == {"copies": 8, "junk": 10}
    assert total["by_fault"]["kill api"] == 12


def test_the_committed_page_is_of_the_committed_record() -> None:
    assert PAGE.read_text() == page(json.loads(RECORD.read_text()))
