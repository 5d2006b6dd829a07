"""Who may do what in the registry: the whole table. `access.py` has the guards; a test holds them against this."""

from typing import Final

from services.registry.access import NATIONAL_ROLES, REGIONAL_ROLES
from services.registry.members.queries import ROLES as MEMBERS
from shared.http.rights import (
    OPERATIONS,
    PUBLIC,
    SIGNED_IN,
    Reach,
    Right,
    Rights,
    all_of,
    in_regions,
    own_of,
)

FASKER: Final = all_of("fasker_officer", "fasker_head")
OFFICER: Final = all_of("fasker_officer")
HEAD: Final = all_of("fasker_head")
OWN: Final = own_of(*MEMBERS)
ADMIN: Final = own_of("ngo_admin")
INVITED: Final = Right({SIGNED_IN: Reach.SELF}, note="whom the invitation names")
AFFAIRS: Final = OWN | in_regions(*REGIONAL_ROLES) | all_of(*NATIONAL_ROLES)

RIGHTS: Final[Rights] = {
    **OPERATIONS,
    "GET /v1/organisations": PUBLIC,
    "GET /v1/organisations/{ngo_id}": PUBLIC,
    "GET /v1/organisations/{ngo_id}/standing": PUBLIC,
    "POST /v1/organisations": Right({SIGNED_IN: Reach.SELF}, note="who acts for no organisation yet"),
    "GET /v1/applications": Right(FASKER),
    "GET /v1/organisations/{ngo_id}/application": Right(
        OWN | FASKER | {"applicant": Reach.SELF}, note="the applicant after a rejection, when nobody is a member"
    ),
    "POST /v1/organisations/{ngo_id}/verification": Right(OFFICER, four_eyes=True),
    "POST /v1/organisations/{ngo_id}/suspension": Right(FASKER),
    "POST /v1/organisations/{ngo_id}/reinstatement": Right(FASKER),
    "POST /v1/organisations/{ngo_id}/closure": Right(HEAD),
    "POST /v1/organisations/{ngo_id}/merger": Right(HEAD),
    "GET /v1/organisations/{ngo_id}/members": Right(OWN | FASKER, personal=True),
    "DELETE /v1/organisations/{ngo_id}/members/{subject:path}": Right(ADMIN),
    "GET /v1/organisations/{ngo_id}/invitations": Right(ADMIN, personal=True),
    "POST /v1/organisations/{ngo_id}/invitations": Right(ADMIN, note="an active organisation"),
    "POST /v1/organisations/{ngo_id}/invitations/{invitation_id}/withdrawal": Right(ADMIN),
    "GET /v1/invitations": INVITED,
    "GET /v1/invitations/{invitation_id}": INVITED,
    "POST /v1/invitations/{invitation_id}/acceptance": INVITED,
    "POST /v1/invitations/{invitation_id}/refusal": INVITED,
    "GET /v1/organisations/{ngo_id}/licences": Right(OWN | all_of(*NATIONAL_ROLES)),
    "POST /v1/organisations/{ngo_id}/licences": Right(OWN | FASKER),
    "GET /v1/agreements": PUBLIC,
    "GET /v1/agreements/{agreement_id}": PUBLIC,
    "POST /v1/agreements": Right(HEAD),
    "GET /v1/agreements/{agreement_id}/master-plan": PUBLIC,
    "POST /v1/agreements/{agreement_id}/master-plan": Right(
        all_of("fasker_officer", "satker_officer"), note="satker_officer: of the agreement's counterpart unit"
    ),
    "GET /v1/local-partners": Right(AFFAIRS),
    "GET /v1/local-partners/{partner_id}": Right(AFFAIRS),
    "POST /v1/local-partners": Right(OWN),
    "POST /v1/local-partners/imports": Right(OWN),
    "POST /v1/local-partners/{partner_id}/decision": Right(OFFICER, four_eyes=True),
    "GET /v1/regions": PUBLIC,
    "GET /v1/regions/{code}": PUBLIC,
    "GET /v1/priorities": PUBLIC,
    "GET /v1/sdgs": PUBLIC,
    "GET /v1/sectors": PUBLIC,
    "GET /v1/register": PUBLIC,
    "GET /v1/register/changes": PUBLIC,
    "GET /v1/register/dictionary": PUBLIC,
    "GET /v1/register/downloads/csv": PUBLIC,
    "GET /v1/register/downloads/json": PUBLIC,
    "GET /v1/register/downloads/geojson": PUBLIC,
    "GET /v1/register/{ngo_id}": PUBLIC,
    "GET /v1/coverage": PUBLIC,
    "GET /v1/coverage/gaps": PUBLIC,
    "GET /v1/coverage/sectors": PUBLIC,
    "GET /v1/personal-data-reads": Right(own_of("ngo_admin", "ngo_director") | HEAD),
}
