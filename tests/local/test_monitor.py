import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.local import monitor, programs
from shared.local.processes import MARK, Program, find, spawn, stop


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which one program is wanted."""
    command = (sys.executable, "-X", MARK, "-c", "import time; time.sleep(60)")
    monkeypatch.setattr(programs, "wanted", lambda _: [Program("sleeper", command, tmp_path / "sleeper.log")])
    monkeypatch.setattr(monitor, "DELAY_SECONDS_FIRST", 0.05)
    yield tmp_path
    stop(one.process for one in find(tmp_path))


def test_a_killed_program_runs_again_and_the_cause_is_told(directory: Path) -> None:
    watched = monitor.look_round(directory, [])
    [first] = find(directory)

    first.process.kill()

    deadline = time.monotonic() + 10
    while first.process.pid in {one.process.pid for one in find(directory)} or not find(directory):
        watched = monitor.look_round(directory, watched)
        assert time.monotonic() < deadline
    assert json.loads((directory / "monitor.json").read_text()) == {"sleeper": {"ends": 1, "why": "killed by SIGKILL"}}


def test_what_runs_already_is_taken_over(directory: Path) -> None:
    [program] = programs.wanted(directory)
    child = spawn(directory, program)

    monitor.look_round(directory, [])

    assert [one.process.pid for one in find(directory)] == [child.pid]


def test_what_runs_with_other_settings_is_replaced(directory: Path) -> None:
    [program] = programs.wanted(directory)
    spawn(directory, replace(program, environment={"SETTING": "another"}))

    monitor.look_round(directory, [])

    [running] = find(directory)
    assert running.runs(program)


def test_when_its_folder_is_gone_the_monitor_stops_all_and_ends(directory: Path) -> None:
    spawn(directory, programs.wanted(directory)[0])

    monitor.watch(directory)

    assert find(directory) == []


def test_the_delay_doubles_up_to_a_bound_and_begins_anew_after_a_steady_run() -> None:
    one = monitor.Watched(Program("crashes", (), Path("log")), started=time.monotonic())

    delays = []
    for _ in range(7):
        monitor._note_end(one)
        delays.append(one.delay)
    one.started -= monitor.STEADY_SECONDS + 1
    monitor._note_end(one)

    assert delays == [1, 2, 4, 8, 16, 30, 30]
    assert one.delay == 1
