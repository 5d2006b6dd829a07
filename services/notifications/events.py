"""Every event that notifications publishes. A field may be added if it is optional; anything else is a new version.

`regions` are the prefixes that the subscription asked for.
"""

from collections.abc import Mapping
from uuid import UUID

from shared.events.envelope import Event


class NotificationsEvent(Event):
    """An event of one subscription. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "notifications"

    subscription_id: UUID
    regions: tuple[str, ...] = ()

    def stream_key(self) -> str:
        return str(self.subscription_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


class SubscriptionCreated(NotificationsEvent):
    name: str
    types: tuple[str, ...]


class SubscriptionPaused(NotificationsEvent):
    reason: str


class SubscriptionResumed(NotificationsEvent):
    reason: str


class SubscriptionCaughtUp(NotificationsEvent):
    """The subscriber has read all there was, after it had fallen behind."""

    position: int
    events_behind: int
