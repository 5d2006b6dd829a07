"""A real Keycloak on loopback, with the realm `singo`: fetched once, pinned, and never unless somebody asks for it."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from shared.local import ports, processes
from shared.local.folders import cache, locked
from shared.local.processes import MARK, CannotStart, Program, log_tail

VERSION: Final = "26.7.3"
SHA256: Final = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"  # pragma: allowlist secret
REALM: Final = Path(__file__).with_name("singo-realm.json")
NAME: Final = "keycloak"
PORT: Final = {NAME: 18090}
BUILD_SECONDS: Final = 400
READY_SECONDS: Final = 240
ACCOUNTS: Final = {
    "singo-service": "SINGO_SERVICE_SECRET",
    "singo-operator": "SINGO_OPERATOR_SECRET",
    "pemda-53": "SINGO_PEMDA_53_SECRET",
}
"""The realm's service accounts, and where the realm file takes their secrets from."""
BUILD: Final = ("--db=dev-mem",)


@dataclass(frozen=True)
class Keycloak:
    """One that runs. Secrets are made anew at each start; nothing of it outlives its process."""

    url: str
    admin_password: str
    secrets: dict[str, str]

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/singo"

    @property
    def token_url(self) -> str:
        return f"{self.issuer}/protocol/openid-connect/token"


def start(directory: Path) -> Keycloak:
    """Start it; it runs until `stop`. What it needs to know is in a file that only its owner may read."""
    stop(directory)
    home = _home(directory)
    passwords = {
        variable: secrets.token_urlsafe(24) for variable in ("KC_BOOTSTRAP_ADMIN_PASSWORD", *ACCOUNTS.values())
    }
    with ports.claimed(directory, PORT, in_use=()) as port:
        url = f"http://127.0.0.1:{port[NAME]}"
        program = _program(home, url, port[NAME], passwords)
        program.log.unlink(missing_ok=True)
        started = processes.spawn(directory, program)
        _wait_until_ready(url, program, started)
    known = {client: passwords[variable] for client, variable in ACCOUNTS.items()}
    keycloak = Keycloak(url, passwords["KC_BOOTSTRAP_ADMIN_PASSWORD"], known)
    _write_private(home / "secrets.json", json.dumps({"admin": keycloak.admin_password, **known}, indent=1))
    return keycloak


def stop(directory: Path) -> None:
    processes.stop(one.process for one in processes.find(directory) if one.name == NAME)


def distribution() -> Path:
    """The unpacked and prepared Keycloak, for all clones of this user."""
    folder = cache() / f"keycloak-{VERSION}"
    with locked(folder.with_suffix(".lock")):
        if not (folder / "prepared").exists():
            shutil.rmtree(folder, ignore_errors=True)
            with zipfile.ZipFile(_download()) as archive:
                archive.extractall(folder.parent)
            _prepare(folder)
            (folder / "prepared").touch()
    return folder


def _download() -> Path:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415  slow to load, rarely needed
    from jgo.maven import MavenContext  # noqa: PLC0415

    repository = os.environ.get("SINGO_MAVEN_REPOSITORY", MAVEN_CENTRAL_URL)
    context = MavenContext(repo_cache=cache() / "m2", remote_repos={"central": repository}, timeout=60)
    component = context.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
    path = Path(component.artifact(packaging="zip").resolve())
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        path.unlink()
        raise CannotStart(f"{path.name} has sha256 {found}, locked is {SHA256}")
    return path


def _prepare(folder: Path) -> None:
    """Keycloak's own build step, which bakes these options in, so that a start is short."""
    java = _java()
    command = (java, "-Xmx512m", f"-Dkc.home.dir={folder}", *_entry(folder), "build", *BUILD)
    done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        raise CannotStart(f"Keycloak can't be prepared: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _entry(folder: Path) -> tuple[str, ...]:
    """As bin/kc.sh calls it."""
    pool = "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"
    return (
        f"-Djava.util.concurrent.ForkJoinPool.common.threadFactory={pool}",
        *("-cp", str(folder / "lib" / "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint"),
    )


def _home(directory: Path) -> Path:
    """A home of this clone's own: the program by a link, the realm, and no data of an earlier run."""
    home, program = directory / NAME, distribution()
    shutil.rmtree(home / "data", ignore_errors=True)
    for name in ("data/import", "conf", "providers", "themes"):
        (home / name).mkdir(parents=True, exist_ok=True)
    (home / "lib").unlink(missing_ok=True)
    (home / "lib").symlink_to(program / "lib")
    shutil.copy(REALM, home / "data" / "import")
    return home


def _program(home: Path, url: str, port: int, passwords: dict[str, str]) -> Program:
    return Program(
        name=NAME,
        command=(
            *(_java(), "-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("-Dkc.config.built=true", f"-Dkc.home.dir={home}", f"-D{MARK}", *_entry(home)),
            *("start", "--optimized", "--import-realm", "--http-enabled=true", "--http-host=127.0.0.1"),
            # Without a cluster: its caches would listen on every address of the machine.
            *(f"--http-port={port}", f"--hostname={url}", "--cache=local"),
        ),
        log=home / "keycloak.log",
        environment={"KC_BOOTSTRAP_ADMIN_USERNAME": "admin", **passwords},
    )


def _java() -> str:
    if (java := shutil.which("java")) is None:
        raise CannotStart("Keycloak needs a java, 17 or newer, on the PATH")
    return java


def _wait_until_ready(url: str, program: Program, started: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(trust_env=False, timeout=5) as client:
        while True:
            try:
                if client.get(f"{url}/realms/singo/.well-known/openid-configuration").is_success:
                    return
            except httpx.TransportError as error:
                waiting = repr(error)
            else:
                waiting = "no realm yet"
            if started.poll() is not None or time.monotonic() > deadline:
                started.terminate()
                raise CannotStart(f"Keycloak does not come up ({waiting}); {log_tail(program.log)}")
            time.sleep(0.2)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
