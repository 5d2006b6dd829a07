"""Kafka's jars: fetched once, checked against `kafka.lock` at every start.

The lock has a line `group:artifact:version sha256` per jar. To change Kafka's version, change it below, and
run `python -m shared.local.jars relock`.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Final

from shared.local.folders import cache, locked

KAFKA: Final = "4.3.1"
LOCK: Final = Path(__file__).with_name("kafka.lock")

# Kafka is resolved alone: a coordinate that is resolved together with it would also rule the versions of the
# others, and log4j's would bring an older Kafka client. So these two are added bare.
RESOLVED: Final = f"org.apache.kafka:kafka_2.13:{KAFKA}"
ADDED: Final = (f"org.apache.kafka:kafka-tools:{KAFKA}", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")


class JarDiffers(Exception):
    """A jar is not the one that was locked, even when fetched anew."""


def fetch(report: Callable[[str], None]) -> list[Path]:
    """The paths of all locked jars, fetched where they are missing or damaged."""
    wanted = dict(line.split() for line in LOCK.read_text().splitlines())
    folder = cache() / "m2"
    paths = {jar: _path(folder, jar) for jar in wanted}
    if any(_sha256(paths[jar]) != digest for jar, digest in wanted.items()):
        with locked(folder.with_name("m2.lock")):
            _fetch_missing(folder, wanted, report)
    return list(paths.values())


def _fetch_missing(folder: Path, wanted: dict[str, str], report: Callable[[str], None]) -> None:
    missing = [jar for jar, digest in wanted.items() if _sha256(_path(folder, jar)) != digest]
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(_fetch_one, folder, jar, wanted[jar]) for jar in missing]
        for done, task in enumerate(as_completed(tasks), start=1):
            task.result()
            report(f"fetching Kafka {KAFKA}: {done} of {len(missing)} jars")


def _fetch_one(folder: Path, jar: str, digest: str) -> None:
    _path(folder, jar).unlink(missing_ok=True)  # damaged: the downloader would take it for good
    found = _sha256(_download(folder, jar))
    if found != digest:
        raise JarDiffers(f"{jar} has sha256 {found}, locked is {digest}")


def _download(folder: Path, jar: str) -> Path:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415  slow to load, rarely needed
    from jgo.maven import MavenContext  # noqa: PLC0415

    repository = os.environ.get("SINGO_MAVEN_REPOSITORY", MAVEN_CENTRAL_URL)
    context = MavenContext(repo_cache=folder, remote_repos={"central": repository}, timeout=60)
    group, artifact, version = jar.split(":")
    return Path(context.project(group, artifact).at_version(version).artifact().resolve())


def _path(folder: Path, jar: str) -> Path:
    group, artifact, version = jar.split(":")
    return folder.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def relock() -> None:
    """Resolve Kafka's dependencies anew and write the lock."""
    from jgo import resolve  # noqa: PLC0415

    jars = [f"{jar.groupId}:{jar.artifactId}:{jar.version}" for jar in resolve(RESOLVED)]
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"{jar} {_sha256(_download(Path(folder), jar))}\n" for jar in sorted([*jars, *ADDED])]
    LOCK.write_text("".join(lines))


if __name__ == "__main__":
    if sys.argv[1:] != ["relock"]:
        sys.exit("usage: python -m shared.local.jars relock")
    relock()
