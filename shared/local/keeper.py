"""Stops the servers of a folder once every process that started them `tied` has ended."""

import fcntl
import os
import sys
from pathlib import Path

from shared.local import stack
from shared.local.folders import locked


def main() -> None:
    directory = Path(sys.argv[1])
    # Each user holds this lock shared. It is ours when the last has ended, and until we end: whoever comes in
    # between waits for it and then starts the servers anew.
    fcntl.flock(os.open(directory / "users.lock", os.O_RDWR), fcntl.LOCK_EX)
    with locked(directory / "stack.lock"):
        stack.stop_servers(directory)


if __name__ == "__main__":
    main()
