"""Tells the story as it happens, and keeps the table of what was expected and what came."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.client import Arrival


@dataclass
class Narrator:
    console: Console
    outcomes: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def chapter(self, title: str, title_en: str, now: datetime) -> None:
        day = now.astimezone(ZoneInfo("Asia/Jakarta")).strftime("%d.%m.%Y")
        self.console.print(f"\n[bold cyan]{escape(title)}[/] [dim]· {escape(title_en)} · {day}[/]")

    def act(self, who: str, did: str, arrivals: Sequence[Arrival] = (), *, took_ms: float | None = None) -> None:
        """Somebody did something; below it the events that this caused and who learnt of them, how long after."""
        took = f" [dim]{took_ms:.0f} ms[/]" if took_ms is not None else ""
        self.console.print(f"  [bold]{escape(who)}[/] {escape(did)}{took}")
        if arrivals:
            names = ", ".join(dict.fromkeys(arrival.event.name for arrival in arrivals))
            last: dict[str, float] = {}
            for arrival in arrivals:
                last[arrival.service] = max(last.get(arrival.service, 0.0), arrival.after_ms)
            learnt = " · ".join(f"{service} +{after_ms:.0f} ms" for service, after_ms in last.items())
            self.console.print(f"      [green]⚡ {names}[/]\n        [dim]→ {learnt}[/]")

    def note(self, text: str) -> None:
        self.console.print(f"      [dim]{escape(text)}[/]")

    def refused(self, who: str, tried: str, problem: dict[str, Any]) -> None:
        rule = f"{problem['rule']}: " if problem.get("rule") else ""
        basis = problem.get("legal_basis") or ""
        basis = f" ({basis})" if basis and basis not in problem["detail"] else ""
        self.console.print(f"  [bold]{escape(who)}[/] {escape(tried)}")
        self.console.print(f"      [red]✗ {problem['status']}[/] {escape(rule + problem['detail'] + basis)}")
        told = [error for error in problem.get("errors", []) if error["detail"] not in problem["detail"]]
        for error in told[:5]:
            mark = f"{error['rule']} " if error.get("rule") else ""
            self.console.print(f"        [dim]{escape(error['pointer'])}: {escape(mark + error['detail'])}[/]")

    def expect(self, what: str, expected: Any, got: Any) -> None:
        """One row of the final table."""
        words = {True: "yes", False: "no"}
        shown = [words[value] if isinstance(value, bool) else str(value) for value in (expected, got)]
        self.outcomes.append((what, shown[0], shown[1], expected == got))

    def outcome_table(self) -> bool:
        """Print what was expected and what came; whether all of it did."""
        if not self.outcomes:
            return False
        table = Table(title="Hasil · Outcomes", title_justify="left")
        for column in ("what", "expected", "got", ""):
            table.add_column(column, overflow="fold")
        for what, expected, got, ok in self.outcomes:
            table.add_row(what, expected, got, "[green]✓[/]" if ok else "[red]✗[/]")
        self.console.print()
        self.console.print(table)
        as_expected = sum(ok for *_, ok in self.outcomes)
        self.console.print(f"{as_expected} of {len(self.outcomes)} as expected")
        return all(ok for *_, ok in self.outcomes)
