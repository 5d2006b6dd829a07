"""Plays the story against the services of docker-compose.yml.

The token issuer runs beside it, on this container's own loopback: it gives any token, so nobody else may reach it.
"""

import subprocess
import sys
import time
from http.client import HTTPConnection

ISSUER_PORT = 8000
ISSUER_SECONDS_MAX = 30


def issuer_answers() -> bool:
    connection = HTTPConnection("127.0.0.1", ISSUER_PORT, timeout=1)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait_for(issuer: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + ISSUER_SECONDS_MAX
    while not issuer_answers():
        if issuer.poll() is not None or time.monotonic() > deadline:
            sys.exit("the token issuer did not start")
        time.sleep(0.05)


def main() -> int:
    issuer = subprocess.Popen([sys.executable, "-m", "shared.local.issuer"])
    try:
        wait_for(issuer)
        return subprocess.call([sys.executable, "-m", "demo", "play", "--addresses", "deploy/addresses.json"])
    except KeyboardInterrupt:
        return 130
    finally:
        issuer.terminate()
        issuer.wait()


if __name__ == "__main__":
    sys.exit(main())
