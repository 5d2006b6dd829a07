"""python -m services.notifications api | worker | migrate."""

from services.notifications.deliveries.api import router as deliveries
from services.notifications.handlers import apply
from services.notifications.inboxes.api import router as inboxes
from services.notifications.indonesian import translate
from services.notifications.settings import Settings
from services.notifications.subscriptions.api import router as subscriptions
from services.notifications.subscriptions.event_types import router as event_types
from shared.service import Service, main

SERVICE = Service(
    name="notifications",
    title="Inboxes of people, and the feed of regional systems",
    settings=Settings,
    routers=[subscriptions, deliveries, inboxes, event_types],
    sources=["registry", "reporting", "recommendations"],
    apply=apply,
    translate=translate,
)

if __name__ == "__main__":
    main(SERVICE)
