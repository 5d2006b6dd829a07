"""`python -m services.reporting api | worker | migrate`."""

from typing import Final

from services.reporting.access import whose_reads
from services.reporting.handlers import HANDLERS
from services.reporting.indonesian import translate
from services.reporting.obligations.api import router as obligations
from services.reporting.obligations.commands import find_due
from services.reporting.reports.api import router as reports
from services.reporting.settings import Settings
from services.reporting.stories.api import router as stories
from services.reporting.visits.api import router as visits
from services.reporting.work_plans.api import router as work_plans
from shared.audit import reads_router
from shared.events.inbox import one_by_one
from shared.service import Service, main

SERVICE: Final = Service(
    name="reporting",
    title="What NGOs owe and deliver: obligations, work plans, reports, visits, stories",
    settings=Settings,
    routers=[obligations, work_plans, reports, visits, stories, reads_router(whose_reads)],
    sources=["registry"],
    apply=one_by_one(HANDLERS),
    jobs=[find_due],
    translate=translate,
)

if __name__ == "__main__":
    main(SERVICE)
