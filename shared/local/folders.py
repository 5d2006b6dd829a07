"""Where the local setting keeps its things, and the locks by which callers take turns."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
RUN: Final = REPOSITORY / ".run"


def cache() -> Path:
    """For all clones of this user; in the repository if the home takes no files."""
    if given := os.environ.get("SINGO_CACHE_DIR"):
        folder = Path(given).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "singo"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        usable = False
    else:
        usable = os.access(folder, os.W_OK)
    if not usable:
        folder = REPOSITORY / ".cache"
        folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold this lock file. The kernel frees it when the holder ends, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def replace_text(path: Path, text: str) -> None:
    """Write all or nothing: whoever reads meanwhile, or after a crash, finds a whole file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)
