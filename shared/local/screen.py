"""What a person sees: one line per step, with its time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console

console: Final = Console(highlight=False)


@dataclass
class Step:
    """A step that is being done."""

    done: str  # said when it is
    update: Callable[[str], None]  # says what it is at


@contextmanager
def step(doing: str) -> Iterator[Step]:
    """Show what is being done, then how long it took. An error is left to whoever handles it."""
    began = time.monotonic()
    with console.status(f"{doing} ...") as status:
        current = Step(doing, lambda text: status.update(f"{text} ..."))
        yield current
    console.print(f"  [green]✓[/] {current.done:<64} [dim]{time.monotonic() - began:5.1f} s[/]")
