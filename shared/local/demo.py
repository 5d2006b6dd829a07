"""The demonstration: everything up on empty databases, the story played, everything down."""

import subprocess
import sys
from pathlib import Path

from shared.local import supervisor
from shared.local.folders import REPOSITORY
from shared.local.screen import console


def run(directory: Path, *, stay: bool) -> int:
    """Play the story and return its exit code. Then all is stopped, unless it went well and is to stay."""
    played = directory / supervisor.PLAYED
    if stay and played.exists():
        supervisor.up(directory)
        console.print("  the story was played before and its data are here; make demo or make clean begins anew")
        return 0
    done = False
    try:
        supervisor.down(directory, wipe=True)
        supervisor.up(directory)
        story = [sys.executable, "-m", "demo", "play", "--addresses", str(directory / "addresses.json")]
        code = subprocess.run(story, cwd=REPOSITORY, check=False).returncode
        done = code == 0
        if done:
            played.touch()
    finally:
        if stay and done:
            console.print("\nIt stays up. See how it is: make status. Stop it: make down.")
        else:
            supervisor.down(directory, wipe=False)
    return code
