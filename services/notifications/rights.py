"""Who may do what in notifications: the whole table. `access.py` has the guards; a test holds them against this."""

from typing import Final

from services.notifications.access import SUBSCRIBERS
from shared.http.rights import OPERATIONS, PUBLIC, SIGNED_IN, Reach, Right, Rights, all_of

OWN: Final = dict.fromkeys(SUBSCRIBERS, Reach.SELF)
OWN_OR_OPERATOR: Final = Right(OWN | all_of("operator"))
INBOX: Final = Right({SIGNED_IN: Reach.SELF}, note="what is addressed to one's organisation, role or regions")

RIGHTS: Final[Rights] = {
    **OPERATIONS,
    "GET /v1/event-types": PUBLIC,
    "GET /v1/inbox": INBOX,
    "POST /v1/inbox/{message_id}/read": INBOX,
    "GET /v1/subscriptions": OWN_OR_OPERATOR,
    "GET /v1/subscriptions/{subscription_id}": OWN_OR_OPERATOR,
    "GET /v1/subscriptions/{subscription_id}/events": OWN_OR_OPERATOR,
    "POST /v1/subscriptions": Right(OWN, note="in the regions that the token names"),
    "POST /v1/subscriptions/{subscription_id}/pause": OWN_OR_OPERATOR,
    "POST /v1/subscriptions/{subscription_id}/resumption": OWN_OR_OPERATOR,
}
