"""`make mutants`: each mutant of the event core is caught by the test that is named for it.

It works on copies. The named tests are green before anything is changed; then each mutant is made, and its test run and
seen to be red. Fails when a mutant survives, or when the text that it changes is gone. `python -m tests.mutants lock`
tries only those with this word in their name.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import asyncpg
import uvloop

from tests.mutants.catalogue import MUTANTS, Edit, Mutant
from tests.servers import start_embedded

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("shared", "services", "tests", "demo", "deploy")
NOT_COPIED: Final = shutil.ignore_patterns("__pycache__", "node_modules")
AT_ONCE: Final = 2
LONGEST_SECONDS: Final = 240
GREEN, RED = 0, 1


def main() -> int:
    wanted = [mutant for mutant in MUTANTS if all(word in mutant.name for word in sys.argv[1:])]
    if not wanted:
        sys.exit(f"no mutant has {' and '.join(sys.argv[1:])} in its name")
    environment = _environment()
    templates = uvloop.run(_templates(environment["SINGO_TEST_DSN"]))
    started = time.monotonic()
    try:
        exit_code, output = _run(ROOT, sorted({mutant.test for mutant in wanted}), environment)
        if exit_code != GREEN:
            print(output, "the tests are not green without a mutant", sep="\n")
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            caught = [*pool.map(lambda mutant: _is_caught(mutant, environment), wanted)]
    finally:
        uvloop.run(_drop_templates(environment["SINGO_TEST_DSN"], keep=templates))
    print(f"\n{sum(caught)} of {len(caught)} mutants caught, {time.monotonic() - started:.0f} s")
    return 0 if all(caught) else 1


def _environment() -> Mapping[str, str]:
    """The servers are started once, for all runs. No bytecode: the mutant may be as long and as old as the original."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    if "SINGO_TEST_DSN" not in environment:
        servers = start_embedded(ROOT / ".run" / "test")
        environment |= {"SINGO_TEST_DSN": servers.dsn, "SINGO_TEST_KAFKA": servers.kafka}
    return environment


def _is_caught(mutant: Mutant, environment: Mapping[str, str]) -> bool:
    """Prints a line of the table."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="singo-mutant-") as directory:
        copy = Path(directory)
        for name in COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=NOT_COPIED)
        shutil.copy(ROOT / "pyproject.toml", copy)
        if problem := next(filter(None, (_apply(copy, edit) for edit in mutant.edits)), ""):
            verdict, told = "NOT MADE", problem
        else:
            exit_code, output = _run(copy, [mutant.test], environment)
            verdict = {GREEN: "SURVIVED", RED: "caught"}.get(exit_code, "NO VERDICT")
            told = mutant.test.partition("::")[2] if exit_code in (GREEN, RED) else output
    print(f"{verdict:10} {mutant.name:58} {time.monotonic() - started:5.1f} s  {told}", flush=True)
    return verdict == "caught"


def _apply(copy: Path, edit: Edit) -> str:
    """Returns what is wrong, if something is."""
    text = (copy / edit.file).read_text()
    if (found := text.count(edit.old)) != 1:
        return f"{edit.file} has {found} times, not once: {edit.old}"
    (copy / edit.file).write_text(text.replace(edit.old, edit.new))
    return ""


def _run(directory: Path, tests: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
    )
    has_run = re.search(r"\d+ (passed|failed)", done.stdout)  # exit code 1 is also what an error in a fixture gives
    return done.returncode if has_run else -1, done.stdout + done.stderr


async def _templates(dsn: str) -> set[str]:
    """The databases that tests are copied from; a mutant of a migration makes one of its own."""
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'singo\\_template\\_%'")
    finally:
        await conn.close()
    return {row["datname"] for row in rows}


async def _drop_templates(dsn: str, *, keep: set[str]) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        for name in await _templates(dsn) - keep:
            await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await conn.close()


if __name__ == "__main__":
    sys.exit(main())
