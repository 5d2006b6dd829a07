"""python -m services.registry api | worker | migrate"""

from typing import Final

from services.registry.access import whose_reads
from services.registry.agreements import api as agreements
from services.registry.coverage import api as coverage
from services.registry.handlers import HANDLERS
from services.registry.invitations import api as invitations
from services.registry.licences import api as licences
from services.registry.local_partners import api as local_partners
from services.registry.master_plans import api as master_plans
from services.registry.members import api as members
from services.registry.organisations import api as organisations
from services.registry.public import api as public
from services.registry.public.changes import number_public_changes
from services.registry.reference import api as reference
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
        members.router,
        invitations.router,
        licences.router,
        agreements.router,
        master_plans.router,
        local_partners.router,
        reference.router,
        public.router,
        coverage.router,
        reads_router(whose_reads),
    ],
    sources=["reporting", "recommendations"],
    apply=one_by_one(HANDLERS),
    jobs=[number_public_changes],
)

if __name__ == "__main__":
    main(SERVICE)
