"""Exit 0 if this container's process answers `/health/live`, or `/health/ready` when called with `ready`.

A container plays one role, so one of the two ports answers: PORT of an api, OPS_PORT of a worker.
"""

import os
import sys
from http.client import HTTPConnection

TIMEOUT_SECONDS = 3


def answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
    except OSError as error:
        print(f"port {port}: {error}")
        return False
    finally:
        connection.close()
    print(f"port {port}: {response.status} {response.read(500).decode(errors='replace')}")
    return response.status == 200


def main() -> int:
    prefix = f"SINGO_{os.environ['SINGO_SERVICE'].upper()}_"
    ports = [int(os.environ.get(prefix + name, "0")) for name in ("PORT", "OPS_PORT")]
    path = f"/health/{sys.argv[1] if len(sys.argv) > 1 else 'live'}"
    return 0 if any(answers(port, path) for port in ports if port) else 1


if __name__ == "__main__":
    sys.exit(main())
