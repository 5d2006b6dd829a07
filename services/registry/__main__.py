"""python -m services.registry api | worker | migrate"""

from typing import Final

from services.registry.access import whose_reads
from services.registry.agreements import api as agreements
from services.registry.agreements.endings import find_ended_agreements
from services.registry.alignment import api as alignment
from services.registry.coverage import api as coverage
from services.registry.duplicates import api as duplicates
from services.registry.files import api as files
from services.registry.files.commands import clean_up_uploads
from services.registry.foreign_ministry import api as foreign_ministry
from services.registry.frameworks import api as frameworks
from services.registry.handlers import HANDLERS
from services.registry.indonesian import translate
from services.registry.invitations import api as invitations
from services.registry.licences import api as licences
from services.registry.licences import overview_api as licence_overview
from services.registry.licences.expiry import find_expiring_licences
from services.registry.local_partners import api as local_partners
from services.registry.local_partners import opinions_api as partner_opinions
from services.registry.master_plans import api as master_plans
from services.registry.measures import api as measures
from services.registry.members import api as members
from services.registry.organisations import api as organisations
from services.registry.profiles import api as profiles
from services.registry.programme_directions import api as programme_directions
from services.registry.public import api as public
from services.registry.public.changes import number_public_changes
from services.registry.reference import api as reference
from services.registry.regional_activities import api as regional_activities
from services.registry.regions import api as regions
from services.registry.representatives import api as representatives
from services.registry.settings import Settings
from shared.audit import reads_router
from shared.events.inbox import one_by_one
from shared.service import Service, main

SERVICE: Final = Service(
    name="registry",
    title="Foreign NGOs, their licences, agreements, master plans and local partners",
    settings=Settings,
    routers=[
        organisations.router,
        profiles.router,
        representatives.router,
        files.router,
        duplicates.router,
        members.router,
        members.own_router,
        invitations.router,
        licences.router,
        licence_overview.router,
        licences.lead_times_router,
        foreign_ministry.router,
        foreign_ministry.proposals_router,
        agreements.router,
        programme_directions.router,
        master_plans.router,
        local_partners.router,
        partner_opinions.router,
        partner_opinions.bodies_router,
        regional_activities.router,
        measures.router,
        reference.router,
        regions.router,
        frameworks.router,
        alignment.router,
        public.router,
        coverage.router,
        reads_router(whose_reads),
    ],
    sources=["reporting", "recommendations"],
    apply=one_by_one(HANDLERS),
    jobs=[find_expiring_licences, find_ended_agreements, clean_up_uploads, number_public_changes],
    translate=translate,
)

if __name__ == "__main__":
    main(SERVICE)
