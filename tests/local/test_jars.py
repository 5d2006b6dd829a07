import hashlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from shared.local import jars
from shared.local.stack import silent

JAR = "org.example:thing:1.0"
PATH = "org/example/thing/1.0/thing-1.0.jar"
CONTENT = b"what a jar holds"


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, a lock with one jar, and a repository on this machine that has it."""
    repository = tmp_path / "repository"
    (repository / PATH).parent.mkdir(parents=True)
    (repository / PATH).write_bytes(CONTENT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=repository))
    serving = Thread(target=partial(server.serve_forever, poll_interval=0.02))
    serving.start()
    monkeypatch.setenv("SINGO_MAVEN_REPOSITORY", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("SINGO_CACHE_DIR", str(tmp_path / "cache"))
    lock_with(hashlib.sha256(CONTENT).hexdigest(), tmp_path, monkeypatch)
    yield tmp_path / "cache"
    server.shutdown()
    server.server_close()
    serving.join()


def lock_with(digest: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "kafka.lock").write_text(f"{JAR} {digest}\n")
    monkeypatch.setattr(jars, "LOCK", folder / "kafka.lock")


def test_a_missing_jar_is_fetched(cache: Path) -> None:
    assert [path.read_bytes() for path in jars.fetch(silent)] == [CONTENT]


def test_a_damaged_jar_is_fetched_again(cache: Path) -> None:
    [path] = jars.fetch(silent)
    path.write_bytes(CONTENT[:5])

    jars.fetch(silent)

    assert path.read_bytes() == CONTENT


def test_a_jar_that_is_not_the_locked_one_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_with("0" * 64, tmp_path, monkeypatch)

    with pytest.raises(jars.JarDiffers, match=JAR):
        jars.fetch(silent)


def test_the_lock_names_a_digest_for_each_of_kafkas_jars() -> None:
    lines = [line.split() for line in jars.LOCK.read_text().splitlines()]

    assert len(lines) > 40
    assert all(len(digest) == 64 for _, digest in lines)
    assert f"org.apache.kafka:kafka-clients:{jars.KAFKA}" in {jar for jar, _ in lines}
