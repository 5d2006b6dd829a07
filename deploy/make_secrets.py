"""Makes what must not stand in the repository: database passwords and a development signing key.

Runs at every `docker compose up` and makes only what is missing. Each folder below /secrets is a volume of
its own, so that a container sees its own secrets and no others:
    passwords/<role>        for PostgreSQL (deploy/postgres/roles.sh gives each role its own)
    roles/<role>/pgpass     for the processes that connect as this role (libpq's password file)
    issuer/                 the development token issuer's private key
    public/jwks.json        its public part, for the services
"""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

SECRETS = Path("/secrets")


def write(path: Path, text: str, mode: int) -> None:
    """All or nothing: a start that is interrupted leaves no half a secret."""
    unfinished = path.with_name(f".{path.name}")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.chmod(mode)
    unfinished.rename(path)


def password_of(role: str) -> str:
    file = SECRETS / "passwords" / role
    if not file.exists():
        write(file, secrets.token_urlsafe(32), 0o444)  # PostgreSQL is another user, alone with this volume
    return file.read_text()


def make_issuer_keys() -> None:
    folder = SECRETS / "issuer"
    environment = os.environ | {"SINGO_ISSUER_KEY_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "shared.local.issuer", "keys"], env=environment, check=True)
    shutil.copyfile(folder / "jwks.json", SECRETS / "public" / "jwks.json")


def main() -> None:
    password_of("postgres")
    for folder in (SECRETS / "roles").iterdir():
        write(folder / "pgpass", f"*:*:*:{folder.name}:{password_of(folder.name)}\n", 0o400)
    make_issuer_keys()


if __name__ == "__main__":
    main()
