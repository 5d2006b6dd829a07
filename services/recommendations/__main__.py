"""python -m services.recommendations api | worker | migrate."""

from typing import Final

from services.recommendations.access import whose_reads
from services.recommendations.handlers import HANDLERS
from services.recommendations.indonesian import translate
from services.recommendations.letters.api import router as letters
from services.recommendations.settings import Settings
from services.recommendations.staff.api import router as staff
from services.recommendations.staff_requests.api import router as staff_requests
from services.recommendations.tax_requests.api import router as tax_requests
from shared.audit import reads_router
from shared.events.inbox import one_by_one
from shared.service import Service, main

SERVICE: Final = Service(
    name="recommendations",
    title="Requests for foreign staff and tax relief, the letters that answer them, and who is in post",
    settings=Settings,
    routers=[staff_requests, tax_requests, letters, staff, reads_router(whose_reads)],
    sources=["registry", "reporting"],
    apply=one_by_one(HANDLERS),
    translate=translate,
)

if __name__ == "__main__":
    main(SERVICE)
