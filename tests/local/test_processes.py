import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.local.processes import MARK, Program, find, is_alive, spawn, stop

SLEEPS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def program(directory: Path, code: str) -> Program:
    return Program("sleeper", (sys.executable, "-X", MARK, "-c", code), directory / "sleeper.log")


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop([one.process for one in find(tmp_path)])


def test_a_process_is_found_by_its_folder_and_what_it_runs(
    directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wanted = program(directory, SLEEPS)

    child = spawn(directory, wanted)

    [found] = find(directory)
    assert found.process.pid == child.pid
    assert found.runs(wanted)
    assert not found.runs(replace(wanted, environment={"SETTING": "another"}))
    assert not found.runs(replace(wanted, files={directory / "file": "another"}))
    assert find(tmp_path_factory.mktemp("another")) == []


def test_a_process_that_has_ended_is_not_found_and_not_alive(directory: Path) -> None:
    spawn(directory, program(directory, SLEEPS))
    [found] = find(directory)

    assert stop([found.process])

    assert find(directory) == []
    assert not is_alive(found.process)


def test_a_process_that_does_not_listen_is_killed(directory: Path) -> None:
    deaf = program(directory, DEAF)
    spawn(directory, deaf)
    while "deaf" not in deaf.log.read_text():
        assert find(directory)

    stopped_as_asked = stop([one.process for one in find(directory)], bound_seconds=0.1)

    assert not stopped_as_asked
    assert find(directory) == []


def test_a_program_gets_none_of_our_settings_by_accident(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGO_REGISTRY_DSN", "postgresql://somewhere/else")
    asks = program(directory, "import os; print(sorted(n for n in os.environ if n.startswith('SINGO')))")

    spawn(directory, replace(asks, environment={"SINGO_GIVEN": "1"})).wait(timeout=10)

    assert asks.log.read_text() == "['SINGO_GIVEN']\n"
