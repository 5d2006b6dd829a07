"""Days of bodies: within what a law, an agreement or a permit can name."""

from datetime import date
from typing import Annotated

from pydantic import Field

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
