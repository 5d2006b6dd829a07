"""Who may do what here. NGO people have an inbox; feeds are for officials and for the systems of others."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Depends

from shared.errors import FieldError, NotAllowed
from shared.http.auth import Actor, allow
from shared.http.rights import Reach, all_of, lets_in

SUBSCRIBERS: Final = ("integrator", "pemda_kesbangpol", "pemda_planner", "fasker_officer")
NATIONWIDE: Final = ("integrator", "fasker_officer")
"""Who sees all regions, unless the token names some."""
REGIONAL_READER: Final = "pemda_kesbangpol"
"""Whose inbox gets the messages to a region."""

_OWN: Final = dict.fromkeys(SUBSCRIBERS, Reach.SELF)
Subscriber = Annotated[Actor, Depends(lets_in(_OWN)(allow(*SUBSCRIBERS)))]
SubscriberOrOperator = Annotated[Actor, Depends(lets_in(_OWN | all_of("operator"))(allow(*SUBSCRIBERS, "operator")))]


def refuse_outside(actor: Actor, regions: Sequence[str]) -> None:
    """Raise NotAllowed unless the token covers the regions; no regions means all of them."""
    if not actor.regions:
        if actor.has(*NATIONWIDE):
            return
        raise NotAllowed("your token names no region")
    own = ", ".join(actor.regions)
    if not regions:
        raise NotAllowed(f"your token covers {own} only: name regions inside of it in `regions`")
    outside = [
        FieldError(f"#/regions/{place}", f"{region} is outside of {own}, which your token covers")
        for place, region in enumerate(regions)
        if not actor.covers(region)
    ]
    if outside:
        raise NotAllowed(f"your token covers {own} only", errors=outside)
