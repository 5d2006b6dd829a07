"""How each process is: for people a table, for programs JSON."""

from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from shared.local import health, monitor, ports, programs, stack
from shared.local.processes import find, memory_mb

LISTENERS = (*stack.SERVERS, *programs.PORTS)


@dataclass(frozen=True)
class ProcessStatus:
    """One row. `ready` is about its health page; for a server, that it runs."""

    name: str
    pid: int | None
    port: int | None
    rss_mb: float
    ready: bool
    ends: int
    why: str


def read(directory: Path) -> list[ProcessStatus]:
    """All that should run here, whether it does or not."""
    running = {one.name: one.process for one in find(directory)}
    port = ports.remembered(directory)
    fates = monitor.report(directory)
    rows = []
    for name in (*LISTENERS, "monitor"):
        process = running.get(name)
        fate = fates.get(name, {"ends": 0, "why": ""})
        has_page = name in programs.PORTS
        rows.append(
            ProcessStatus(
                name=name,
                pid=process.pid if process else None,
                port=port.get(name),
                # PostgreSQL has a process per connection; the monitor's children have rows of their own.
                rss_mb=round(memory_mb(process, with_children=name == "postgres"), 1) if process else 0.0,
                ready=process is not None and (not has_page or health.is_ready(port[name])),
                ends=fate["ends"],
                why=fate["why"],
            )
        )
    return rows


def as_json(rows: list[ProcessStatus]) -> dict[str, object]:
    return {"processes": [asdict(row) for row in rows], "rss_mb": _total_mb(rows)}


def as_table(rows: list[ProcessStatus]) -> Table:
    table = Table("process", "address", box=None, pad_edge=False, header_style="dim")
    table.add_column("pid", justify="right")
    table.add_column("memory", justify="right")
    table.add_column("ready")
    table.add_column("restarts")
    for row in rows:
        table.add_row(
            row.name,
            f"127.0.0.1:{row.port}" if row.port else "",
            str(row.pid or ""),
            f"{row.rss_mb:.0f} MB" if row.pid else "",
            "[green]yes[/]" if row.ready else "[red]no[/]",
            f"{row.ends}, last: {row.why}" if row.ends else "",
        )
    table.add_section()
    table.add_row("together", "", "", f"{_total_mb(rows):.0f} MB")
    return table


def _total_mb(rows: list[ProcessStatus]) -> float:
    return round(sum(row.rss_mb for row in rows), 1)
