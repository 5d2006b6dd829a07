"""Asks a process whether it is ready."""

from http.client import HTTPConnection, HTTPException


def is_ready(port: int, *, seconds: float = 2) -> bool:
    """Whether `/health/ready` on this loopback port answers with 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
