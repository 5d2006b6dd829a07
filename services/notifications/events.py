"""Every event that notifications publishes. A field may be added if it is optional; anything else is a new version.

`regions` are the prefixes that the subscription asked for.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from services.notifications.subscriptions.rules import TYPE
from shared.contracts.values import Number, RegionCode
from shared.events.envelope import Event
from shared.http.body import Line, Reason

TypeName = Annotated[str, StringConstraints(pattern=f"^(?:{TYPE})$")]


class NotificationsEvent(Event):
    """An event of one subscription. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "notifications"

    subscription_id: UUID
    regions: tuple[RegionCode, ...] = ()

    def stream_key(self) -> str:
        return str(self.subscription_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


class SubscriptionCreated(NotificationsEvent):
    name: Line
    types: tuple[TypeName, ...]


class SubscriptionPaused(NotificationsEvent):
    reason: Reason


class SubscriptionResumed(NotificationsEvent):
    reason: Reason


class SubscriptionCaughtUp(NotificationsEvent):
    """The subscriber has read all there was, after it had fallen behind."""

    position: Number
    events_behind: Number
