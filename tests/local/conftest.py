from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.local import stack


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a stack of its own runs; nothing of it is left."""
    directory = tmp_path_factory.mktemp("stack").resolve()
    yield directory
    stack.stop(directory)
    stack.wipe(directory)
