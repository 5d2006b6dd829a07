"""The load tool: vegeta, built once from its Go module into the cache."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from shared.local.folders import cache, locked
from shared.local.processes import CannotStart

MODULE: Final = "github.com/tsenart/vegeta/v12@v12.12.0"
BUILD_SECONDS: Final = 600
AT_ITS_END: Final = "no targets to attack"
"""What it reports, as a failed request, when it has sent all it was given."""

MILLISECOND: Final = 1e6
"""In nanoseconds."""


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Load:
    """What one attack found. `rate`: successful answers per second; latencies in milliseconds."""

    rate: float
    requests: int
    failed: int
    errors: Sequence[str]
    p50: float
    p95: float
    p99: float


def program() -> Path:
    folder = cache() / "go"
    found = folder / MODULE.rpartition("@")[2] / "vegeta"
    with locked(folder / "vegeta.lock"):
        if not found.exists():
            if shutil.which("go") is None:
                raise CannotStart("the load tool is built from its module: install Go 1.22 or newer")
            environment = os.environ | {"GOBIN": str(found.parent)}
            subprocess.run(["go", "install", MODULE], env=environment, timeout=BUILD_SECONDS, check=True)
    return found


async def attack(*requests: Request, count: int, workers: int, rate: int = 0) -> Load:
    """Send so many of the requests in turn: at a rate (per second), or each worker as soon as it has its answer.

    Each write has an Idempotency-Key of its own. All is written down before: a request's time runs from when it is due,
    so whoever made them meanwhile would be measured, too.
    """
    with TemporaryDirectory() as folder:
        targets, results = Path(folder) / "targets", Path(folder) / "results"
        with targets.open("wb") as file:
            file.writelines(islice(_targets(requests), count))
        await _vegeta(
            *("attack", "-format=json", "-lazy", f"-targets={targets}", f"-output={results}", f"-rate={rate}"),
            *(f"-workers={workers}", f"-max-workers={workers}", f"-connections={workers}"),
            *("-timeout=20s", "-keepalive=true"),
        )
        found = json.loads(await _vegeta("report", "-type=json", str(results)))
    latencies, answers, errors = found["latencies"], dict(found["status_codes"]), set(found["errors"] or ())
    if errors == {AT_ITS_END}:
        answers.pop("0", None)
    return Load(
        rate=found["throughput"],
        requests=sum(answers.values()),
        failed=sum(number for status, number in answers.items() if not status.startswith("2")),
        errors=sorted(errors - {AT_ITS_END}),
        p50=latencies["50th"] / MILLISECOND,
        p95=latencies["95th"] / MILLISECOND,
        p99=latencies["99th"] / MILLISECOND,
    )


def _targets(requests: Sequence[Request]) -> Iterator[bytes]:
    for request in cycle(requests):
        target: dict[str, Any] = {"method": request.method, "url": request.url}
        if request.body:
            target["body"] = base64.b64encode(request.body).decode()
        own = {} if request.method == "GET" else {"Idempotency-Key": str(uuid4())}
        target["header"] = {name: [text] for name, text in {**request.headers, **own}.items()}
        yield json.dumps(target).encode() + b"\n"


async def _vegeta(*arguments: str) -> bytes:
    """What it prints, once it has ended."""
    running = await asyncio.create_subprocess_exec(
        *(str(await asyncio.to_thread(program)), *arguments), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await running.communicate()
    if running.returncode:
        raise AssertionError(f"vegeta {arguments[0]} ended with {running.returncode}")
    return printed
