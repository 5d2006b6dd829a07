"""Refusals that only this service knows."""

from shared.errors import Problem


class AlreadyExists(Problem):
    """There is one of these already, and there can be no second."""

    status = 409
    type = "already-exists"
    mend = "Look at the one that `detail` tells of; if you repeat a request, repeat its Idempotency-Key too."
