"""Who may do what in reporting: the whole table. `access.py` has the guards; a test holds them against this."""

from typing import Final

from services.reporting.access import MEMBERS, OFFICIALS, REGIONAL
from shared.http.rights import OPERATIONS, PUBLIC, Right, Rights, all_of, in_regions, own_of

OWN: Final = Right(own_of(*MEMBERS))
READ: Final = Right(own_of(*MEMBERS) | in_regions(*REGIONAL) | all_of(*OFFICIALS), note="officials: what was submitted")
FASKER: Final = all_of("fasker_officer", "fasker_head")
BY_FASKER: Final = Right(FASKER)
REVIEW_BY_FASKER: Final = Right(FASKER, four_eyes=True)
REVIEW_BY_SATKER: Final = Right(
    all_of("satker_officer"), four_eyes=True, note="of the agreement's counterpart unit; another unit: 403"
)

RIGHTS: Final[Rights] = {
    **OPERATIONS,
    "GET /v1/obligations": READ,
    "GET /v1/obligations/{obligation_id}": READ,
    "POST /v1/obligations/{obligation_id}/extension": BY_FASKER,
    "POST /v1/obligations/{obligation_id}/waiver": Right(all_of("fasker_head")),
    "GET /v1/work-plans": READ,
    "GET /v1/work-plans/{plan_id}": READ,
    "POST /v1/work-plans": OWN,
    "PUT /v1/work-plans/{plan_id}": OWN,
    "POST /v1/work-plans/{plan_id}/minutes": OWN,
    "POST /v1/work-plans/{plan_id}/submission": OWN,
    "POST /v1/work-plans/{plan_id}/withdrawal": OWN,
    "POST /v1/work-plans/{plan_id}/review": REVIEW_BY_SATKER,
    "POST /v1/work-plans/{plan_id}/decision": REVIEW_BY_SATKER,
    "GET /v1/reports": READ,
    "GET /v1/reports/{report_id}": READ,
    "POST /v1/reports": OWN,
    "PUT /v1/reports/{report_id}": OWN,
    "POST /v1/reports/{report_id}/submission": OWN,
    "POST /v1/reports/{report_id}/withdrawal": OWN,
    "POST /v1/reports/{report_id}/review": REVIEW_BY_FASKER,
    "POST /v1/reports/{report_id}/decision": REVIEW_BY_FASKER,
    "GET /v1/visits": READ,
    "GET /v1/visits/{visit_id}": READ,
    "GET /v1/visits/{visit_id}/guests": Right(
        own_of(*MEMBERS) | all_of("fasker_officer") | in_regions("pemda_kesbangpol"), personal=True
    ),
    "POST /v1/visits": OWN,
    "PUT /v1/visits/{visit_id}": OWN,
    "POST /v1/visits/{visit_id}/answers": Right(in_regions("pemda_kesbangpol")),
    "POST /v1/visits/{visit_id}/cancellation": OWN,
    "POST /v1/visits/{visit_id}/completion": OWN,
    "GET /v1/stories": PUBLIC,
    "GET /v1/stories/{story_id}": PUBLIC,
    "GET /v1/stories/written": READ,
    "POST /v1/stories": OWN,
    "PUT /v1/stories/{story_id}": OWN,
    "POST /v1/stories/{story_id}/submission": OWN,
    "POST /v1/stories/{story_id}/publication": REVIEW_BY_FASKER,
    "POST /v1/stories/{story_id}/unpublication": BY_FASKER,
    "GET /v1/personal-data-reads": Right(own_of("ngo_admin", "ngo_director") | all_of("fasker_head")),
}
