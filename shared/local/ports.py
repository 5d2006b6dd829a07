"""Loopback ports: the same ones again where possible, the next block of twenty for a second clone."""

import fcntl
import json
import os
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from shared.local.folders import cache, replace_text


def remembered(directory: Path) -> dict[str, int]:
    """The ports that were chosen for this folder, by name."""
    try:
        ports = json.loads((directory / "state.json").read_text())["ports"]
        return {str(name): int(port) for name, port in ports.items()}
    except (
        FileNotFoundError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ):  # none yet, or not whole: choose anew
        return {}


@contextmanager
def claimed(directory: Path, preferred: Mapping[str, int], *, in_use: Collection[str]) -> Iterator[dict[str, int]]:
    """Choose a free port for each name, remember it, and keep other clones off it while the block runs.

    Names `in_use` keep their remembered port: their server runs.
    """
    before = remembered(directory)
    chosen = {name: before[name] for name in preferred if name in in_use and name in before}
    with ExitStack() as claims:
        for name, first in preferred.items():
            if name in chosen:
                continue
            wishes = [before.get(name, first), *range(first, first + 2000, 20)]
            chosen[name] = next((port for port in wishes if port not in chosen.values() and _claim(port, claims)), 0)
            if not chosen[name]:
                raise OSError(f"no free port for {name} from {first} on")
        replace_text(directory / "state.json", json.dumps({"ports": {**before, **chosen}}, indent=1))
        yield chosen


def _claim(port: int, claims: ExitStack) -> bool:
    folder = cache() / "ports"
    folder.mkdir(exist_ok=True)
    file = os.open(folder / str(port), os.O_CREAT | os.O_RDWR)
    with ExitStack() as undo:
        undo.callback(os.close, file)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                # As the servers do: connections that have just ended are no obstacle.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        claims.push(undo.pop_all())
    return True
