import json

from tests.bench import report


def test_the_page_tells_what_the_recorded_run_found() -> None:
    recorded = json.loads(report.RECORDED.read_text())

    assert report.PAGE.read_text() == report.page(recorded)
