"""Who may do what in recommendations: the whole table. `access.py` has the guards; a test holds them against this."""

from typing import Final

from services.recommendations.access import MEMBERS, READERS, REGIONAL
from shared.http.rights import OPERATIONS, PUBLIC, Right, Rights, all_of, in_regions, own_of

OWN: Final = Right(own_of(*MEMBERS))
EVERYBODY_CONCERNED: Final = own_of(*MEMBERS) | all_of(*READERS)
READ: Final = Right(EVERYBODY_CONCERNED, note="officials: what was submitted")
TAKE_UP: Final = Right(all_of("fasker_officer"), four_eyes=True)
DECIDE: Final = Right(
    all_of("fasker_officer", "fasker_head"), four_eyes=True, note="only fasker_head signs, and not what he took up"
)
WITH_PERSON: Final = "the person: own people; fasker_officer and fasker_head, with a reason"

RIGHTS: Final[Rights] = {
    **OPERATIONS,
    "GET /v1/foreign-staff-requests": READ,
    "GET /v1/foreign-staff-requests/{request_id}": Right(EVERYBODY_CONCERNED, personal=True, note=WITH_PERSON),
    "POST /v1/foreign-staff-requests": OWN,
    "PUT /v1/foreign-staff-requests/{request_id}": OWN,
    "POST /v1/foreign-staff-requests/{request_id}/submission": OWN,
    "POST /v1/foreign-staff-requests/{request_id}/withdrawal": OWN,
    "POST /v1/foreign-staff-requests/{request_id}/review": TAKE_UP,
    "POST /v1/foreign-staff-requests/{request_id}/decision": DECIDE,
    "GET /v1/tax-relief-requests": READ,
    "GET /v1/tax-relief-requests/{request_id}": READ,
    "POST /v1/tax-relief-requests": OWN,
    "PUT /v1/tax-relief-requests/{request_id}": OWN,
    "POST /v1/tax-relief-requests/{request_id}/submission": OWN,
    "POST /v1/tax-relief-requests/{request_id}/withdrawal": OWN,
    "POST /v1/tax-relief-requests/{request_id}/review": TAKE_UP,
    "POST /v1/tax-relief-requests/{request_id}/decision": DECIDE,
    "GET /v1/letters/{letter_id}": Right(EVERYBODY_CONCERNED, personal=True, note=WITH_PERSON),
    "GET /v1/letters/{code}/verification": PUBLIC,
    "POST /v1/letters/{letter_id}/revocation": Right(all_of("fasker_head")),
    "GET /v1/foreign-staff": Right(EVERYBODY_CONCERNED | in_regions(REGIONAL)),
    "GET /v1/foreign-staff/{posting_id}": Right(
        EVERYBODY_CONCERNED | in_regions(REGIONAL), personal=True, note=WITH_PERSON
    ),
    "POST /v1/foreign-staff/{posting_id}/arrival": OWN,
    "POST /v1/foreign-staff/{posting_id}/end": OWN,
    "GET /v1/personal-data-reads": Right(own_of("ngo_admin", "ngo_director") | all_of("fasker_head")),
}
