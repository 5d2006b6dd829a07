"""What operators are told of an error in a handler."""

import hashlib
import traceback


def fingerprint(error: Exception) -> str:
    """The same for errors of one kind and place, so that dead letters can be counted and redriven together."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}" if frames else ""
    return hashlib.sha256(f"{type(error).__qualname__}:{place}".encode()).hexdigest()[:12]


def describe(error: Exception) -> str:
    """The error for an operator, without the input that a validation error would quote (it may be personal)."""
    if hasattr(error, "errors") and hasattr(error, "error_count"):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))[
            :2000
        ]
    return f"{type(error).__name__}: {error}"[:2000].replace("\0", "")
