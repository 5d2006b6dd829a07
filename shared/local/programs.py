"""What runs beside the servers: the token issuer, and each service's api and worker."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shared.local import ports, postgres, stack
from shared.local.processes import MARK, Program

SERVICES: Final = ("registry", "reporting", "recommendations", "notifications")
DATABASE: Final = "singo"
TOPIC_PARTITIONS: Final = 3
PORTS: Final = {
    "issuer": 8100,
    **{f"{service}-api": 8101 + number for number, service in enumerate(SERVICES)},
    **{f"{service}-worker": 8111 + number for number, service in enumerate(SERVICES)},
}
# Eight small processes do not need the memory of many malloc arenas. What they print is in the log at once.
SPARING: Final = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


def wanted(directory: Path) -> list[Program]:
    """All of them, as they follow from the ports that were chosen."""
    port = ports.remembered(directory)
    issuer = {
        "SINGO_ISSUER_HOST": "127.0.0.1",
        "SINGO_ISSUER_PORT": str(port["issuer"]),
        "SINGO_ISSUER_KEY_DIR": str(directory / "issuer"),
    }
    return [
        _program(directory, "issuer", ("shared.local.issuer",), issuer),
        *(
            _program(directory, f"{service}-{role}", (f"services.{service}", role), settings(port, service))
            for role in ("api", "worker")
            for service in SERVICES
        ),
    ]


def settings(port: Mapping[str, int], service: str) -> dict[str, str]:
    """A service's environment."""
    values = {
        "DSN": postgres.address(port["postgres"], user=service, database=DATABASE),
        "KAFKA": stack.addresses(port).kafka,
        "TOPIC_PARTITIONS": str(TOPIC_PARTITIONS),
        "HOST": "127.0.0.1",
        "PORT": str(port[f"{service}-api"]),
        "OPS_PORT": str(port[f"{service}-worker"]),
        "OIDC_ISSUER": _url(port["issuer"]),
        "SETTABLE_CLOCK": "true",
        "CALLS_PER_MINUTE": "1000000",  # here one caller is a test or a tool, and asks more than a person would
    }
    return {f"SINGO_{service.upper()}_{name}": value for name, value in values.items()}


def addresses(directory: Path) -> dict[str, str | dict[str, str]]:
    """Where everything listens, for people and for the story."""
    port = ports.remembered(directory)
    return {
        "issuer": _url(port["issuer"]),
        **{service: _url(port[f"{service}-api"]) for service in SERVICES},
        "workers": {service: _url(port[f"{service}-worker"]) for service in SERVICES},
        "kafka": stack.addresses(port).kafka,
        "dsn": postgres.address(port["postgres"], database=DATABASE),
    }


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _program(directory: Path, name: str, run: tuple[str, ...], environment: Mapping[str, str]) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-X", MARK, "-m", *run),
        log=directory / "log" / f"{name}.log",
        environment={**SPARING, **environment},
    )
