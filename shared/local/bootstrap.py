"""Makes `.venv` with exactly what `requirements.lock` says; nothing to do if it is there already.

Runs with the machine's own Python and its standard library alone, so it must be readable by an old one too.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = REPOSITORY / ".venv"
STAMP = ENVIRONMENT / "complete"  # written last: without it an earlier attempt was interrupted
LOCK = REPOSITORY / "requirements.lock"
VERSION_MIN = (3, 11)


def main() -> None:
    if sys.version_info < VERSION_MIN:
        found = "{}.{}".format(*sys.version_info)
        sys.exit(f"SINGO needs Python 3.11 or newer, this is {found}; name another: make PYTHON=python3.12 ...")
    (REPOSITORY / ".run").mkdir(exist_ok=True)
    with (REPOSITORY / ".run" / "setup.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (STAMP.exists() and STAMP.read_text() == described()):
            build()


def described() -> str:
    """What the environment depends on: it cannot be moved, and its packages fit one Python."""
    import tomllib  # noqa: PLC0415  an older Python, which has none, shall get as far as to be told so

    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    ours = [settings.get("build-system"), settings.get("project"), settings.get("tool", {}).get("hatch")]
    parts = (LOCK.read_text(), json.dumps(ours), str(ENVIRONMENT), sys.version)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def build() -> None:
    print("Setting up .venv, once (about half a minute)", flush=True)
    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(ENVIRONMENT)
    except subprocess.CalledProcessError:
        sys.exit("this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv")
    wanted = sum(1 for line in LOCK.read_text().splitlines() if "==" in line and not line.startswith((" ", "#")))
    pip("-r", str(LOCK), "--require-hashes", "--no-deps", wanted=wanted)
    pip("--no-deps", "--no-build-isolation", "-e", str(REPOSITORY), wanted=0)
    STAMP.write_text(described())


def pip(*arguments: str, wanted: int) -> None:
    """Install, with one line that shows how far it is, and everything that pip said if it fails."""
    command = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    said = []
    seen = 0
    with subprocess.Popen(
        [*command, "--progress-bar", "off", "--no-input", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if wanted and line.startswith("Collecting"):
                seen += 1
                show(f"  {seen} of {wanted} packages")
            elif wanted and line.startswith("Installing collected packages"):
                show("  unpacking")
    if process.returncode:
        sys.exit("".join(["\n", *said[-40:], "pip ended with ", str(process.returncode)]))
    if wanted:
        show("")
        print(f"  {wanted} packages installed", flush=True)


def show(text: str) -> None:
    if sys.stdout.isatty():
        print(f"\r{text:<40}", end="\r", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; the next call starts the set-up over")
